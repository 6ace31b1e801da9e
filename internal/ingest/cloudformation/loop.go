package cloudformation

import (
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// maxLoop limits the output of Fn::ForEach.
const maxLoop = 1000

// loops unrolls Fn::ForEach among the resources (AWS::LanguageExtensions), as far as its
// collection is known.
func (e *evaluator) loops() {
	if e.res == nil || e.res.Kind != tree.Object {
		return
	}
	var out []tree.Field
	changed := false
	for _, f := range e.res.Fields {
		if !strings.HasPrefix(f.Name, "Fn::ForEach::") || f.Value.Kind != tree.List || len(f.Value.Items) != 3 {
			out = append(out, f)
			continue
		}
		list, _, ok := e.items(f.Value.Items[1])
		if !ok || len(list) > maxLoop {
			out = append(out, f)
			continue
		}
		changed = true
		name, body := f.Value.Items[0].AnyText(), f.Value.Items[2]
		for _, it := range list {
			if it.Kind == tree.Unresolved {
				continue
			}
			out = append(out, replaced(body, name, it.Text).Members()...)
		}
	}
	if changed {
		c := e.res.Clone()
		c.Fields = out
		e.res = c
	}
}

// replaced inserts the value of the loop's variable into names and texts.
func replaced(n *tree.Node, name, value string) *tree.Node {
	put := strings.NewReplacer("${"+name+"}", value, "&{"+name+"}", value)
	c := n.Clone()
	switch n.Kind {
	case tree.String:
		c.Text = put.Replace(n.Text)
		if n.Tag == "!Ref" && n.Text == name {
			c.Tag, c.Text = "", value
		}
	case tree.List:
		c.Items = make([]*tree.Node, len(n.Items))
		for i, it := range n.Items {
			c.Items[i] = replaced(it, name, value)
		}
	case tree.Object:
		if len(n.Fields) == 1 && n.Fields[0].Name == "Ref" && n.Fields[0].Value.Text == name {
			return tree.NewString(value, n.Pos)
		}
		c.Fields = make([]tree.Field, len(n.Fields))
		for i, f := range n.Fields {
			c.Fields[i] = tree.Field{Name: put.Replace(f.Name), Pos: f.Pos, Value: replaced(f.Value, name, value)}
		}
	}
	return c
}
