package terraform

import (
	"fmt"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// watched is an expression of the language that evaluates as in HCL, and gives each unknown
// result its own symbol.
type watched struct {
	hclsyntax.Expression
	children []*watched
	// last is the value of the latest evaluation, for the expression around it.
	last cty.Value
	// spread marks the source of a splat, for which a single resource becomes a list of
	// one.
	spread bool
}

// Value evaluates the expression.
func (w *watched) Value(ctx *hcl.EvalContext) (cty.Value, hcl.Diagnostics) {
	m := moduleOf(ctx)
	if m == nil {
		return w.Expression.Value(ctx)
	}
	if err := m.ev.step(w.Range()); err != nil {
		return cty.DynamicVal, err
	}
	defer m.ev.leave()
	// Evaluation may return to this expression for another instance of the module: the
	// values of the children must not carry over.
	saved := make([]cty.Value, len(w.children))
	for i, c := range w.children {
		saved[i], c.last = c.last, cty.NilVal
	}
	v, diags := w.evaluate(ctx, m)
	if !diags.HasErrors() {
		if w.spread {
			v = spread(v)
		}
		v = w.name(m.ev, v)
		if err := m.ev.bounded(v, w.Range()); err != nil {
			v, diags = cty.DynamicVal, append(diags, err...)
		}
	}
	for i, c := range w.children {
		c.last = saved[i]
	}
	w.last = v
	return v, firstError(diags)
}

func (w *watched) evaluate(ctx *hcl.EvalContext, m *moduleInstance) (cty.Value, hcl.Diagnostics) {
	switch x := w.Expression.(type) {
	case *hclsyntax.ScopeTraversalExpr:
		return m.traverse(ctx, x.Traversal)
	case *hclsyntax.RelativeTraversalExpr:
		v, diags := x.Source.Value(ctx)
		if diags.HasErrors() {
			return cty.DynamicVal, diags
		}
		return m.ev.steps(v, x.Traversal)
	case *hclsyntax.IndexExpr:
		return w.index(ctx, m, x)
	}
	return w.Expression.Value(ctx)
}

// index evaluates a[key], where a may be a resource or unknown.
func (w *watched) index(ctx *hcl.EvalContext, m *moduleInstance, x *hclsyntax.IndexExpr) (cty.Value, hcl.Diagnostics) {
	collection, diags := x.Collection.Value(ctx)
	key, keyDiags := x.Key.Value(ctx)
	if diags = append(diags, keyDiags...); diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if bare, _ := key.Unmark(); bare.IsKnown() {
		return m.ev.steps(collection, hcl.Traversal{hcl.TraverseIndex{Key: bare, SrcRange: x.SrcRange}})
	}
	v, diags := hcl.Index(collection, key, &x.SrcRange)
	return v, diags
}

// spread turns a single resource before [*] into a list of one.
func spread(v cty.Value) cty.Value {
	if symbols := symbolsOf(v); len(symbols) == 1 && symbols[0].object != nil && !v.IsKnown() {
		return cty.TupleVal([]cty.Value{v})
	}
	return v
}

// passing are the functions that may return one of their arguments, or a part of one,
// unchanged.
var passing = map[string]bool{
	"try": true, "one": true, "element": true, "lookup": true, "sensitive": true, "nonsensitive": true, "tostring": true,
	"issensitive": true, "ephemeralasnull": true, "merge": true, "concat": true, "values": true, "slice": true, "flatten": true,
	"tolist": true, "tomap": true, "zipmap": true, "reverse": true,
}

// name ensures that an unknown result has exactly one symbol, and that a known one has
// marks only inside.
func (w *watched) name(e *evaluator, v cty.Value) cty.Value {
	if set := v.Type().IsSetType() && !v.IsWhollyKnown(); v.IsKnown() && !set {
		bare, _ := v.Unmark()
		if call, ok := w.Expression.(*hclsyntax.FunctionCallExpr); ok && !bare.IsWhollyKnown() {
			return w.nameWithin(e, call, bare)
		}
		return bare
	}
	symbols := symbolsOf(v)
	if len(symbols) == 1 && w.passes() {
		bare, _ := v.Unmark()
		return bare.Mark(symbols[0])
	}
	template := w.describe()
	missing := w.missing(symbols)
	bare, _ := v.UnmarkDeep()
	if !bare.IsKnown() {
		return bare.Mark(e.symbol(template, missing))
	}
	return cty.UnknownVal(bare.Type()).Mark(e.symbol(template, missing))
}

// missing returns what the children and the marks of the result lack.
func (w *watched) missing(symbols []*symbol) []tree.Missing {
	for _, c := range w.children {
		symbols = append(symbols, deepSymbols(c.last)...)
	}
	if missing := missingOf(symbols); len(missing) > 0 {
		return missing
	}
	return []tree.Missing{{Key: w.describe(), What: "is known only to a provider", Supply: supplyPlan}}
}

func (w *watched) passes() bool {
	switch x := w.Expression.(type) {
	case *hclsyntax.ScopeTraversalExpr, *hclsyntax.RelativeTraversalExpr, *hclsyntax.ParenthesesExpr, *hclsyntax.TemplateWrapExpr,
		*hclsyntax.IndexExpr, *hclsyntax.AnonSymbolExpr, *hclsyntax.LiteralValueExpr:
		return true
	case *hclsyntax.FunctionCallExpr:
		return passing[x.Name] || x.Name == "coalesce" && w.oneChoice() || x.Name == "join" && len(w.children) == 2 && oneElement(w.child(1))
	case *hclsyntax.ConditionalExpr:
		return w.children[0].last != cty.NilVal && w.children[0].last.IsKnown()
	}
	return false
}

// oneChoice reports whether all arguments but one are null or empty.
func (w *watched) oneChoice() bool {
	choices := 0
	for i := range w.children {
		if v, _ := w.child(i).Unmark(); !v.IsKnown() || !v.IsNull() && !v.RawEquals(cty.StringVal("")) {
			choices++
		}
	}
	return choices == 1
}

// nameWithin gives symbols to unknown parts that lost theirs inside a function.
func (w *watched) nameWithin(e *evaluator, call *hclsyntax.FunctionCallExpr, v cty.Value) cty.Value {
	named, err := cty.Transform(v, func(path cty.Path, part cty.Value) (cty.Value, error) {
		if part.IsKnown() || len(symbolsOf(part)) > 0 {
			return part, nil
		}
		return part.Mark(e.symbol("${"+w.describeCall(call)+pathText(path)+"}", w.missing(nil))), nil
	})
	if err != nil {
		return v
	}
	named, _ = named.Unmark()
	return named
}

func pathText(path cty.Path) string {
	var b strings.Builder
	for _, step := range path {
		switch s := step.(type) {
		case cty.GetAttrStep:
			b.WriteString("." + s.Name)
		case cty.IndexStep:
			b.WriteString("[" + expressionText(s.Key) + "]")
		}
	}
	return b.String()
}

// describe formats the expression with what is known about its parts.
func (w *watched) describe() string {
	switch x := w.Expression.(type) {
	case *hclsyntax.TemplateExpr:
		var b strings.Builder
		for i := range x.Parts {
			b.WriteString(templateText(w.child(i)))
		}
		return b.String()
	case *hclsyntax.FunctionCallExpr:
		return "${" + w.describeCall(x) + "}"
	case *hclsyntax.ConditionalExpr:
		return fmt.Sprintf("${%s ? %s : %s}", expressionText(w.child(0)), expressionText(w.child(1)), expressionText(w.child(2)))
	case *hclsyntax.BinaryOpExpr:
		return fmt.Sprintf("${%s %s %s}", expressionText(w.child(0)), operators[x.Op], expressionText(w.child(1)))
	case *hclsyntax.IndexExpr:
		return fmt.Sprintf("${%s[%s]}", expressionText(w.child(0)), expressionText(w.child(1)))
	case *hclsyntax.ForExpr:
		return fmt.Sprintf("${[for … in %s]@%d}", expressionText(w.child(0)), x.SrcRange.Start.Byte)
	}
	parts := make([]string, len(w.children))
	for i := range w.children {
		parts[i] = expressionText(w.child(i))
	}
	r := w.Range()
	return fmt.Sprintf("${(%s)@%s:%d}", strings.Join(parts, ", "), r.Filename, r.Start.Byte)
}

func (w *watched) describeCall(x *hclsyntax.FunctionCallExpr) string {
	parts := make([]string, len(w.children))
	for i := range w.children {
		parts[i] = expressionText(w.child(i))
	}
	return x.Name + "(" + strings.Join(parts, ", ") + ")"
}

func (w *watched) child(i int) cty.Value {
	if i < len(w.children) && w.children[i].last != cty.NilVal {
		return w.children[i].last
	}
	return cty.NullVal(cty.DynamicPseudoType)
}

var operators = map[*hclsyntax.Operation]string{
	hclsyntax.OpLogicalOr: "||", hclsyntax.OpLogicalAnd: "&&", hclsyntax.OpEqual: "==", hclsyntax.OpNotEqual: "!=",
	hclsyntax.OpGreaterThan: ">", hclsyntax.OpGreaterThanOrEqual: ">=", hclsyntax.OpLessThan: "<", hclsyntax.OpLessThanOrEqual: "<=",
	hclsyntax.OpAdd: "+", hclsyntax.OpSubtract: "-", hclsyntax.OpMultiply: "*", hclsyntax.OpDivide: "/", hclsyntax.OpModulo: "%",
}
