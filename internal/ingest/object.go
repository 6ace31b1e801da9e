package ingest

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// reader collects what there is to say about a file while it is read.
type reader struct {
	notices  []distribution.Notice
	problems []distribution.Problem
	// custom are the policies that behaviors can name besides AWS's own.
	custom Policies
	// vpc are the paths of VPC origins, which are read as custom ones.
	vpc []string
}

func (r *reader) notice(kind distribution.NoticeKind, path, format string, args ...any) {
	r.notices = append(r.notices, distribution.Notice{Kind: kind, Path: path, Message: fmt.Sprintf(format, args...)})
}

func (r *reader) problem(p distribution.Problem) { r.problems = append(r.problems, p) }

// wrongType records a value that is not of the kind the API has there.
func (r *reader) wrongType(path string, n *node, want kind, limit limit) {
	p := distribution.Problem{Path: path, Value: n.show(), Allowed: limit.allowed, Rule: limit.rule, Message: "is not " + string(want)}
	if want == kindString && n.kind == kindNumber {
		p.Fix = fmt.Sprintf("write \"%s\", with quotes", n.text)
	}
	if _, err := strconv.Atoi(n.text); want == kindNumber && n.kind == kindString && err == nil {
		p.Fix = fmt.Sprintf("write %s, without quotes", n.text)
	}
	r.problem(p)
}

// limit is what a setting allows and the rule that says so, for messages about
// values that have not even the right type.
type limit struct{ allowed, rule string }

// object is a cursor over one object of the file. Each field is asked for by
// name; what nobody asked for is reported as unknown by done.
type object struct {
	r     *reader
	path  string
	node  *node
	asked []string
}

// object returns a cursor over n, which is empty where n is not an object.
func (r *reader) object(path string, n *node) *object {
	if n.kind != kindObject {
		r.wrongType(path, n, kindObject, limit{})
		n = &node{kind: kindObject, line: n.line}
	}
	o := &object{r: r, path: path, node: n}
	if f := n.repeated(); f != nil {
		r.problem(distribution.Problem{Path: o.at(f.name), Message: fmt.Sprintf("stands twice in one object (line %d)", f.line), Fix: "remove one of the two"})
	}
	return o
}

// at returns the path of a field.
func (o *object) at(name string) string {
	if o.path == "" {
		return name
	}
	return o.path + "." + name
}

// take returns a field, or nil where it is absent or null.
func (o *object) take(name string) *node {
	o.asked = append(o.asked, name)
	if !o.node.has(name) {
		return nil
	}
	return o.node.get(name)
}

// known marks fields that mean nothing to edgesim and change nothing.
func (o *object) known(names ...string) { o.asked = append(o.asked, names...) }

// child returns a cursor over an object, or nil where there is none.
func (o *object) child(name string) *object {
	n := o.take(name)
	if n == nil {
		return nil
	}
	if n.kind != kindObject {
		o.r.wrongType(o.at(name), n, kindObject, limit{})
		return nil
	}
	return o.r.object(o.at(name), n)
}

// text returns a string, or def where it is absent.
func (o *object) text(name, def string) string { return o.textLimit(name, def, limit{}) }

func (o *object) textLimit(name, def string, limit limit) string {
	n := o.take(name)
	switch {
	case n == nil:
		return def
	case n.kind != kindString:
		o.r.wrongType(o.at(name), n, kindString, limit)
		return def
	}
	return n.text
}

// boolean returns a boolean, or def where it is absent.
func (o *object) boolean(name string, def bool) bool {
	n := o.take(name)
	switch {
	case n == nil:
		return def
	case n.kind != kindBool:
		o.r.wrongType(o.at(name), n, kindBool, limit{allowed: "true, false"})
		return def
	}
	return n.text == "true"
}

// mostInteger bounds integers, so that none overflows when it becomes a duration.
const mostInteger = 1_000_000_000_000_000

// integer returns a whole number, or def where it is absent.
func (o *object) integer(name string, def int64, limit limit) int64 {
	n := o.take(name)
	if n == nil {
		return def
	}
	i, ok := n.integer()
	switch {
	case n.kind != kindNumber:
		o.r.wrongType(o.at(name), n, kindNumber, limit)
	case !ok || i > mostInteger || i < -mostInteger:
		o.r.problem(distribution.Problem{Path: o.at(name), Value: n.text, Allowed: limit.allowed, Rule: limit.rule, Message: "is not a whole number"})
	default:
		return i
	}
	return def
}

// seconds returns a duration that the file gives in seconds.
func (o *object) seconds(name string, def time.Duration, limit limit) time.Duration {
	const most = 1_000_000_000 // a duration holds 9 of these
	s := o.integer(name, int64(def/time.Second), limit)
	if s > most || s < -most {
		o.r.problem(distribution.Problem{Path: o.at(name), Value: strconv.FormatInt(s, 10), Allowed: limit.allowed, Rule: limit.rule, Message: "is out of range"})
		return def
	}
	return time.Duration(s) * time.Second
}

// item is an element of a list with its path.
type item struct {
	path string
	node *node
}

// items returns the elements of the API's {"Quantity": n, "Items": […]} in the
// field with this name, whose two numbers must agree. more sees the rest of
// that object, where it has other fields.
func (o *object) items(name string, limit limit, more func(*object)) []item {
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

func (o *object) elements(limit limit) []item {
	quantity := o.take("Quantity")
	list := o.take("Items")
	var items []item
	if list != nil {
		if list.kind != kindList {
			o.r.wrongType(o.at("Items"), list, kindList, limit)
			return nil
		}
		for i, n := range list.items {
			items = append(items, item{fmt.Sprintf("%s[%d]", o.at("Items"), i), n})
		}
	}
	p := distribution.Problem{Path: o.at("Quantity"), Rule: limit.rule, Fix: fmt.Sprintf("set %d", len(items))}
	if quantity == nil {
		p.Message = "is required"
		o.r.problem(p)
		return items
	}
	if n, ok := quantity.integer(); !ok || n != int64(len(items)) {
		p.Value, p.Message = quantity.show(), fmt.Sprintf("does not equal the number of items, %d", len(items))
		o.r.problem(p)
	}
	return items
}

// texts returns the strings of a Quantity/Items list.
func (o *object) texts(name string, limit limit, more func(*object)) []string {
	var list []string
	for _, it := range o.items(name, limit, more) {
		if it.node.kind != kindString {
			o.r.wrongType(it.path, it.node, kindString, limit)
			continue
		}
		list = append(list, it.node.text)
	}
	return list
}

// done reports the fields nobody asked for.
func (o *object) done() {
	for _, f := range o.node.fields {
		if slices.Contains(o.asked, f.name) {
			continue
		}
		message := fmt.Sprintf("is not a field edgesim knows (line %d)", f.line)
		if near := DidYouMean(f.name, o.asked); near != "" {
			message += fmt.Sprintf("; did you mean %q?", near)
		}
		o.r.notice(distribution.NoticeUnknown, o.at(f.name), "%s", message)
	}
}
