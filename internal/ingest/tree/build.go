package tree

import "strconv"

// NewString returns a string.
func NewString(text string, pos Position) *Node { return &Node{Kind: String, Text: text, Pos: pos} }

// NewNumber returns a number from its literal.
func NewNumber(literal string, pos Position) *Node {
	return &Node{Kind: Number, Text: literal, Pos: pos}
}

// NewInteger returns a whole number.
func NewInteger(i int64, pos Position) *Node { return NewNumber(strconv.FormatInt(i, 10), pos) }

// NewBool returns a boolean.
func NewBool(b bool, pos Position) *Node {
	return &Node{Kind: Bool, Text: strconv.FormatBool(b), Pos: pos}
}

// NewNull returns a null.
func NewNull(pos Position) *Node { return &Node{Kind: Null, Pos: pos} }

// NewObject returns an object without members.
func NewObject(pos Position) *Node { return &Node{Kind: Object, Pos: pos} }

// NewList returns a list.
func NewList(pos Position, items ...*Node) *Node { return &Node{Kind: List, Pos: pos, Items: items} }

// NewUnresolved returns an unknown value, with its expression in canonical form and what is
// missing.
func NewUnresolved(expression string, pos Position, missing ...Missing) *Node {
	return &Node{Kind: Unresolved, Text: expression, Pos: pos, Missing: missing}
}

// Set adds or replaces a member of an object, and returns the object. A nil value changes
// nothing.
func (n *Node) Set(name string, value *Node) *Node {
	if value == nil {
		return n
	}
	for i := range n.Fields {
		if n.Fields[i].Name == name {
			n.Fields[i].Value = value
			return n
		}
	}
	n.Fields = append(n.Fields, Field{Name: name, Pos: value.Pos, Value: value})
	return n
}

// Clone returns a copy of a node that shares its children.
func (n *Node) Clone() *Node {
	c := *n
	return &c
}
