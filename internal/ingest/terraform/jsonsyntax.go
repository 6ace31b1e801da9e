package terraform

import (
	"math/big"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// parseJSONBody reads the JSON form of the language, which cdktf and Wing write, into the
// same blocks as the native form. The contents of a resource become arguments: blocks and
// arguments look alike in JSON, and the shape of the resource distinguishes them later.
func parseJSONBody(shown string, data []byte) (*hclsyntax.Body, error) {
	root, err := tree.ParseJSON(shown, data)
	if err != nil {
		return nil, err
	}
	return jsonBody(shown, root)
}

// jsonBody reads the top level of a file.
func jsonBody(shown string, root *tree.Node) (*hclsyntax.Body, error) {
	r := jsonReader{file: shown}
	body := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: r.at(root)}
	if root.Kind != tree.Object {
		return nil, &tree.Error{File: shown, Line: 1, Message: "is not a JSON object"}
	}
	for _, f := range root.Fields {
		if labels, known := labelsOf[f.Name]; known {
			r.blocks(body, f.Name, nil, labels, f.Value)
		}
	}
	if r.err != nil {
		return nil, r.err
	}
	return body, nil
}

// jsonReader turns nodes into blocks and expressions.
type jsonReader struct {
	file string
	err  error
	// count gives each node a distinct position, in the order of the file.
	count int
}

func (r *jsonReader) at(n *tree.Node) hcl.Range {
	r.count++
	start := hcl.Pos{Line: int(n.Pos.Line), Column: int(n.Pos.Column), Byte: r.count}
	return hcl.Range{Filename: r.file, Start: start, End: start}
}

// blocks reads {label: {label: body}}, or lists of bodies.
func (r *jsonReader) blocks(into *hclsyntax.Body, kind string, labels []string, want int, n *tree.Node) {
	switch {
	case n.Kind == tree.List:
		for _, item := range n.Items {
			r.blocks(into, kind, labels, want, item)
		}
	case n.Kind != tree.Object:
		if n.Kind != tree.Null && r.err == nil {
			r.err = tree.Errorf(n.Pos, "%s is %s, not an object", strings.Join(append([]string{kind}, labels...), "."), n.Kind)
		}
	case want > 0:
		for _, f := range n.Fields {
			if f.Name == "//" {
				continue
			}
			r.blocks(into, kind, append(labels[:len(labels):len(labels)], f.Name), want-1, f.Value)
		}
	default:
		rng := r.at(n)
		b := &hclsyntax.Block{Type: kind, Labels: labels, TypeRange: rng, OpenBraceRange: rng, CloseBraceRange: rng}
		b.Body = r.body(n, kind)
		into.Blocks = append(into.Blocks, b)
	}
}

// body reads the contents of a block.
func (r *jsonReader) body(n *tree.Node, kind string) *hclsyntax.Body {
	body := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}, SrcRange: r.at(n)}
	for _, f := range n.Fields {
		switch {
		case f.Name == "//":
		case f.Name == "dynamic" && (kind == "resource" || kind == "data" || kind == "dynamic" || kind == "content"):
			r.dynamic(body, f.Value)
		case kind == "dynamic" && f.Name == "content":
			r.content(body, f.Value)
		default:
			rng := r.at(f.Value)
			x := r.expression(f.Value)
			if kind == "variable" && f.Name == "type" && f.Value.Kind == tree.String {
				x = r.parse(f.Value, hclsyntax.ParseExpression)
			}
			body.Attributes[f.Name] = &hclsyntax.Attribute{Name: f.Name, Expr: x, SrcRange: rng, NameRange: rng, EqualsRange: rng}
		}
	}
	return body
}

func (r *jsonReader) content(body *hclsyntax.Body, n *tree.Node) {
	if n.Kind == tree.List && len(n.Items) > 0 {
		n = n.Items[0]
	}
	rng := r.at(n)
	body.Blocks = append(body.Blocks, &hclsyntax.Block{Type: "content", Body: r.body(n, "content"), TypeRange: rng, OpenBraceRange: rng})
}

// dynamic reads {"origin": {"for_each": …, "content": {…}}}, or lists of them.
func (r *jsonReader) dynamic(body *hclsyntax.Body, n *tree.Node) {
	if n.Kind == tree.List {
		for _, item := range n.Items {
			r.dynamic(body, item)
		}
		return
	}
	for _, f := range n.Fields {
		values := []*tree.Node{f.Value}
		if f.Value.Kind == tree.List {
			values = f.Value.Items
		}
		for _, v := range values {
			rng := r.at(v)
			body.Blocks = append(body.Blocks, &hclsyntax.Block{Type: "dynamic", Labels: []string{f.Name}, Body: r.body(v, "dynamic"), TypeRange: rng, OpenBraceRange: rng})
		}
	}
}

// expression turns a value into an expression; strings are templates.
func (r *jsonReader) expression(n *tree.Node) hclsyntax.Expression {
	rng := r.at(n)
	literal := func(v cty.Value) hclsyntax.Expression { return &hclsyntax.LiteralValueExpr{Val: v, SrcRange: rng} }
	switch n.Kind {
	case tree.String:
		if !strings.Contains(n.Text, "${") && !strings.Contains(n.Text, "%{") {
			return literal(cty.StringVal(n.Text))
		}
		return r.parse(n, hclsyntax.ParseTemplate)
	case tree.Number:
		if f, _, err := big.ParseFloat(n.Text, 10, 512, big.ToNearestEven); err == nil {
			return literal(cty.NumberVal(f))
		}
	case tree.Bool:
		return literal(cty.BoolVal(n.Text == "true"))
	case tree.List:
		list := &hclsyntax.TupleConsExpr{SrcRange: rng, OpenRange: rng}
		for _, item := range n.Items {
			list.Exprs = append(list.Exprs, r.expression(item))
		}
		return list
	case tree.Object:
		object := &hclsyntax.ObjectConsExpr{SrcRange: rng, OpenRange: rng}
		for _, f := range n.Fields {
			if f.Name == "//" {
				continue
			}
			key := r.expression(tree.NewString(f.Name, f.Pos))
			object.Items = append(object.Items, hclsyntax.ObjectConsItem{KeyExpr: key, ValueExpr: r.expression(f.Value)})
		}
		return object
	}
	return literal(cty.NullVal(cty.DynamicPseudoType))
}

// parse parses a string of the file as an expression or a template. A string that does not
// parse is an error only where it is needed.
func (r *jsonReader) parse(n *tree.Node, parse func([]byte, string, hcl.Pos) (hclsyntax.Expression, hcl.Diagnostics)) hclsyntax.Expression {
	rng := r.at(n)
	x, diags := hclsyntax.Expression(nil), failure(rng, "Too deep", "The expression is nested too deep")
	if templateNesting(r.file, []byte(n.Text)) == nil {
		x, diags = parse([]byte(n.Text), r.file, rng.Start)
	}
	if diags.HasErrors() {
		return &broken{Expression: &hclsyntax.LiteralValueExpr{Val: cty.DynamicVal, SrcRange: rng}, diags: diags}
	}
	return x
}

// broken is an expression that could not be parsed.
type broken struct {
	hclsyntax.Expression
	diags hcl.Diagnostics
}

// Value returns the diagnostics.
func (b *broken) Value(*hcl.EvalContext) (cty.Value, hcl.Diagnostics) { return cty.DynamicVal, b.diags }
