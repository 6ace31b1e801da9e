package terraform

import "github.com/hashicorp/hcl/v2/hclsyntax"

// watch wraps an expression and everything in it in a [watched].
func watch(x hclsyntax.Expression) *watched {
	w := &watched{Expression: x}
	in := func(child *hclsyntax.Expression) {
		if *child == nil {
			return
		}
		c := watch(*child)
		*child = c
		w.children = append(w.children, c)
	}
	switch x := x.(type) {
	case *hclsyntax.ParenthesesExpr:
		in(&x.Expression)
	case *hclsyntax.RelativeTraversalExpr:
		in(&x.Source)
	case *hclsyntax.FunctionCallExpr:
		for i := range x.Args {
			in(&x.Args[i])
		}
	case *hclsyntax.ConditionalExpr:
		in(&x.Condition)
		in(&x.TrueResult)
		in(&x.FalseResult)
	case *hclsyntax.IndexExpr:
		in(&x.Collection)
		in(&x.Key)
	case *hclsyntax.TupleConsExpr:
		for i := range x.Exprs {
			in(&x.Exprs[i])
		}
	case *hclsyntax.ObjectConsExpr:
		for i := range x.Items {
			in(&x.Items[i].ValueExpr)
			if key, ok := x.Items[i].KeyExpr.(*hclsyntax.ObjectConsKeyExpr); ok {
				w.watchKey(key)
			}
		}
	case *hclsyntax.ForExpr:
		in(&x.CollExpr)
		in(&x.KeyExpr)
		in(&x.ValExpr)
		in(&x.CondExpr)
	case *hclsyntax.SplatExpr:
		in(&x.Source)
		w.children[0].spread = true
		in(&x.Each)
	case *hclsyntax.TemplateExpr:
		for i := range x.Parts {
			in(&x.Parts[i])
		}
	case *hclsyntax.TemplateJoinExpr:
		in(&x.Tuple)
	case *hclsyntax.TemplateWrapExpr:
		in(&x.Wrapped)
	case *hclsyntax.BinaryOpExpr:
		in(&x.LHS)
		in(&x.RHS)
	case *hclsyntax.UnaryOpExpr:
		in(&x.Val)
	}
	return w
}

// watchKey watches the key of an object, unless it is a bare word, which HCL takes for a
// literal.
func (w *watched) watchKey(key *hclsyntax.ObjectConsKeyExpr) {
	if _, bare := key.Wrapped.(*hclsyntax.ScopeTraversalExpr); bare && !key.ForceNonLiteral {
		return
	}
	c := watch(key.Wrapped)
	key.Wrapped = c
	w.children = append(w.children, c)
}
