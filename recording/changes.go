package recording

import (
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// AllChanges returns what happened to every part of the request and the response,
// for display: the stored changes, plus what was kept and what the edge itself
// wrote. If no request went to an origin, it has no changes of the request.
func (e *Exchange) AllChanges() []policy.Change {
	var all []policy.Change
	if e.Sent != nil {
		came := e.Viewer.Fields
		if came == nil {
			came = append([]policy.Field{{Name: "Host", Value: e.Viewer.Host}}, fieldsOf(e.Viewer.Header)...)
		}
		came = append(target(e.Viewer.Method, e.Viewer.URI), came...)
		went := append(target(e.Sent.Method, e.Sent.URI), e.Sent.Header...)
		all = policy.AllChanges(policy.LegRequest, came, went, e.Changes)
	}
	return append(all, policy.AllChanges(policy.LegResponse, headFields(e.Response.OriginHead), fieldsOf(e.Response.Header), e.Changes)...)
}

// target returns the method, path and query parameters as parts of a request.
func target(method, uri string) []policy.Field {
	path, query, _ := strings.Cut(uri, "?")
	parts := []policy.Field{{Name: "method", Value: method}, {Name: "uri", Value: path}}
	for parameter := range strings.SplitSeq(query, "&") {
		if name, value, _ := strings.Cut(parameter, "="); name != "" {
			parts = append(parts, policy.Field{Name: "query " + name, Value: value})
		}
	}
	return parts
}

// fieldsOf returns a header as a list of fields, sorted by name.
func fieldsOf(h http.Header) []policy.Field {
	var fields []policy.Field
	for name, values := range h {
		for _, value := range values {
			fields = append(fields, policy.Field{Name: name, Value: value})
		}
	}
	slices.SortStableFunc(fields, func(a, b policy.Field) int { return strings.Compare(a.Name, b.Name) })
	return fields
}

// headFields returns the fields of a response head as received.
func headFields(head string) []policy.Field {
	var fields []policy.Field
	first := true
	for line := range strings.Lines(head) {
		name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":")
		if !first && ok {
			fields = append(fields, policy.Field{Name: name, Value: strings.TrimSpace(value)})
		}
		first = false
	}
	return fields
}
