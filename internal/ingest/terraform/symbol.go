package terraform

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// symbol is what an unknown value stands for. It is attached as a mark of the value, so
// that every unknown leaf can say what it is.
type symbol struct {
	// template is the value in template syntax: "${var.a}-origin".
	template string
	// missing is what was not supplied.
	missing []tree.Missing
	// object provides attributes if the symbol stands for a resource, a data source or a
	// module; nil otherwise.
	object object
	// open means that attributes of the value can be supplied one by one.
	open bool
	// refers is the address of the CloudFront resource whose id the value is, or "".
	refers string
}

// object is something whose attributes are computed on demand.
type object interface {
	attribute(name string) cty.Value
}

// expression returns the symbol as it appears inside an expression.
func (s *symbol) expression() string {
	if inner, ok := strings.CutPrefix(s.template, "${"); ok && strings.HasSuffix(inner, "}") && !strings.Contains(inner, "${") && strings.Count(inner, "}") == 1+strings.Count(inner, "{") {
		return strings.TrimSuffix(inner, "}")
	}
	return `"` + s.template + `"`
}

// maxTemplate limits the text of a symbol; longer ones are distinguished by a hash.
const maxTemplate = 400

// symbol returns the one symbol with this text.
func (e *evaluator) symbol(template string, missing []tree.Missing) *symbol {
	if len(template) > maxTemplate {
		template = fmt.Sprintf("${…%x}", sum(template))
	}
	if s, ok := e.symbols[template]; ok {
		return s
	}
	s := &symbol{template: template, missing: missing}
	e.symbols[template] = s
	return s
}

// unknown returns an unknown value of a type for a symbol.
func unknown(t cty.Type, s *symbol) cty.Value { return cty.UnknownVal(t).Mark(s) }

// leaf returns the value of an expression that needs a key: the parameter with that name if
// the user gave one, and an unknown value otherwise.
func (e *evaluator) leaf(expression string, t cty.Type, m tree.Missing) cty.Value {
	if text, ok := e.parameter(m.Key); ok {
		return parameterValue(text, t)
	}
	s := e.symbol("${"+expression+"}", []tree.Missing{m})
	s.open = true
	if t == cty.String && neverNull(expression) {
		return cty.UnknownVal(t).RefineNotNull().Mark(s)
	}
	return unknown(t, s)
}

// symbolsOf returns the symbols among a value's own marks.
func symbolsOf(v cty.Value) []*symbol {
	var list []*symbol
	for m := range v.Marks() {
		if s, ok := m.(*symbol); ok {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *symbol) int { return strings.Compare(a.template, b.template) })
	return list
}

// deepSymbols returns the symbols of everything in a value.
func deepSymbols(v cty.Value) []*symbol {
	if v == cty.NilVal {
		return nil
	}
	_, marks := v.UnmarkDeep()
	var list []*symbol
	for m := range marks {
		if s, ok := m.(*symbol); ok {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b *symbol) int { return strings.Compare(a.template, b.template) })
	return list
}

// missingOf combines what symbols lack.
func missingOf(symbols []*symbol) []tree.Missing {
	var list []tree.Missing
	seen := map[string]bool{}
	for _, s := range symbols {
		for _, m := range s.missing {
			if !seen[m.Key+"\x00"+m.What] {
				seen[m.Key+"\x00"+m.What] = true
				list = append(list, m)
			}
		}
	}
	return list
}

// templateText formats a value as it would appear in a template.
func templateText(v cty.Value) string {
	v, marks := v.Unmark()
	if !v.IsKnown() {
		for m := range marks {
			if s, ok := m.(*symbol); ok && len(marks) == 1 {
				return s.template
			}
		}
		return "${?}"
	}
	if !v.IsNull() && v.Type() == cty.String {
		return v.AsString()
	}
	return "${" + expressionText(v) + "}"
}

// expressionText formats a value as it would appear in an expression.
func expressionText(v cty.Value) string {
	if v == cty.NilVal {
		return "?"
	}
	v, marks := v.Unmark()
	switch {
	case !v.IsKnown():
		for m := range marks {
			if s, ok := m.(*symbol); ok && len(marks) == 1 {
				return s.expression()
			}
		}
		return "?"
	case v.IsNull():
		return "null"
	case v.Type() == cty.String:
		return strconv.Quote(v.AsString())
	case v.Type() == cty.Number:
		return v.AsBigFloat().Text('f', -1)
	case v.Type() == cty.Bool:
		return strconv.FormatBool(v.True())
	case v.CanIterateElements():
		return collectionText(v)
	}
	return "?"
}

func collectionText(v cty.Value) string {
	var b strings.Builder
	keyed := v.Type().IsObjectType() || v.Type().IsMapType()
	b.WriteString("[")
	for it := v.ElementIterator(); it.Next(); {
		if b.Len() > 1 {
			b.WriteString(", ")
		}
		if b.Len() > maxTemplate {
			b.WriteString("…")
			break
		}
		key, element := it.Element()
		if keyed {
			b.WriteString(expressionText(key) + " = ")
		}
		b.WriteString(expressionText(element))
	}
	b.WriteString("]")
	return b.String()
}

// neverNull reports whether the provider always gives the attribute a value, so that a
// comparison with null can be decided.
func neverNull(expression string) bool {
	name := expression[strings.LastIndexByte(expression, '.')+1:]
	for _, suffix := range []string{"id", "arn", "name", "dns_name", "domain_name", "url", "endpoint", "path", "etag"} {
		if name == suffix || strings.HasSuffix(name, "_"+suffix) {
			return true
		}
	}
	return false
}
