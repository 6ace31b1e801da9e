package tree

import (
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// MaxYAML limits the size of YAML, whose parser needs many times the size of the text:
// CloudFormation accepts templates of 1 MB.
const MaxYAML = 2 << 20

// ParseYAML reads one YAML document, with positions, in order, and with the file's own
// tags. A key that occurs twice is kept twice.
func ParseYAML(file string, text []byte) (*Node, error) {
	if len(text) > MaxYAML {
		return nil, &Error{File: file, Message: "is bigger than the " + strconv.Itoa(MaxYAML>>20) + " MiB that YAML may have"}
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, yamlError(file, err)
	}
	if len(doc.Content) == 0 {
		return &Node{Kind: Null, Pos: Position{File: file, Line: 1, Column: 1}}, nil
	}
	r := &yamlReader{file: file}
	return r.value(doc.Content[0], 0)
}

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// yamlError converts an error of the parser to ours.
func yamlError(file string, err error) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	e := &Error{File: file, Message: message}
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.Message = message[len(m[0]):]
	}
	e.Message = "invalid YAML: " + e.Message
	return e
}

type yamlReader struct {
	file  string
	nodes int
}

func (r *yamlReader) pos(y *yaml.Node) Position {
	return Position{File: r.file, Line: int32(y.Line), Column: int32(y.Column)}
}

func (r *yamlReader) value(y *yaml.Node, depth int) (*Node, error) {
	if r.nodes++; depth > MaxDepth || r.nodes > MaxNodes {
		return nil, Errorf(r.pos(y), "the YAML is nested too deep or too big")
	}
	n := &Node{Pos: r.pos(y)}
	if strings.HasPrefix(y.Tag, "!") && !strings.HasPrefix(y.Tag, "!!") && y.Tag != "!" {
		n.Tag = y.Tag
	}
	switch y.Kind {
	case yaml.AliasNode:
		return r.value(y.Alias, depth+1)
	case yaml.SequenceNode:
		n.Kind = List
		for _, item := range y.Content {
			v, err := r.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			n.Items = append(n.Items, v)
		}
	case yaml.MappingNode:
		return n, r.object(n, y, depth)
	default:
		scalar(n, y)
	}
	return n, nil
}

// scalar reads a value without parts. A value with a custom tag is a string.
func scalar(n *Node, y *yaml.Node) {
	n.Kind, n.Text = String, y.Value
	switch y.ShortTag() {
	case "!!null":
		n.Kind, n.Text = Null, ""
	case "!!bool":
		n.Kind, n.Text = Bool, strings.ToLower(y.Value)
	case "!!int":
		n.Kind = Number
		if i, err := strconv.ParseInt(strings.ReplaceAll(y.Value, "_", ""), 0, 64); err == nil {
			n.Text = strconv.FormatInt(i, 10)
		}
	case "!!float":
		n.Kind = Number
	}
}

// object reads a mapping. "<<" merges what it refers to, after the mapping's own keys.
func (r *yamlReader) object(n *Node, y *yaml.Node, depth int) error {
	n.Kind = Object
	var merged []Field
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i]
		if key.Kind != yaml.ScalarNode {
			return Errorf(r.pos(key), "invalid YAML: a key is not a word")
		}
		value, err := r.value(y.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		if key.Tag == "!!merge" {
			merged = append(merged, mergedFields(value)...)
			continue
		}
		n.Fields = append(n.Fields, Field{Name: key.Value, Pos: r.pos(key), Value: value})
	}
	for _, f := range merged {
		if n.Get(f.Name) == nil {
			n.Fields = append(n.Fields, f)
		}
	}
	return nil
}

// mergedFields returns the fields of a merge key: of one mapping or several.
func mergedFields(n *Node) []Field {
	if n.Kind == List {
		var all []Field
		for _, item := range n.Items {
			all = append(all, item.Fields...)
		}
		return all
	}
	return n.Fields
}
