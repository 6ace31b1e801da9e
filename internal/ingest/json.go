package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// parseJSON reads one JSON value, with lines and in order. Unlike
// encoding/json it keeps a member that stands twice, for the reader to refuse,
// and it refuses text behind the value.
func parseJSON(text []byte) (*node, error) {
	r := &jsonReader{text: text, dec: json.NewDecoder(bytes.NewReader(text))}
	r.dec.UseNumber()
	n, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if _, err := r.dec.Token(); !errors.Is(err, io.EOF) {
		return nil, r.errorf("text follows the JSON value")
	}
	return n, nil
}

type jsonReader struct {
	text  []byte
	dec   *json.Decoder
	nodes int
	// The line of the offset counted last.
	offset, lines int
}

// line returns the line of the latest token.
func (r *jsonReader) line() int {
	end := min(int(r.dec.InputOffset()), len(r.text))
	if end > r.offset {
		r.lines += bytes.Count(r.text[r.offset:end], []byte("\n"))
		r.offset = end
	}
	return r.lines + 1
}

func (r *jsonReader) errorf(format string, args ...any) error {
	return &Error{Line: r.line(), Message: fmt.Sprintf(format, args...)}
}

// token reads the next token.
func (r *jsonReader) token() (json.Token, error) {
	t, err := r.dec.Token()
	if err == nil {
		return t, nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF) {
		line := 1 + bytes.Count(r.text[:min(int(syntax.Offset), len(r.text))], []byte("\n"))
		return nil, &Error{Line: line, Message: "invalid JSON: " + err.Error()}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, &Error{Line: 1 + bytes.Count(r.text, []byte("\n")), Message: "invalid JSON: the text ends too early"}
	}
	return nil, r.errorf("invalid JSON: %v", err)
}

func (r *jsonReader) value(depth int) (*node, error) {
	if r.nodes++; depth > maxDepth || r.nodes > maxNodes {
		return nil, r.errorf("the JSON is nested too deep or too big")
	}
	t, err := r.token()
	if err != nil {
		return nil, err
	}
	n := &node{line: r.line()}
	switch t := t.(type) {
	case nil:
		n.kind = kindNull
	case bool:
		n.kind, n.text = kindBool, fmt.Sprint(t)
	case json.Number:
		n.kind, n.text = kindNumber, t.String()
	case string:
		n.kind, n.text = kindString, t
	case json.Delim:
		if t == '[' {
			return n, r.list(n, depth)
		}
		return n, r.object(n, depth)
	}
	return n, nil
}

func (r *jsonReader) list(n *node, depth int) error {
	n.kind = kindList
	for r.dec.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := r.token()
	return err
}

func (r *jsonReader) object(n *node, depth int) error {
	n.kind = kindObject
	for r.dec.More() {
		t, err := r.token()
		if err != nil {
			return err
		}
		name, ok := t.(string)
		if !ok {
			return r.errorf("invalid JSON: a name is not a string")
		}
		line := r.line()
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.fields = append(n.fields, field{name: name, line: line, value: value})
	}
	_, err := r.token()
	return err
}
