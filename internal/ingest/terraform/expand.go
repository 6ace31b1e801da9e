package terraform

import (
	"fmt"
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// iteration is one instance that count or for_each creates from a block.
type iteration struct {
	// suffix follows the block's address: "", "[0]", `["a"]`.
	suffix string
	ctx    *hcl.EvalContext
}

// expansion is all instances, or why they are unknown.
type expansion struct {
	list []iteration
	// open is the value of count or for_each if it is unknown, and argument the attribute.
	open     cty.Value
	argument *hclsyntax.Attribute
	diags    hcl.Diagnostics
}

// expand evaluates count or for_each of a block.
func (m *moduleInstance) expand(body *hclsyntax.Body) expansion {
	if attr, ok := body.Attributes["count"]; ok {
		return m.expandCount(attr)
	}
	if attr, ok := body.Attributes["for_each"]; ok {
		return m.expandForEach(attr)
	}
	return expansion{list: []iteration{{ctx: m.ctx}}}
}

func (m *moduleInstance) expandCount(attr *hclsyntax.Attribute) expansion {
	v, diags := attr.Expr.Value(m.ctx)
	if diags.HasErrors() {
		return expansion{diags: diags, argument: attr}
	}
	if !v.IsKnown() {
		return expansion{open: v, argument: attr}
	}
	n, ok := wholeNumber(v)
	if !ok || n < 0 || n > maxElements {
		return expansion{argument: attr, diags: failure(attr.SrcRange, "Invalid count", "count is "+expressionText(v)+", not a whole number")}
	}
	e := expansion{argument: attr}
	for i := range n {
		ctx := m.ctx.NewChild()
		ctx.Variables = map[string]cty.Value{"count": cty.ObjectVal(map[string]cty.Value{"index": cty.NumberIntVal(int64(i))})}
		e.list = append(e.list, iteration{suffix: fmt.Sprintf("[%d]", i), ctx: ctx})
	}
	return e
}

func (m *moduleInstance) expandForEach(attr *hclsyntax.Attribute) expansion {
	v, diags := attr.Expr.Value(m.ctx)
	if diags.HasErrors() {
		return expansion{diags: diags, argument: attr}
	}
	if !v.IsKnown() || v.Type().IsSetType() && !v.IsWhollyKnown() {
		return expansion{open: v, argument: attr}
	}
	if v.IsNull() || !(v.Type().IsObjectType() || v.Type().IsMapType() || v.Type().IsSetType()) {
		return expansion{argument: attr, diags: failure(attr.SrcRange, "Invalid for_each", "for_each is "+expressionText(v)+", not a map or a set of strings")}
	}
	e := expansion{argument: attr}
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element() // equal for a set
		if key.IsNull() || key.Type() != cty.String {
			return expansion{argument: attr, diags: failure(attr.SrcRange, "Invalid for_each", "for_each is a set of something else than strings")}
		}
		ctx := m.ctx.NewChild()
		ctx.Variables = map[string]cty.Value{"each": cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
		e.list = append(e.list, iteration{suffix: fmt.Sprintf("[%q]", key.AsString()), ctx: ctx})
	}
	return e
}

func wholeNumber(v cty.Value) (int, bool) {
	if v.IsNull() {
		return 0, false
	}
	if v.Type() == cty.Bool {
		return 0, false
	}
	if v.Type() == cty.String {
		parsed, err := cty.ParseNumberVal(v.AsString())
		if err != nil {
			return 0, false
		}
		v = parsed
	}
	if v.Type() != cty.Number {
		return 0, false
	}
	f := v.AsBigFloat()
	n, _ := f.Int64()
	return int(n), f.IsInt()
}

// combine makes one value from a block's instances: the block itself, a list, or a map.
func (e expansion) combine(objects []cty.Value) cty.Value {
	switch {
	case e.argument == nil:
		return objects[0]
	case e.argument.Name == "count":
		return cty.TupleVal(objects)
	}
	byKey := map[string]cty.Value{}
	for i, it := range e.list {
		byKey[it.ctx.Variables["each"].GetAttr("key").AsString()] = objects[i]
	}
	return cty.ObjectVal(byKey)
}

// unknownBlock is the value of a block whose count or for_each is unknown.
func (m *moduleInstance) unknownBlock(address string, e expansion) cty.Value {
	s := m.ev.symbol("${"+address+"}", missingOf(symbolsOf(e.open)))
	return unknown(cty.DynamicPseudoType, s)
}

// callValue evaluates module.NAME.
func (m *moduleInstance) callValue(name string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	decl, ok := m.cfg.calls[name]
	if !ok {
		return m.undeclared("module."+name, "is not declared in "), nil
	}
	return m.remember("module."+name, at, func() (cty.Value, hcl.Diagnostics) {
		instances, e := m.instancesOf(decl)
		if e.diags.HasErrors() {
			return cty.DynamicVal, e.diags
		}
		if e.open != cty.NilVal {
			return m.unknownBlock(m.within("module."+name), e), nil
		}
		objects := make([]cty.Value, len(e.list))
		for i, it := range e.list {
			address := m.within("module."+name) + it.suffix
			s := m.ev.symbol("${"+address+"}", nil)
			if instances != nil {
				s.object = instances[i]
			} else {
				s.object = m.absent(decl, address)
			}
			objects[i] = unknown(cty.DynamicPseudoType, s)
		}
		return e.combine(objects), nil
	})
}

// instancesOf returns the instances of a call, or nil if its module cannot be read.
func (m *moduleInstance) instancesOf(decl *block) ([]*moduleInstance, expansion) {
	name := decl.labels[0]
	if got, ok := m.expanded[name]; ok {
		return got.instances, got.expansion
	}
	e := m.expand(decl.body)
	var instances []*moduleInstance
	if cfg, _ := m.load(decl); cfg != nil && !e.diags.HasErrors() {
		for _, it := range e.list {
			child := m.ev.newInstance(cfg, m, m.within("module."+name)+it.suffix, joinKey(m.key, name))
			child.call, child.callCtx = decl, it.ctx
			instances = append(instances, child)
		}
		if instances == nil {
			instances = []*moduleInstance{}
		}
	}
	m.expanded[name] = called{instances, e}
	return instances, e
}

type called struct {
	instances []*moduleInstance
	expansion expansion
}

func joinKey(a, b string) string {
	if a == "" {
		return b
	}
	return a + "." + b
}

// maxModules limits how deep modules call modules.
const maxModules = 30

// load finds the module that a call names, or says why it cannot be read.
func (m *moduleInstance) load(decl *block) (*module, string) {
	source, ok := sourceOf(decl)
	switch {
	case !ok:
		return nil, "its source is not a plain string"
	case m.ev.folder == nil:
		return nil, "a file is read alone: give the folder"
	case m.nesting > maxModules:
		return nil, "modules call one another more than 30 deep: a module calls itself"
	}
	dir := ""
	if strings.HasPrefix(source, "./") || strings.HasPrefix(source, "../") || source == "." || source == ".." {
		local, in := inside(m.cfg.dir, source)
		if !in {
			return nil, "its source " + source + " is outside the folder that was given"
		}
		dir = local
	} else if before := path.Join(m.cfg.dir, source); strings.Count(source, "/") == 1 && m.ev.folder.holds(before) {
		dir = before // as written before Terraform 0.12
	} else if installed, ok := m.ev.folder.installed[joinKey(m.key, decl.labels[0])]; ok {
		local, in := inside(".", installed)
		if !in {
			return nil, "it is installed outside the folder that was given"
		}
		dir = local
	} else {
		return nil, "it is not in this folder"
	}
	for up := m; up != nil; up = up.parent {
		if up.cfg.dir == path.Clean(dir) {
			return nil, "a module calls itself"
		}
	}
	cfg, err := m.ev.folder.module(path.Clean(dir))
	if err != nil {
		return nil, err.Error()
	}
	return cfg, ""
}

// sourceOf returns the source of a module call.
func sourceOf(decl *block) (string, bool) {
	attr, ok := decl.body.Attributes["source"]
	if !ok {
		return "", false
	}
	v, diags := attr.Expr.Value(nil)
	if diags.HasErrors() || v.Type() != cty.String || !v.IsKnown() || v.IsNull() {
		return "", false
	}
	return v.AsString(), true
}

// attribute evaluates an output of the module.
func (m *moduleInstance) attribute(name string) cty.Value {
	decl, ok := m.cfg.outputs[name]
	if !ok {
		return m.undeclared(name, "is not an output of its module in ")
	}
	attr, ok := decl.body.Attributes["value"]
	if !ok {
		return cty.NullVal(cty.DynamicPseudoType)
	}
	v, diags := m.remember("output."+name, attr.SrcRange, func() (cty.Value, hcl.Diagnostics) { return attr.Expr.Value(m.ctx) })
	if diags.HasErrors() {
		return m.ev.failed(m.within(name), diags)
	}
	return v
}

// failed is a value whose computation failed.
func (e *evaluator) failed(name string, diags hcl.Diagnostics) cty.Value {
	what := diagnostic(diags).Error()
	return unknown(cty.DynamicPseudoType, e.symbol("${"+name+"}", []tree.Missing{{Key: name, What: what}}))
}

// absentModule is a module that is called but cannot be read.
type absentModule struct {
	ev           *evaluator
	address, why string
}

func (m *moduleInstance) absent(decl *block, address string) *absentModule {
	_, why := m.load(decl)
	source, _ := sourceOf(decl)
	return &absentModule{ev: m.ev, address: address, why: fmt.Sprintf("module %q cannot be read: %s", source, why)}
}

// attribute is an output that cannot be computed here.
func (a *absentModule) attribute(name string) cty.Value {
	key := a.address + "." + name
	t := cty.DynamicPseudoType
	if neverNull(key) {
		t = cty.String
	}
	return a.ev.leaf(key, t, tree.Missing{Key: key, What: key + " is not known: " + a.why, Supply: supplyOf(key)})
}
