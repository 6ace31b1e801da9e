package apishape

import (
	"fmt"
	"strconv"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// item is an element of a list with its path.
type item struct {
	path string
	node *tree.Node
}

// items returns the elements of the API's {"Quantity": n, "Items": […]} in a field; the two
// counts must agree; templates may have a plain list. more sees the rest of that object if
// it has other fields.
func (o *object) items(name string, limit limit, more func(*object)) []item {
	n := o.take(name)
	switch {
	case n == nil:
		return nil
	case n.Kind == tree.Unresolved:
		o.r.missing(o.at(name), n, true)
		return nil
	case n.Kind == tree.List && !o.r.strict:
		o.asked = append(o.asked, name)
		return o.r.plain(o.at(name)+".Items", n)
	}
	list := o.child(name)
	if list == nil {
		return nil
	}
	items := list.elements(limit)
	if more != nil {
		more(list)
	}
	list.done()
	return items
}

// plainItems returns the elements of a list that is plain in the API, too.
func (o *object) plainItems(name string) []item {
	if n := o.take(name); n != nil && n.Kind == tree.List {
		return o.r.plain(o.at(name), n)
	}
	return o.items(name, limit{}, nil)
}

// plain returns the elements of a plain list.
func (r *reader) plain(path string, n *tree.Node) []item {
	items := make([]item, 0, len(n.Items))
	for i, it := range n.Items {
		at := fmt.Sprintf("%s[%d]", path, i)
		r.places[at] = it.Pos
		items = append(items, item{at, it})
	}
	return items
}

func (o *object) elements(limit limit) []item {
	quantity := o.take("Quantity")
	list := o.take("Items")
	var items []item
	switch {
	case list == nil:
	case list.Kind == tree.Unresolved:
		o.r.missing(o.at("Items"), list, true)
		return nil
	case list.Kind != tree.List:
		o.r.wrongType(o.at("Items"), list, tree.List, limit)
		return nil
	default:
		items = o.r.plain(o.at("Items"), list)
	}
	p := distribution.Problem{Path: o.at("Quantity"), Rule: limit.rule, Fix: fmt.Sprintf("set %d", len(items))}
	if p.Rule == "" {
		p.Rule = "CF-CONF-46"
	}
	switch {
	case quantity == nil && !o.r.strict, quantity != nil && quantity.Kind == tree.Unresolved:
		return items
	case quantity == nil:
		p.Message = "is required"
		o.r.problem(p)
		return items
	}
	if !o.r.typed {
		quantity = asNumber(quantity)
	}
	if n, ok := quantity.Integer(); !ok || n != int64(len(items)) {
		p.Value, p.Message = quantity.Show(), fmt.Sprintf("does not equal the number of items, %d", len(items))
		o.r.problem(p)
	}
	return items
}

// texts returns the strings of a list.
func (o *object) texts(name string, limit limit, more func(*object)) []string {
	return o.r.strings(name, o.items(name, limit, more), limit)
}

// strings returns the text of each element. An unresolved one is recorded and omitted,
// except for names of things, which become their expression.
func (r *reader) strings(name string, items []item, limit limit) []string {
	var list []string
	for _, it := range items {
		switch {
		case it.node.Kind == tree.Null && !r.typed: // left by AWS::NoValue
		case it.node.Kind == tree.Unresolved && name != "TrustedKeyGroups" && name != "TrustedSigners" && name != "KeyGroupItems":
			r.missing(it.path, it.node, true)
		case it.node.Kind == tree.Unresolved:
			r.missing(it.path, it.node, false)
			list = append(list, it.node.Text)
		case it.node.Kind == tree.String:
			list = append(list, it.node.Text)
		case !r.typed && (it.node.Kind == tree.Number || it.node.Kind == tree.Bool):
			list = append(list, it.node.Text)
		default:
			r.wrongType(it.path, it.node, tree.String, limit)
		}
	}
	return list
}

// integers returns the numbers of a list.
func (o *object) integers(name string, limit limit) []int {
	var list []int
	for _, it := range o.items(name, limit, nil) {
		before := len(o.r.problems) + len(o.r.unresolved)
		n := o.r.integerOf(it.path, it.node, 0, limit)
		if len(o.r.problems)+len(o.r.unresolved) == before {
			list = append(list, int(n))
		}
	}
	return list
}

// itoa formats a number for a message.
func itoa(n int64) string { return strconv.FormatInt(n, 10) }
