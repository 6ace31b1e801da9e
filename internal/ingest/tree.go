package ingest

import (
	"fmt"
	"strconv"
)

// kind tells the values of a tree apart.
type kind string

const (
	kindNull   kind = "null"
	kindBool   kind = "a boolean"
	kindNumber kind = "a number"
	kindString kind = "a string"
	kindList   kind = "a list"
	kindObject kind = "an object"
)

// node is a value of JSON or YAML with its place in the file.
type node struct {
	kind kind
	line int
	// text is a string, the literal of a number, or true or false.
	text   string
	items  []*node
	fields []field
}

// field is one member of an object, in the order of the file.
type field struct {
	name  string
	line  int
	value *node
}

// The bounds of a tree, against files made to exhaust memory.
const (
	maxDepth = 100
	maxNodes = 1_000_000
)

// get returns the member of an object, or nil.
func (n *node) get(name string) *node {
	if n == nil || n.kind != kindObject {
		return nil
	}
	for i := range n.fields {
		if n.fields[i].name == name {
			return n.fields[i].value
		}
	}
	return nil
}

// has reports whether an object has a member that is not null.
func (n *node) has(name string) bool {
	v := n.get(name)
	return v != nil && v.kind != kindNull
}

// repeated returns the first field whose name stands a second time, or nil.
func (n *node) repeated() *field {
	seen := make(map[string]bool, len(n.fields))
	for i := range n.fields {
		if seen[n.fields[i].name] {
			return &n.fields[i]
		}
		seen[n.fields[i].name] = true
	}
	return nil
}

// hasAny reports whether an object has one of the members.
func (n *node) hasAny(names ...string) bool {
	for _, name := range names {
		if n.has(name) {
			return true
		}
	}
	return false
}

// show writes a value for a message, without what is inside.
func (n *node) show() string {
	switch n.kind {
	case kindList:
		return fmt.Sprintf("[%d items]", len(n.items))
	case kindObject:
		return fmt.Sprintf("{%d fields}", len(n.fields))
	case kindNull:
		return "null"
	default:
		return n.text
	}
}

// integer returns the value of a whole number.
func (n *node) integer() (int64, bool) {
	if n.kind != kindNumber {
		return 0, false
	}
	i, err := strconv.ParseInt(n.text, 10, 64)
	return i, err == nil
}
