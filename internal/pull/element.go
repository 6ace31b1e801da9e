package pull

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// element is one element of an XML answer: text, or child elements.
type element struct {
	name     string
	text     string
	children []*element
}

// deepest is the maximum nesting of elements in an answer. The deepest in the API is about
// ten.
const deepest = 64

// parse parses an answer. Namespaces and attributes have no meaning in this API.
func parse(data []byte) (*element, error) {
	decoder := xml.NewDecoder(bytes.NewReader(data))
	var open []*element
	var text strings.Builder
	for {
		token, err := decoder.Token()
		switch {
		case errors.Is(err, io.EOF):
			return nil, errors.New("the answer is not XML")
		case err != nil:
			return nil, fmt.Errorf("the answer is not XML: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			if len(open) == deepest {
				return nil, fmt.Errorf("the answer has more than %d elements inside each other", deepest)
			}
			e := &element{name: token.Name.Local}
			if len(open) > 0 {
				parent := open[len(open)-1]
				parent.children = append(parent.children, e)
			}
			open = append(open, e)
			text.Reset()
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			e := open[len(open)-1]
			if len(e.children) == 0 {
				e.text = text.String()
			}
			text.Reset()
			if open = open[:len(open)-1]; len(open) == 0 {
				return e, nil
			}
		}
	}
}

// at returns the element at a path of names, or nil.
func (e *element) at(path ...string) *element {
	for _, name := range path {
		if e == nil {
			return nil
		}
		var next *element
		for _, c := range e.children {
			if c.name == name {
				next = c
				break
			}
		}
		e = next
	}
	return e
}

// value returns the text at a path, "" if there is none.
func (e *element) value(path ...string) string {
	if e = e.at(path...); e == nil {
		return ""
	}
	return e.text
}

// items returns the elements of the list in an element with Items.
func (e *element) items(path ...string) []*element {
	if e = e.at(path...).at("Items"); e == nil {
		return nil
	}
	return e.children
}
