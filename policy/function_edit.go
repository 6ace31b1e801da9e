package policy

import (
	"net/http"
	"strings"
)

// editor applies what a function returned to the original message, and notes the changes.
type editor struct {
	leg     ChangeLeg
	by      string
	changes []Change
	// spelled holds names as the function spelled them; others are capitalized.
	spelled map[string]string
}

// note notes a change; an empty value means that there was none before or after.
func (e *editor) note(field, from, to string) {
	kind := ChangeChanged
	switch {
	case from == "":
		kind = ChangeAdded
	case to == "":
		kind = ChangeDropped
	}
	e.changes = append(e.changes, Change{Leg: e.leg, Field: field, Kind: kind, From: from, To: to, By: e.by})
}

// target returns path and query after the function. What it did not change stays as the
// viewer sent it (CF-FN-64).
func (e *editor) target(before, after *FunctionRequest, uri string) string {
	path, query, has := strings.Cut(uri, "?")
	if after.URI != before.URI {
		e.note("uri", before.URI, after.URI)
		path = after.URI
	}
	switch {
	case after.QueryIsString && after.RawQuery != before.RawQuery:
		query, has = after.RawQuery, after.RawQuery != ""
		e.note("query", before.RawQuery, query)
	case !after.QueryIsString && !equalFields(before.Query, after.Query):
		e.named("query ", before.Query, after.Query)
		query = JoinFunctionQuery(after.Query)
		has = query != ""
	}
	if has {
		return path + "?" + query
	}
	return path
}

// fields returns the header fields after a function. Fields that it did not change stay as
// received, in order and letter case; a changed one takes the place of the original; new
// ones come last. Fields that the function could not see are kept, and so is apart, which
// has its own list.
func (e *editor) fields(came []Field, before, after []FunctionField, apart string) []Field {
	out := make([]Field, 0, len(came)+len(after))
	written := map[string]bool{"host": true}
	for _, f := range came {
		name := lowerASCII(f.Name)
		was, is := fieldNamed(before, name), fieldNamed(after, name)
		switch {
		case name == "host":
		case name == apart || was == nil || equalValues(was, is):
			out, written[name] = append(out, f), true
		case !written[name]:
			written[name] = true
			for _, v := range is {
				out = append(out, Field{f.Name, v.Value})
			}
		}
	}
	for _, f := range after {
		if !written[f.Name] && f.Name != apart {
			name := e.spelled[f.Name]
			if name == "" {
				name = FunctionHeaderName(f.Name)
			}
			for _, v := range f.Values {
				out = append(out, Field{name, v.Value})
			}
		}
	}
	e.noteHeaders(before, after)
	return out
}

// noteHeaders notes the headers that a function changed.
func (e *editor) noteHeaders(before, after []FunctionField) {
	for _, f := range after {
		if was := fieldNamed(before, f.Name); !equalValues(was, f.Values) {
			e.note(http.CanonicalHeaderKey(f.Name), joinValues(was), joinValues(f.Values))
		}
	}
	for _, f := range before {
		if fieldNamed(after, f.Name) == nil {
			e.note(http.CanonicalHeaderKey(f.Name), joinValues(f.Values), "")
		}
	}
}

// named notes the cookies or parameters that a function changed.
func (e *editor) named(kind string, before, after []FunctionField) {
	for _, f := range after {
		if was := fieldNamed(before, f.Name); !equalValues(was, f.Values) {
			e.note(kind+f.Name, joinValues(was), joinValues(f.Values))
		}
	}
	for _, f := range before {
		if fieldNamed(after, f.Name) == nil {
			e.note(kind+f.Name, joinValues(f.Values), "")
		}
	}
}

func joinValues(values []FunctionValue) string {
	if len(values) == 1 {
		return values[0].Value
	}
	all := make([]string, len(values))
	for i, v := range values {
		all[i] = v.Value
	}
	return strings.Join(all, ", ")
}
