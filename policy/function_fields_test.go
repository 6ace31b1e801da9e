package policy_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

// TestFieldsAfterFunction: a field that a function leaves alone occurs once, unchanged and
// in place; a changed field is where it first was, and an added one comes last (CF-FN-18,
// CF-FN-64).
func TestFieldsAfterFunction(t *testing.T) {
	t.Parallel()
	came := []policy.Field{{Name: "X-one", Value: "1"}, {Name: "X-Two", Value: "a"}, {Name: "X-Three", Value: "3"}, {Name: "X-Two", Value: "b"}, {Name: "Cookie", Value: "s=1"}, {Name: "X-Real-Ip", Value: "hidden"}}
	header := http.Header{}
	for _, f := range came {
		header.Add(f.Name, f.Value)
	}
	for name, row := range map[string]struct {
		change func(*policy.FunctionRequest)
		want   []policy.Field
		uri    string
	}{
		"nothing": {func(*policy.FunctionRequest) {}, came, "/x?a=1&&b"},
		"one changed, one added, one gone": {func(r *policy.FunctionRequest) {
			r.Headers = slices.DeleteFunc(slices.Clone(r.Headers), func(f policy.FunctionField) bool { return f.Name == "x-three" })
			for i := range r.Headers {
				if r.Headers[i].Name == "x-two" {
					r.Headers[i].Values = []policy.FunctionValue{{Value: "c"}}
				}
			}
			r.Headers = append(r.Headers, policy.FunctionField{Name: "x-new", Values: []policy.FunctionValue{{Value: "n"}}})
		}, []policy.Field{came[0], {Name: "X-Two", Value: "c"}, came[4], came[5], {Name: "X-New", Value: "n"}}, "/x?a=1&&b"},
		"no query left":              {func(r *policy.FunctionRequest) { r.Query = nil }, came, "/x"},
		"no query left, as a string": {func(r *policy.FunctionRequest) { r.QueryIsString, r.RawQuery = true, "" }, came, "/x"},
	} {
		before := policy.RequestView("GET", "www.example.com", "/x?a=1&&b", header, came)
		after := before
		row.change(&after)
		edit, fault := policy.ApplyRequest("f", &before, &after, "/x?a=1&&b", came)
		if fault != nil {
			t.Fatalf("%s: %s", name, fault.Message)
		}
		if !slices.Equal(edit.Fields, row.want) || edit.URI != row.uri {
			t.Errorf("%s: got %s %v\nwant %s %v", name, edit.URI, edit.Fields, row.uri, row.want)
		}
	}
}
