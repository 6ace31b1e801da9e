package policy

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// RequestView returns a request as an event presents it to a function: without
// disallowed headers (CF-FN-54), with lower-case names (CF-FN-17), with cookies
// kept separately (CF-FN-21), and with text that is not UTF-8 read as ISO-8859-1
// (CF-FN-63).
func RequestView(method, host, uri string, header http.Header, fields []Field) FunctionRequest {
	path, query, has := strings.Cut(uri, "?")
	r := FunctionRequest{Method: method, URI: toUTF8(path), RawQuery: toUTF8(query), HasQuery: has}
	r.Query = ParseFunctionQuery(r.RawQuery)
	headers, cookies := fieldList{fields: make([]FunctionField, 0, len(header)+1)}, fieldList{}
	headers.add("host", FunctionValue{Value: functionHost(host)})
	for _, f := range orderedFields(header, fields) {
		name := lowerASCII(f.Name)
		switch {
		case name == "host" || DisallowedHeader(name):
		case name == "cookie":
			cookies.cookies(toUTF8(f.Value))
		default:
			headers.add(name, FunctionValue{Value: toUTF8(f.Value)})
		}
	}
	r.Headers, r.Cookies = headers.fields, cookies.fields
	return r
}

// functionHost returns Host as functions see it: in lower case, without port and final dot
// (CF-FN-135).
func functionHost(host string) string {
	if strings.HasPrefix(host, "[") {
		return host
	}
	return hostName(host)
}

// ResponseView returns a response as an event presents it; it has no body
// (CF-FN-33).
func ResponseView(status int, header http.Header) *FunctionResponse {
	r := &FunctionResponse{StatusCode: status, StatusDescription: http.StatusText(status)}
	var headers, cookies fieldList
	for _, f := range orderedFields(header, nil) {
		name := lowerASCII(f.Name)
		switch {
		case DisallowedHeader(name):
		case name == "set-cookie":
			pair, attributes, _ := strings.Cut(toUTF8(f.Value), ";")
			cookie, value, _ := strings.Cut(pair, "=")
			cookies.add(strings.TrimSpace(cookie), FunctionValue{Value: value, Attributes: strings.TrimSpace(attributes)})
		default:
			headers.add(name, FunctionValue{Value: toUTF8(f.Value)})
		}
	}
	r.Headers, r.Cookies = headers.fields, cookies.fields
	return r
}

// orderedFields returns the fields of header in the order received, or by name if that is
// unknown.
func orderedFields(header http.Header, fields []Field) []Field {
	if fields != nil {
		kept := make([]Field, 0, len(fields))
		for _, f := range fields {
			if len(header[http.CanonicalHeaderKey(f.Name)]) > 0 {
				kept = append(kept, f)
			}
		}
		return kept
	}
	names := make([]string, 0, len(header))
	for name := range header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, v := range header[name] {
			fields = append(fields, Field{name, v})
		}
	}
	return fields
}

// ParseFunctionQuery parses a query string as events present it: nothing is
// decoded (CF-FN-14), a value may be empty (CF-FN-13), a repeated name has
// several values (CF-FN-24), and a comma is not a separator (CF-FN-26). A name
// without "=" has the value "" (inferred).
func ParseFunctionQuery(query string) []FunctionField {
	if query == "" {
		return nil
	}
	var list fieldList
	for pair := range strings.SplitSeq(query, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		list.add(name, FunctionValue{Value: value})
	}
	return list.fields
}

// cookies adds the cookies of one Cookie field. Names keep their case.
func (l *fieldList) cookies(value string) {
	for cookie := range strings.SplitSeq(value, ";") {
		name, v, _ := strings.Cut(strings.Trim(cookie, " \t"), "=")
		if name != "" {
			l.add(name, FunctionValue{Value: v})
		}
	}
}

// fieldList collects fields by name, in order of first appearance.
type fieldList struct {
	fields []FunctionField
	index  map[string]int // of the fields, once there are many
}

// manyFields is the number of names from which an index pays off.
const manyFields = 24

// add adds a value to the field with this name.
func (l *fieldList) add(name string, v FunctionValue) {
	if i, ok := l.find(name); ok {
		l.fields[i].Values = append(l.fields[i].Values, v)
		return
	}
	if l.index != nil {
		l.index[name] = len(l.fields)
	}
	l.fields = append(l.fields, FunctionField{name, []FunctionValue{v}})
}

func (l *fieldList) find(name string) (int, bool) {
	if l.index == nil && len(l.fields) >= manyFields {
		l.index = make(map[string]int, 2*len(l.fields))
		for i := range l.fields {
			l.index[l.fields[i].Name] = i
		}
	}
	if l.index != nil {
		i, ok := l.index[name]
		return i, ok
	}
	for i := range l.fields {
		if l.fields[i].Name == name {
			return i, true
		}
	}
	return 0, false
}

// toUTF8 returns text that is not UTF-8 read as ISO-8859-1 (CF-FN-63).
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	runes := make([]rune, len(s))
	for i := range len(s) {
		runes[i] = rune(s[i])
	}
	return string(runes)
}
