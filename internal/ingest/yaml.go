package ingest

import (
	"errors"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// parseYAML reads one YAML document into a tree.
func parseYAML(text []byte) (*node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(text, &doc); err != nil {
		return nil, yamlError(err)
	}
	if len(doc.Content) == 0 {
		return &node{kind: kindNull, line: 1}, nil
	}
	r := &yamlReader{}
	return r.value(doc.Content[0], 0)
}

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// yamlError gives an error of the parser our shape.
func yamlError(err error) error {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	e := &Error{Message: message}
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.Message = message[len(m[0]):]
	}
	e.Message = "invalid YAML: " + e.Message
	return e
}

type yamlReader struct{ nodes int }

var errYAMLTooBig = errors.New("the YAML is nested too deep or too big")

func (r *yamlReader) value(y *yaml.Node, depth int) (*node, error) {
	if r.nodes++; depth > maxDepth || r.nodes > maxNodes {
		return nil, &Error{Line: y.Line, Message: errYAMLTooBig.Error()}
	}
	n := &node{line: y.Line}
	switch y.Kind {
	case yaml.AliasNode:
		return r.value(y.Alias, depth+1)
	case yaml.SequenceNode:
		n.kind = kindList
		for _, item := range y.Content {
			v, err := r.value(item, depth+1)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, v)
		}
	case yaml.MappingNode:
		return n, r.object(n, y, depth)
	default:
		n.text = y.Value
		switch y.ShortTag() {
		case "!!null":
			n.kind = kindNull
		case "!!bool":
			n.kind, n.text = kindBool, strings.ToLower(y.Value)
		case "!!int", "!!float":
			n.kind = kindNumber
		default:
			n.kind = kindString
		}
	}
	return n, nil
}

func (r *yamlReader) object(n *node, y *yaml.Node, depth int) error {
	n.kind = kindObject
	for i := 0; i+1 < len(y.Content); i += 2 {
		key := y.Content[i]
		if key.Kind != yaml.ScalarNode {
			return &Error{Line: key.Line, Message: "invalid YAML: a key is not a word"}
		}
		value, err := r.value(y.Content[i+1], depth+1)
		if err != nil {
			return err
		}
		n.fields = append(n.fields, field{name: key.Value, line: key.Line, value: value})
	}
	return nil
}
