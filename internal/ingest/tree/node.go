package tree

import (
	"fmt"
	"strconv"
)

// Kind is the kind of a value in a tree.
type Kind uint8

// The kinds of values.
const (
	Null Kind = iota
	Bool
	Number
	String
	List
	Object
	// Unresolved is a value that the file computes from something it does not contain: a
	// parameter without a default, an attribute of a load balancer.
	Unresolved
)

// String returns the kind for a message: "a string".
func (k Kind) String() string {
	return [...]string{"null", "a boolean", "a number", "a string", "a list", "an object", "an unresolved value"}[k]
}

// Position is a position in a file. Lines and columns count from 1; 0 is unknown.
type Position struct {
	// File is the path as the user gave it or as a file names it, "" for a single file.
	File         string
	Line, Column int32
}

// String returns file:line:column, as far as known.
func (p Position) String() string {
	s := p.File
	if p.Line > 0 {
		if s != "" {
			s += ":"
		} else {
			s = "line "
		}
		s += strconv.Itoa(int(p.Line))
	}
	return s
}

// Node is a value with its position.
type Node struct {
	Kind Kind
	Pos  Position
	// Text is a string, the literal of a number, true or false. For an unresolved value it
	// is the expression in canonical form, "${LoadBalancer.DNSName}" or
	// "S3-${AWS::StackName}": two unresolved values with the same text are the same value,
	// so that an unresolved origin id still joins origin and behavior.
	Text   string
	Items  []*Node
	Fields []Field
	// Tag is a custom YAML tag (!GetAtt), or "".
	Tag string
	// Path is the position in the source's own terms if that differs from the API's path:
	// "Resources.CDN.Properties.DistributionConfig.Origins[0]". "" if the reader sets none.
	Path string
	// Missing says what is unknown about an unresolved value; not empty for one.
	Missing []Missing
	// Backend is what is behind an origin's domain name if the reader knows it from the
	// resource that the name comes from; otherwise "".
	Backend Backend
}

// Field is one member of an object, in the order of the file.
type Field struct {
	Name  string
	Pos   Position
	Value *Node
}

// Missing is something that a value needs and no file contains.
type Missing struct {
	// Key is the expression as --parameter accepts it: "DomainName",
	// "LoadBalancer.DNSName", "var.domain", "aws_lb.this.dns_name".
	Key string
	// What describes it: "parameter DomainName has no default".
	What string
	// Supply is the flag or line that supplies it: "--parameter DomainName=VALUE".
	Supply string
}

// Backend is the kind of server behind an origin's domain name.
type Backend string

// The backends that a resource's type reveals.
const (
	BackendBucket       Backend = "s3-bucket"
	BackendWebsite      Backend = "s3-website"
	BackendLoadBalancer Backend = "load-balancer"
	BackendAPIGateway   Backend = "api-gateway"
	BackendLambdaURL    Backend = "lambda-url"
	BackendMediaStore   Backend = "mediastore"
	BackendMediaPackage Backend = "mediapackagev2"
)

// The limits of a tree, against files made to exhaust memory.
const (
	MaxDepth = 100
	MaxNodes = 400_000
)

// Get returns the member of an object, or nil. If a name occurs twice, the last one counts.
func (n *Node) Get(name string) *Node {
	if n == nil || n.Kind != Object {
		return nil
	}
	for i := len(n.Fields) - 1; i >= 0; i-- {
		if n.Fields[i].Name == name {
			return n.Fields[i].Value
		}
	}
	return nil
}

// At returns the value at a path of members, or nil.
func (n *Node) At(names ...string) *Node {
	for _, name := range names {
		n = n.Get(name)
	}
	return n
}

// Has reports whether an object has a member that is not null.
func (n *Node) Has(name string) bool {
	v := n.Get(name)
	return v != nil && v.Kind != Null
}

// HasAny reports whether an object has one of the members.
func (n *Node) HasAny(names ...string) bool {
	for _, name := range names {
		if n.Has(name) {
			return true
		}
	}
	return false
}

// Repeated returns the first field whose name occurs a second time, or nil.
func (n *Node) Repeated() *Field {
	seen := make(map[string]bool, len(n.Fields))
	for i := range n.Fields {
		if seen[n.Fields[i].Name] {
			return &n.Fields[i]
		}
		seen[n.Fields[i].Name] = true
	}
	return nil
}

// Show returns a value for a message, without its contents.
func (n *Node) Show() string {
	switch n.Kind {
	case List:
		return fmt.Sprintf("[%d items]", len(n.Items))
	case Object:
		return fmt.Sprintf("{%d fields}", len(n.Fields))
	case Null:
		return "null"
	default:
		return n.Text
	}
}

// Integer returns the value of a whole number.
func (n *Node) Integer() (int64, bool) {
	if n == nil || n.Kind != Number {
		return 0, false
	}
	i, err := strconv.ParseInt(n.Text, 10, 64)
	return i, err == nil
}

// StringText returns the text of a string, or "".
func (n *Node) StringText() string {
	if n == nil || n.Kind != String {
		return ""
	}
	return n.Text
}

// AnyText returns the text of a string, a number or an unresolved value, or "".
func (n *Node) AnyText() string {
	if n == nil {
		return ""
	}
	return n.Text
}

// Members returns the members of an object, none of anything else.
func (n *Node) Members() []Field {
	if n == nil {
		return nil
	}
	return n.Fields
}
