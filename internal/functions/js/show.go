package js

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/dop251/goja"
)

// shower writes values as JSON.stringify does, within limits, and without calling any of
// the function's own code except getters.
type shower struct {
	*engine
	room  int // in bytes, approximately; anything longer is ""
	depth int
}

// mostDepth is the maximum depth shown.
const mostDepth = 24

// show returns a value as JSON; "" if it has no JSON form.
func (s shower) show(v goja.Value) string {
	if s.depth > mostDepth || s.room < 0 {
		return ""
	}
	switch v := v.(type) {
	case nil:
		return ""
	case goja.String:
		return quoted(v.String())
	case *goja.Object:
		switch v.ClassName() {
		case "Function", "AsyncFunction", "GeneratorFunction":
			return ""
		case "Array":
			return s.array(v)
		}
		return s.object(v)
	}
	switch x := v.Export().(type) {
	case nil:
		if goja.IsNull(v) {
			return "null"
		}
		return ""
	case bool:
		return strconv.FormatBool(x)
	case int64, float64:
		if text := v.String(); text != "NaN" && !strings.Contains(text, "Infinity") {
			return text
		}
		return "null"
	}
	return ""
}

func quoted(text string) string {
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.Encode(text)
	return strings.TrimSuffix(b.String(), "\n")
}

func (s shower) array(o *goja.Object) string {
	s.depth++
	n := min(o.Get("length").ToInteger(), mostFields)
	items := make([]string, n)
	for i := range items {
		items[i] = s.show(o.Get(strconv.Itoa(i)))
		if items[i] == "" {
			items[i] = "null"
		}
		s.room -= len(items[i])
	}
	return "[" + strings.Join(items, ",") + "]"
}

func (s shower) object(o *goja.Object) string {
	s.depth++
	var items []string
	for _, key := range o.Keys() {
		if text := s.show(o.Get(key)); text != "" {
			items = append(items, quoted(key)+":"+text)
			s.room -= len(text) + len(key)
		}
		if s.room < 0 {
			return ""
		}
	}
	return "{" + strings.Join(items, ",") + "}"
}
