package cloudformation

import (
	"fmt"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// verdict is the result of a condition.
type verdict int

const (
	unsure verdict = iota
	yes
	no
)

// truth is a verdict with what is missing if it is unsure.
type truth struct {
	is      verdict
	missing []tree.Missing
}

func decided(b bool) truth {
	if b {
		return truth{is: yes}
	}
	return truth{is: no}
}

// condition evaluates a condition by name.
func (e *evaluator) condition(name string, pos tree.Position) truth {
	if t, ok := e.decided[name]; ok {
		return t
	}
	n := e.conditions.Get(name)
	if n == nil {
		e.remark(tree.Remark{Pos: pos, Path: "Conditions." + name, Message: "is not among the Conditions of the template", Refused: true})
		return truth{missing: []tree.Missing{{What: fmt.Sprintf("there is no condition %q", name)}}}
	}
	if e.busy["condition "+name] {
		return truth{missing: []tree.Missing{{What: fmt.Sprintf("the condition %q refers to itself", name)}}}
	}
	e.busy["condition "+name] = true
	t := e.judge(n)
	delete(e.busy, "condition "+name)
	e.decided[name] = t
	return t
}

// judge evaluates the expression of a condition.
func (e *evaluator) judge(n *tree.Node) truth {
	if e.depth++; e.depth > 4*tree.MaxDepth {
		e.depth--
		return truth{missing: []tree.Missing{{What: "the condition is nested too deep"}}}
	}
	defer func() { e.depth-- }()
	name, argument := function(n)
	if name == "" && n.Kind == tree.Object && len(n.Fields) == 1 && n.Fields[0].Name == "Condition" {
		name, argument = "Condition", n.Fields[0].Value
	}
	switch name {
	case "Condition":
		return e.condition(argument.AnyText(), n.Pos)
	case "Fn::Equals":
		return e.equals(argument)
	case "Fn::Not":
		if argument.Kind == tree.List && len(argument.Items) == 1 {
			switch t := e.judge(argument.Items[0]); t.is {
			case yes:
				return truth{is: no}
			case no:
				return truth{is: yes}
			default:
				return t
			}
		}
	case "Fn::And":
		return e.all(argument, no, yes)
	case "Fn::Or":
		return e.all(argument, yes, no)
	case "":
		if n.Kind == tree.Bool || n.Kind == tree.String && (n.Text == "true" || n.Text == "false") {
			return decided(n.Text == "true")
		}
	}
	e.remark(tree.Remark{Pos: n.Pos, Path: "Conditions", Message: "is not an expression of a condition", Refused: true})
	return truth{missing: []tree.Missing{{What: "the condition cannot be read"}}}
}

// all evaluates Fn::And and Fn::Or: a single verdict of one decides; otherwise requires all
// to be known.
func (e *evaluator) all(n *tree.Node, one, otherwise verdict) truth {
	result := truth{is: otherwise}
	for _, it := range n.Items {
		t := e.judge(it)
		if t.is == one {
			return t
		}
		if t.is == unsure {
			result.is = unsure
			result.missing = append(result.missing, t.missing...)
		}
	}
	return result
}

func (e *evaluator) equals(n *tree.Node) truth {
	if n.Kind != tree.List || len(n.Items) != 2 {
		return truth{missing: []tree.Missing{{What: "Fn::Equals takes two values"}}}
	}
	a, b := e.value(n.Items[0]), e.value(n.Items[1])
	var missing []tree.Missing
	for _, v := range []*tree.Node{a, b} {
		if v != nil && v.Kind == tree.Unresolved {
			missing = append(missing, v.Missing...)
		}
	}
	switch {
	case a == nil || b == nil:
		return decided(a == b)
	case len(missing) == 0:
		return decided(same(a, b))
	case a.Kind == b.Kind && a.Text == b.Text:
		return truth{is: yes}
	case e.opts.Assume:
		return truth{is: no} // a placeholder is equal to nothing
	}
	return truth{missing: missing}
}

// same compares two known values, as texts if they have one.
func same(a, b *tree.Node) bool {
	if len(a.Items) != len(b.Items) || len(a.Fields) != len(b.Fields) || a.Text != b.Text {
		return false
	}
	for i := range a.Items {
		if !same(a.Items[i], b.Items[i]) {
			return false
		}
	}
	for _, f := range a.Fields {
		if other := b.Get(f.Name); other == nil || !same(f.Value, other) {
			return false
		}
	}
	return true
}
