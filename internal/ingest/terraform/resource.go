package terraform

import (
	"fmt"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// resource is one instance of a resource or data source.
type resource struct {
	m       *moduleInstance
	decl    *block
	address string
	ctx     *hcl.EvalContext
}

// resourceValue evaluates a reference to a resource or data source: an object, or a list or
// map of them.
func (m *moduleInstance) resourceValue(name string, decl *block, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	if decl == nil {
		return m.undeclared(name, "is not declared in "), nil
	}
	return m.remember(name, at, func() (cty.Value, hcl.Diagnostics) {
		list, e := m.resources(decl)
		if e.diags.HasErrors() {
			return cty.DynamicVal, e.diags
		}
		if e.open != cty.NilVal {
			return m.unknownBlock(m.within(name), e), nil
		}
		objects := make([]cty.Value, len(list))
		for i, r := range list {
			s := m.ev.symbol("${"+r.address+"}", nil)
			s.object = r
			objects[i] = unknown(cty.DynamicPseudoType, s)
		}
		return e.combine(objects), nil
	})
}

// resources returns the instances of a resource.
func (m *moduleInstance) resources(decl *block) ([]*resource, expansion) {
	e := m.expand(decl.body)
	list := make([]*resource, len(e.list))
	for i, it := range e.list {
		list[i] = &resource{m: m, decl: decl, address: m.within(decl.name()) + it.suffix, ctx: it.ctx}
	}
	return list, e
}

// attribute returns what the configuration sets, what AWS documents for a managed policy,
// or unknown.
func (r *resource) attribute(name string) cty.Value {
	key := r.address + "." + name
	if attr, ok := r.decl.body.Attributes[name]; ok {
		v, diags := r.m.remember(key, attr.SrcRange, func() (cty.Value, hcl.Diagnostics) { return attr.Expr.Value(r.ctx) })
		if diags.HasErrors() {
			return r.m.ev.failed(key, diags)
		}
		if !v.IsKnown() || !v.IsNull() {
			return v
		}
	}
	if v, ok := r.managed(name); ok {
		return v
	}
	what := key + " is decided by AWS"
	if r.decl.kind == "data" {
		what = key + " is looked up by a provider"
	}
	t := cty.DynamicPseudoType
	if neverNull(key) {
		t = cty.String
	}
	v := r.m.ev.leaf(key, t, tree.Missing{Key: key, What: what, Supply: supplyOf(key)})
	if refers[name] && r.decl.kind == "resource" && shapes[r.decl.labels[0]] != nil {
		for _, s := range symbolsOf(v) {
			s.refers = r.address
		}
	}
	return v
}

// refers are the attributes by which a CloudFront resource is referred to.
var refers = map[string]bool{"id": true, "arn": true, "cloudfront_access_identity_path": true}

// meta are the arguments that control Terraform and do not describe the resource.
var meta = map[string]bool{"count": true, "for_each": true, "provider": true, "depends_on": true, "lifecycle": true, "provisioner": true, "connection": true, "timeouts": true}

// node evaluates the resource into an object of its arguments and blocks, with blocks as
// lists.
func (r *resource) node() *tree.Node {
	n := r.body(r.decl.body, r.ctx, r.address)
	n.Pos = r.decl.pos
	return n
}

func (r *resource) body(body *hclsyntax.Body, ctx *hcl.EvalContext, path string) *tree.Node {
	object := tree.NewObject(position(body.SrcRange))
	for _, it := range itemsOf(body) {
		switch {
		case it.attribute != nil && !meta[it.attribute.Name]:
			a := it.attribute
			at := path + "." + a.Name
			v, diags := a.Expr.Value(ctx)
			pos := position(a.SrcRange)
			if diags.HasErrors() {
				object.Set(a.Name, failedNode(diags, pos, at))
				continue
			}
			object.Set(a.Name, nodeOf(v, pos, at))
		case it.block != nil && !meta[it.block.Type]:
			r.block(object, it.block, ctx, path)
		}
	}
	return object
}

// failedNode is a value that cannot be computed, with the reason.
func failedNode(diags hcl.Diagnostics, pos tree.Position, at string) *tree.Node {
	e := diagnostic(diags)
	n := tree.NewUnresolved("${"+at+"}", pos, tree.Missing{Key: at, What: e.Message})
	n.Path = at
	return n
}

// block adds a nested block, or the blocks that a dynamic one expands to.
func (r *resource) block(object *tree.Node, b *hclsyntax.Block, ctx *hcl.EvalContext, path string) {
	name := blockType(b)
	list := object.Get(name)
	if list == nil || list.Kind != tree.List {
		list = tree.NewList(position(b.TypeRange))
		list.Path = path + "." + name
		object.Set(name, list)
	}
	next := func() string { return fmt.Sprintf("%s.%s[%d]", path, name, len(list.Items)) }
	if b.Type != "dynamic" {
		item := r.body(b.Body, ctx, next())
		item.Pos, item.Path = position(b.TypeRange), next()
		list.Items = append(list.Items, item)
		return
	}
	r.dynamic(list, b, ctx, next)
}

// dynamic expands a dynamic block in place.
func (r *resource) dynamic(list *tree.Node, b *hclsyntax.Block, ctx *hcl.EvalContext, next func() string) {
	pos := position(b.TypeRange)
	attr, ok := b.Body.Attributes["for_each"]
	content := contentOf(b.Body)
	if !ok || content == nil {
		list.Items = append(list.Items, failedNode(failure(b.TypeRange, "Incomplete dynamic block", "it has no for_each or no content"), pos, next()))
		return
	}
	v, diags := attr.Expr.Value(ctx)
	switch {
	case diags.HasErrors():
		list.Items = append(list.Items, failedNode(diags, position(attr.SrcRange), next()))
		return
	case !v.IsKnown() || v.Type().IsSetType() && !v.IsWhollyKnown():
		n := nodeOf(v, position(attr.SrcRange), next())
		list.Items = append(list.Items, n)
		return
	case v.IsNull() || !v.CanIterateElements():
		list.Items = append(list.Items, failedNode(failure(attr.SrcRange, "Invalid for_each", "for_each of a dynamic block is "+expressionText(v)), position(attr.SrcRange), next()))
		return
	}
	iterator := b.Labels[0]
	if attr, ok := b.Body.Attributes["iterator"]; ok {
		if word := hcl.ExprAsKeyword(attr.Expr); word != "" {
			iterator = word
		} else if w, diags := attr.Expr.Value(nil); !diags.HasErrors() && w.Type() == cty.String && w.IsKnown() && !w.IsNull() {
			iterator = w.AsString()
		}
	}
	for it := v.ElementIterator(); it.Next(); {
		key, value := it.Element() // equal for a set
		inner := ctx.NewChild()
		inner.Variables = map[string]cty.Value{iterator: cty.ObjectVal(map[string]cty.Value{"key": key, "value": value})}
		at := next()
		item := r.body(content, inner, at)
		item.Pos, item.Path = pos, at
		list.Items = append(list.Items, item)
	}
}

func contentOf(body *hclsyntax.Body) *hclsyntax.Body {
	for _, b := range body.Blocks {
		if b.Type == "content" {
			return b.Body
		}
	}
	return nil
}
