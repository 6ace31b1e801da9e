package cloudformation

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// maxText bounds all text that a template's functions make, and one text.
const maxText = 32 << 20

// functions are the intrinsic functions that give values, by their long names.
var functions map[string]func(e *evaluator, n *tree.Node) *tree.Node

func init() { //nolint:gochecknoinits // the functions call value, which looks here
	functions = map[string]func(e *evaluator, n *tree.Node) *tree.Node{
		"Ref": (*evaluator).ref, "Fn::GetAtt": (*evaluator).getAtt, "Fn::Sub": (*evaluator).sub, "Fn::Join": (*evaluator).join,
		"Fn::Select": (*evaluator).selected, "Fn::Split": (*evaluator).split, "Fn::If": (*evaluator).choose,
		"Fn::FindInMap": (*evaluator).findInMap, "Fn::Base64": (*evaluator).base64, "Fn::Cidr": (*evaluator).cidr,
		"Fn::ImportValue": (*evaluator).importValue, "Fn::Transform": (*evaluator).transform, "Fn::GetAZs": (*evaluator).zones,
		"Fn::Length": (*evaluator).length, "Fn::ToJsonString": (*evaluator).toJSON,
	}
}

// function returns the intrinsic function that a node is a call of, and its
// argument; "" where it is none.
func function(n *tree.Node) (string, *tree.Node) {
	if n.Tag != "" {
		name := strings.TrimPrefix(n.Tag, "!")
		if name != "Ref" && name != "Condition" {
			name = "Fn::" + name
		}
		argument := n.Clone()
		argument.Tag = ""
		if name == "Fn::GetAtt" && argument.Kind == tree.String {
			logical, attribute, _ := strings.Cut(argument.Text, ".")
			argument = tree.NewList(n.Pos, tree.NewString(logical, n.Pos), tree.NewString(attribute, n.Pos))
		}
		return name, argument
	}
	if n.Kind == tree.Object && len(n.Fields) == 1 {
		if name := n.Fields[0].Name; name == "Ref" || strings.HasPrefix(name, "Fn::") {
			return name, n.Fields[0].Value
		}
	}
	return "", nil
}

// value evaluates a node. What AWS::NoValue stands for is nil, and so is nil.
func (e *evaluator) value(n *tree.Node) *tree.Node {
	if n == nil {
		return nil
	}
	if e.depth++; e.depth > 4*tree.MaxDepth {
		e.depth--
		return e.unknown(n.Pos, "", "the template refers to itself")
	}
	defer func() { e.depth-- }()
	if name, argument := function(n); name != "" {
		call, ok := functions[name]
		if !ok {
			return e.unknown(n.Pos, "", fmt.Sprintf("%s is not a function edgesim knows", name))
		}
		v := call(e, argument)
		if v != nil && v.Pos != n.Pos {
			moved := v.Clone() // the place is that of the call
			moved.Pos = n.Pos
			if p, ok := e.parts[v]; ok {
				e.parts[moved] = p
			}
			return moved
		}
		return v
	}
	return e.plain(n)
}

// plain evaluates what is not a call of a function.
func (e *evaluator) plain(n *tree.Node) *tree.Node {
	switch n.Kind {
	case tree.Object:
		out := tree.NewObject(n.Pos)
		out.Fields = make([]tree.Field, 0, len(n.Fields))
		for _, f := range n.Fields {
			if v := e.value(f.Value); v != nil {
				out.Fields = append(out.Fields, tree.Field{Name: f.Name, Pos: f.Pos, Value: v})
			}
		}
		return out
	case tree.List:
		out := tree.NewList(n.Pos)
		out.Items = make([]*tree.Node, 0, len(n.Items))
		for _, it := range n.Items {
			if v := e.value(it); v != nil {
				out.Items = append(out.Items, v)
			}
		}
		return out
	case tree.String:
		if strings.Contains(n.Text, "{{resolve:") || e.serverless != nil && strings.Contains(n.Text, "${") {
			return e.dynamic(n)
		}
	}
	return n
}

// items evaluates a list; an unresolved or missing one gives false.
func (e *evaluator) items(n *tree.Node) ([]*tree.Node, *tree.Node, bool) {
	v := e.value(n)
	switch {
	case v == nil:
		return nil, nil, false
	case v.Kind == tree.List:
		return v.Items, v, true
	}
	return nil, v, false
}

func (e *evaluator) selected(n *tree.Node) *tree.Node {
	if n.Kind != tree.List || len(n.Items) != 2 {
		return e.malformed(n, "Fn::Select takes an index and a list")
	}
	index := e.value(n.Items[0])
	list, whole, ok := e.items(n.Items[1])
	i, err := strconv.Atoi(index.AnyText())
	switch {
	case index == nil || index.Kind == tree.Unresolved:
		return e.unresolvedCall("Fn::Select", n, index, whole)
	case err != nil:
		return e.malformed(n, fmt.Sprintf("Fn::Select takes a number, not %q", index.Text))
	case !ok && whole != nil && whole.Kind == tree.Unresolved:
		v := e.unresolvedCall("Fn::Select "+index.Text, n, whole)
		v.Backend = whole.Backend
		return v
	case !ok || i < 0 || i >= len(list):
		return e.unknown(n.Pos, "Fn::Select "+index.Text, fmt.Sprintf("Fn::Select finds no item %d", i))
	}
	return list[i]
}

func (e *evaluator) base64(n *tree.Node) *tree.Node {
	v := e.value(n)
	if v == nil || v.Kind == tree.Unresolved {
		return e.unresolvedCall("Fn::Base64", n, v)
	}
	return tree.NewString(base64.StdEncoding.EncodeToString([]byte(v.Text)), n.Pos)
}

func (e *evaluator) findInMap(n *tree.Node) *tree.Node {
	if n.Kind != tree.List || len(n.Items) < 3 {
		return e.malformed(n, "Fn::FindInMap takes a map and two keys")
	}
	at := e.mappings
	var keys []string
	for _, it := range n.Items[:3] {
		key := e.value(it)
		if key == nil || key.Kind == tree.Unresolved {
			return e.unresolvedCall("Fn::FindInMap "+strings.Join(keys, "."), n, key)
		}
		keys = append(keys, key.Text)
		at = at.Get(key.Text)
	}
	if at != nil {
		return e.value(at)
	}
	if len(n.Items) > 3 {
		if fallback := n.Items[3].Get("DefaultValue"); fallback != nil {
			return e.value(fallback)
		}
	}
	return e.malformed(n, fmt.Sprintf("Mappings have no %s", strings.Join(keys, ".")))
}

func (e *evaluator) importValue(n *tree.Node) *tree.Node {
	name := e.value(n)
	if name == nil {
		return e.malformed(n, "Fn::ImportValue has no name")
	}
	if v := e.exports.find(name.Text); v != nil {
		return v
	}
	return e.supplied("ImportValue."+name.Text, n.Pos, fmt.Sprintf("the export %q of another stack", name.Text), false, "")
}

func (e *evaluator) transform(n *tree.Node) *tree.Node {
	return e.unknown(n.Pos, "Fn::Transform "+n.Get("Name").AnyText(), fmt.Sprintf("the macro %q is not run", n.Get("Name").AnyText()))
}

func (e *evaluator) zones(n *tree.Node) *tree.Node {
	return e.unknown(n.Pos, "Fn::GetAZs", "the availability zones of the region")
}

func (e *evaluator) length(n *tree.Node) *tree.Node {
	list, whole, ok := e.items(n)
	if !ok {
		return e.unresolvedCall("Fn::Length", n, whole)
	}
	return tree.NewInteger(int64(len(list)), n.Pos)
}

func (e *evaluator) toJSON(n *tree.Node) *tree.Node {
	return e.unknown(n.Pos, "Fn::ToJsonString", "the text of Fn::ToJsonString is not made")
}

// choose is Fn::If.
func (e *evaluator) choose(n *tree.Node) *tree.Node {
	if n.Kind != tree.List || len(n.Items) != 3 {
		return e.malformed(n, "Fn::If takes a condition and two values")
	}
	name := n.Items[0].AnyText()
	switch c := e.condition(name, n.Pos); c.is {
	case yes:
		return e.value(n.Items[1])
	case no:
		return e.value(n.Items[2])
	default:
		a, b := e.value(n.Items[1]), e.value(n.Items[2])
		if a != nil && b != nil && a.Kind == b.Kind && a.Kind == tree.String && a.Text == b.Text {
			return a
		}
		v := tree.NewUnresolved("${Fn::If "+name+"}", n.Pos, c.missing...)
		if a != nil {
			v.Backend = a.Backend
		}
		return v
	}
}
