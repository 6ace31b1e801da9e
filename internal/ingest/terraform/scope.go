package terraform

import (
	"fmt"
	"path"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// moduleInstance is a module with its inputs: one per call, and per instance of its count
// or for_each.
type moduleInstance struct {
	ev  *evaluator
	cfg *module
	// parent and call are nil for the root.
	parent *moduleInstance
	call   *block
	// address is "" for the root, "module.cdn[0]" otherwise; key is the name in
	// modules.json, "cdn".
	address, key string
	ctx          *hcl.EvalContext
	// callCtx evaluates the arguments of the call.
	callCtx *hcl.EvalContext
	memo    map[string]*remembered
	// expanded are the calls with known instances, by name.
	expanded map[string]called
	nesting  int
}

// remembered is a value that has been computed, or is being computed.
type remembered struct {
	value cty.Value
	diags hcl.Diagnostics
	done  bool
}

// hidden is the variable that tells expressions which module they are in. It is not a valid
// name in the language.
const hidden = "%module"

var moduleType = cty.Capsule("module", reflect.TypeFor[moduleInstance]())

func (e *evaluator) newInstance(cfg *module, parent *moduleInstance, address, key string) *moduleInstance {
	m := &moduleInstance{ev: e, cfg: cfg, parent: parent, address: address, key: key, memo: map[string]*remembered{}, expanded: map[string]called{}}
	if parent != nil {
		m.nesting = parent.nesting + 1
	}
	m.ctx = &hcl.EvalContext{
		Variables: map[string]cty.Value{hidden: cty.CapsuleVal(moduleType, m)},
		Functions: functionsOf(m),
	}
	return m
}

// moduleOf returns the module that a context belongs to.
func moduleOf(ctx *hcl.EvalContext) *moduleInstance {
	for c := ctx; c != nil; c = c.Parent() {
		if v, ok := c.Variables[hidden]; ok {
			return v.EncapsulatedValue().(*moduleInstance)
		}
	}
	return nil
}

// within prefixes a name with the module's address.
func (m *moduleInstance) within(name string) string {
	if m.address == "" {
		return name
	}
	return m.address + "." + name
}

// remember computes a value once, and rejects one that depends on itself.
func (m *moduleInstance) remember(name string, at hcl.Range, compute func() (cty.Value, hcl.Diagnostics)) (cty.Value, hcl.Diagnostics) {
	if r, ok := m.memo[name]; ok {
		if !r.done {
			return cty.DynamicVal, failure(at, "Circular reference", m.within(name)+" needs its own value")
		}
		return r.value, r.diags
	}
	r := &remembered{value: cty.DynamicVal}
	m.memo[name] = r
	r.value, r.diags = compute()
	r.done = true
	return r.value, r.diags
}

// traverse evaluates a reference: a.b.c.
func (m *moduleInstance) traverse(ctx *hcl.EvalContext, t hcl.Traversal) (cty.Value, hcl.Diagnostics) {
	root := t.RootName()
	for c := ctx; c != nil; c = c.Parent() {
		if v, ok := c.Variables[root]; ok {
			return m.ev.steps(v, t[1:])
		}
	}
	v, used, diags := m.reference(t)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	return m.ev.steps(v, t[used:])
}

// reference evaluates the first steps of a reference and returns how many it used.
func (m *moduleInstance) reference(t hcl.Traversal) (cty.Value, int, hcl.Diagnostics) {
	at := t.SourceRange()
	name := func(i int) string {
		if i < len(t) {
			if a, ok := t[i].(hcl.TraverseAttr); ok {
				return a.Name
			}
		}
		return ""
	}
	root := t.RootName()
	if name(1) == "" {
		return cty.DynamicVal, 1, failure(at, "Incomplete reference", fmt.Sprintf("%q is not a value by itself", root))
	}
	var v cty.Value
	var diags hcl.Diagnostics
	switch root {
	case "var":
		v, diags = m.variable(name(1), at)
	case "local":
		v, diags = m.local(name(1), at)
	case "module":
		v, diags = m.callValue(name(1), at)
	case "path":
		v, diags = m.path(name(1), at)
	case "terraform", "tofu":
		v = m.workspace(root + "." + name(1))
	case "each", "count", "self":
		return cty.DynamicVal, 2, failure(at, "No "+root+" here", root+"."+name(1)+" stands outside of what repeats")
	case "data":
		if name(2) == "" {
			return cty.DynamicVal, 2, failure(at, "Incomplete reference", "a data source has a type and a name")
		}
		v, diags = m.resourceValue("data."+name(1)+"."+name(2), m.cfg.data[name(1)+"."+name(2)], at)
		return v, 3, diags
	default:
		v, diags = m.resourceValue(root+"."+name(1), m.cfg.resources[root+"."+name(1)], at)
	}
	return v, 2, diags
}

// local evaluates local.NAME.
func (m *moduleInstance) local(name string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	attr, ok := m.cfg.locals[name]
	if !ok {
		return m.undeclared("local."+name, "is not declared in "), nil
	}
	return m.remember("local."+name, at, func() (cty.Value, hcl.Diagnostics) { return attr.Expr.Value(m.ctx) })
}

// undeclared is something that a module uses but does not declare.
func (m *moduleInstance) undeclared(name, what string) cty.Value {
	where, supply := "this folder", supplyOf(m.within(name))
	if !m.cfg.whole {
		where, supply = "this file", supply+", or give the folder that declares it"
	}
	return m.ev.leaf(m.within(name), cty.DynamicPseudoType, tree.Missing{Key: m.within(name), What: m.within(name) + " " + what + where, Supply: supply})
}

// path evaluates path.module and similar. Folders are relative to the root module, as in
// Terraform.
func (m *moduleInstance) path(name string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	switch name {
	case "module":
		if m.ev.folder == nil {
			return cty.StringVal("."), nil
		}
		dir, err := filepath.Rel(m.ev.folder.at, m.cfg.dir)
		if err != nil {
			dir = m.cfg.dir
		}
		return cty.StringVal(filepath.ToSlash(dir)), nil
	case "root":
		return cty.StringVal("."), nil
	case "cwd":
		if dir, ok := m.ev.absolute(); ok {
			return cty.StringVal(dir), nil
		}
		return m.ev.leaf("path.cwd", cty.String, tree.Missing{Key: "path.cwd", What: "path.cwd is not known of a file that is read alone", Supply: supplyOf("path.cwd")}), nil
	}
	return cty.DynamicVal, failure(at, "Unknown path", "path."+name+" is not one of path.module, path.root, path.cwd")
}

// workspace is terraform.workspace, as chosen by `terraform workspace select`.
func (m *moduleInstance) workspace(key string) cty.Value {
	if v, ok := m.ev.parameter("terraform.workspace"); ok {
		return cty.StringVal(v)
	}
	if m.ev.folder != nil {
		if data, err := m.ev.folder.file(path.Join(m.ev.folder.at, ".terraform/environment")); err == nil && strings.TrimSpace(string(data)) != "" {
			return cty.StringVal(strings.TrimSpace(string(data)))
		}
	}
	return cty.StringVal("default")
}
