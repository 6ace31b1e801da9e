package tree

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// ParseJSON reads one JSON value, with positions and in order. Unlike encoding/json it
// keeps a member that occurs twice, for the reader to judge, and refuses text after the
// value.
func ParseJSON(file string, text []byte) (*Node, error) {
	r := &jsonReader{file: file, text: text, dec: json.NewDecoder(bytes.NewReader(text)), place: place{line: 1, column: 1}}
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
	file  string
	text  []byte
	dec   *json.Decoder
	nodes int
	place place
}

// place counts lines and columns (of characters) forward through a text.
type place struct{ offset, line, column int }

// forward moves to an offset not before the last one.
func (p *place) forward(text []byte, offset int) {
	offset = min(offset, len(text))
	for p.offset < offset {
		i := bytes.IndexByte(text[p.offset:offset], '\n')
		if i < 0 {
			p.column += utf8.RuneCount(text[p.offset:offset])
			p.offset = offset
			return
		}
		p.offset += i + 1
		p.line++
		p.column = 1
	}
}

// placeOf returns the position of an offset, counted from the beginning.
func placeOf(text []byte, offset int) place {
	p := place{line: 1, column: 1}
	p.forward(text, offset)
	return p
}

// next returns the position of the next token.
func (r *jsonReader) next() Position {
	offset := int(r.dec.InputOffset())
	for offset < len(r.text) && bytes.IndexByte([]byte(" \t\r\n,:"), r.text[offset]) >= 0 {
		offset++
	}
	r.place.forward(r.text, offset)
	return Position{File: r.file, Line: int32(r.place.line), Column: int32(r.place.column)}
}

func (r *jsonReader) errorf(format string, args ...any) error {
	return Errorf(r.next(), format, args...)
}

// token reads the next token.
func (r *jsonReader) token() (json.Token, error) {
	t, err := r.dec.Token()
	if err == nil {
		return t, nil
	}
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF) {
		at := placeOf(r.text, int(syntax.Offset)-1)
		return nil, &Error{File: r.file, Line: at.line, Column: at.column, Message: "invalid JSON: " + err.Error()}
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		at := placeOf(r.text, len(r.text))
		return nil, &Error{File: r.file, Line: at.line, Column: at.column, Message: "invalid JSON: the text ends too early"}
	}
	return nil, r.errorf("invalid JSON: %v", err)
}

func (r *jsonReader) value(depth int) (*Node, error) {
	if r.nodes++; depth > MaxDepth || r.nodes > MaxNodes {
		return nil, r.errorf("the JSON is nested too deep or too big")
	}
	pos := r.next()
	t, err := r.token()
	if err != nil {
		return nil, err
	}
	n := &Node{Pos: pos}
	switch t := t.(type) {
	case nil:
		n.Kind = Null
	case bool:
		n.Kind, n.Text = Bool, fmt.Sprint(t)
	case json.Number:
		n.Kind, n.Text = Number, t.String()
	case string:
		n.Kind, n.Text = String, t
	case json.Delim:
		if t == '[' {
			return n, r.list(n, depth)
		}
		return n, r.object(n, depth)
	}
	return n, nil
}

func (r *jsonReader) list(n *Node, depth int) error {
	n.Kind = List
	for r.dec.More() {
		item, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.Items = append(n.Items, item)
	}
	_, err := r.token()
	return err
}

func (r *jsonReader) object(n *Node, depth int) error {
	n.Kind = Object
	for r.dec.More() {
		pos := r.next()
		t, err := r.token()
		if err != nil {
			return err
		}
		name, ok := t.(string)
		if !ok {
			return r.errorf("invalid JSON: a name is not a string")
		}
		value, err := r.value(depth + 1)
		if err != nil {
			return err
		}
		n.Fields = append(n.Fields, Field{Name: name, Pos: pos, Value: value})
	}
	_, err := r.token()
	return err
}
