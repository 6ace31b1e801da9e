package js

import (
	"math"

	"github.com/dop251/goja"

	"github.com/edgesim/edgesim/policy"
)

// reader reads what a function returned. It keeps the first fault.
type reader struct {
	*engine
	before *policy.FunctionEvent
	fault  *policy.FunctionFault
}

func (r *reader) fail(rule policy.RuleID, format string, args ...any) {
	if r.fault == nil {
		r.fault = policy.InvalidResult(rule, format, args...)
	}
}

// result reads the returned value: a request, or a response if there is a status. What
// happens to anything else is not documented (CF-FN-86, CF-FN-87).
func (r *reader) result(value goja.Value) *policy.FunctionResult {
	object, ok := value.(*goja.Object)
	if !ok {
		r.fail("CF-FN-86", "the handler returned %s, and not a request or a response object", typeName(value))
		return nil
	}
	out := &policy.FunctionResult{}
	switch {
	case given(object.Get("statusCode")):
		out.Response = r.response(object)
	case r.before.Type == policy.ViewerResponseTrigger:
		r.fail("CF-FN-87", "a viewer-response function has to return a response with a statusCode")
	case !given(object.Get("method")) && !given(object.Get("uri")):
		r.fail("CF-FN-86", "the handler returned an object that is neither a request nor a response")
	default:
		out.Request = r.request(object, &r.before.Request)
	}
	if r.fault != nil {
		return nil
	}
	return out
}

func given(v goja.Value) bool { return v != nil && !goja.IsUndefined(v) && !goja.IsNull(v) }

// typeName is the type of a value as used in messages.
func typeName(v goja.Value) string {
	switch {
	case v == nil || goja.IsUndefined(v):
		return "undefined"
	case goja.IsNull(v):
		return "null"
	}
	switch v.Export().(type) {
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case int64, float64:
		return "a number"
	}
	return "something else"
}

func (r *reader) request(object *goja.Object, before *policy.FunctionRequest) *policy.FunctionRequest {
	out := &policy.FunctionRequest{HasQuery: before.HasQuery, RawQuery: before.RawQuery}
	out.Method = r.text(object.Get("method"), "request.method", "CF-FN-09")
	out.URI = r.text(object.Get("uri"), "request.uri", "CF-FN-11")
	out.Headers = r.fields(object.Get("headers"), "request.headers", before.Headers)
	out.Cookies = r.fields(object.Get("cookies"), "request.cookies", before.Cookies)
	query := object.Get("querystring")
	if text, ok := stringOf(query); ok { // CF-FN-15
		out.QueryIsString, out.RawQuery = true, text
		return out
	}
	out.Query = r.fields(query, "request.querystring", before.Query)
	return out
}

// response reads a response, of which only the status is required (CF-FN-30, CF-FN-31,
// CF-FN-32).
func (r *reader) response(object *goja.Object) *policy.FunctionResponse {
	var before policy.FunctionResponse
	if r.before.Response != nil {
		before = *r.before.Response
	}
	out := &policy.FunctionResponse{}
	status := object.Get("statusCode")
	if status == nil {
		status = goja.Undefined()
	}
	switch status := status.Export().(type) {
	case int64:
		out.StatusCode = int(min(max(status, -1), 1000))
	case float64:
		if status != math.Trunc(status) || math.Abs(status) > 1000 {
			r.fail("CF-FN-30", "response.statusCode must be an integer")
			break
		}
		out.StatusCode = int(status)
	default:
		r.fail("CF-FN-31", "response.statusCode must be an integer, and is %s", typeName(object.Get("statusCode")))
	}
	if v := object.Get("statusDescription"); given(v) {
		out.StatusDescription = r.text(v, "response.statusDescription", "CF-FN-32")
	}
	out.Headers = r.fields(object.Get("headers"), "response.headers", before.Headers)
	out.Cookies = r.fields(object.Get("cookies"), "response.cookies", before.Cookies)
	out.Body = r.body(object.Get("body"))
	return out
}

// body reads a body: an object with encoding and data, or text (CF-FN-34).
func (r *reader) body(v goja.Value) *policy.FunctionBody {
	if !given(v) {
		return nil
	}
	if text, ok := stringOf(v); ok {
		return &policy.FunctionBody{Encoding: "text", Data: text}
	}
	object, ok := v.(*goja.Object)
	if !ok {
		r.fail("CF-FN-34", "response.body must be a string or an object with encoding and data")
		return nil
	}
	body := &policy.FunctionBody{Data: r.text(object.Get("data"), "response.body.data", "CF-FN-34")}
	body.Encoding = r.text(object.Get("encoding"), "response.body.encoding", "CF-FN-34")
	if body.Encoding != "text" && body.Encoding != "base64" {
		r.fail("CF-FN-34", `response.body.encoding must be "text" or "base64"`)
	}
	return body
}

// mostFields limits the names in one object of a result.
const mostFields = 4096

// fields reads headers, cookies or parameters. If a function changed both a value and its
// list of values, the list wins; if it changed only the value, that replaces the first of
// the list (CF-FN-27, CF-FN-28).
func (r *reader) fields(v goja.Value, what string, before []policy.FunctionField) []policy.FunctionField {
	if !given(v) {
		return nil
	}
	object, ok := v.(*goja.Object)
	if !ok {
		r.fail("CF-FN-20", "%s must be an object, and is %s", what, typeName(v))
		return nil
	}
	names := object.Keys()
	if len(names) > mostFields {
		r.fail("CF-FN-20", "%s has %d names", what, len(names))
		return nil
	}
	out := make([]policy.FunctionField, 0, len(names))
	for i, name := range names {
		field, ok := object.Get(name).(*goja.Object)
		if !ok {
			r.fail("CF-FN-20", "%s[%q] must be an object with a value, and is %s", what, name, typeName(object.Get(name)))
			return nil
		}
		out = append(out, policy.FunctionField{Name: name, Values: r.values(field, what, name, was(before, i, name))})
		if r.fault != nil {
			return nil
		}
	}
	return out
}

// was returns the field with this name before the function ran. Most functions keep the
// order, so the same index is tried first.
func was(before []policy.FunctionField, i int, name string) []policy.FunctionValue {
	if i < len(before) && before[i].Name == name {
		return before[i].Values
	}
	for j := range before {
		if before[j].Name == name {
			return before[j].Values
		}
	}
	return nil
}

func (r *reader) values(field *goja.Object, what, name string, before []policy.FunctionValue) []policy.FunctionValue {
	multi, ok := field.Get("multiValue").(*goja.Object)
	if !ok || multi.ClassName() != "Array" || multi.Get("length").ToInteger() == 0 {
		return []policy.FunctionValue{r.value(field, what, name)}
	}
	n := multi.Get("length").ToInteger()
	if n > mostFields {
		r.fail("CF-FN-24", "%s[%q].multiValue has %d entries", what, name, n)
		return nil
	}
	values := make([]policy.FunctionValue, 0, n)
	for _, key := range multi.Keys() {
		entry, ok := multi.Get(key).(*goja.Object)
		if !ok {
			r.fail("CF-FN-24", "%s[%q].multiValue must have objects with a value", what, name)
			return nil
		}
		values = append(values, r.value(entry, what, name))
	}
	unchanged := len(values) == len(before)
	for i := 0; unchanged && i < len(values); i++ {
		unchanged = values[i] == before[i]
	}
	if text, ok := stringOf(field.Get("value")); ok && unchanged && text != before[0].Value {
		values[0].Value = text
	}
	return values
}

func (r *reader) value(entry *goja.Object, what, name string) policy.FunctionValue {
	text, ok := stringOf(entry.Get("value"))
	if !ok {
		r.fail("CF-FN-20", "%s[%q].value must be a string, and is %s", what, name, typeName(entry.Get("value")))
	}
	v := policy.FunctionValue{Value: text}
	if a := entry.Get("attributes"); given(a) {
		v.Attributes = r.text(a, what+"."+name+".attributes", "CF-FN-22")
	}
	return v
}

func (r *reader) text(v goja.Value, what string, rule policy.RuleID) string {
	text, ok := stringOf(v)
	if !ok {
		r.fail(rule, "%s must be a string, and is %s", what, typeName(v))
	}
	return text
}

// stringOf returns a string value, without converting anything to one.
func stringOf(v goja.Value) (string, bool) {
	if s, ok := v.(goja.String); ok {
		return s.String(), true
	}
	return "", false
}
