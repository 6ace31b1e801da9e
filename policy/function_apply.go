package policy

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// FunctionEdit is a request or response after a function ran, with the changes
// that the function made.
type FunctionEdit struct {
	// URI is the path and query; Fields holds all fields in order, without Host.
	// Both are unmodified if the function did not change them (CF-FN-64).
	URI    string
	Fields []Field
	// Changes are what the function added, changed and dropped.
	Changes []Change
}

// ApplyRequest applies the result of a viewer-request function to the viewer's
// request. before is the request that the function saw; uri and fields are those
// that the viewer sent. A result that CloudFront rejects is a fault (CF-FN-09,
// CF-FN-11, CF-FN-54, CF-FN-56, CF-FN-61).
func ApplyRequest(name string, before, after *FunctionRequest, uri string, fields []Field) (FunctionEdit, *FunctionFault) {
	if fault := judgeRequestResult(before, after); fault != nil {
		return FunctionEdit{}, fault
	}
	e := editor{leg: LegRequest, by: name}
	out := FunctionEdit{URI: e.target(before, after, uri)}
	out.Fields = e.fields(fields, before.Headers, after.Headers, "cookie")
	if !equalFields(before.Cookies, after.Cookies) {
		e.named("cookie ", before.Cookies, after.Cookies)
		out.Fields = withCookies(out.Fields, after.Cookies)
	}
	out.Changes = e.changes
	return out, nil
}

// judgeRequestResult refuses an invalid result of a viewer-request function.
func judgeRequestResult(before, after *FunctionRequest) *FunctionFault {
	query := after.RawQuery
	if !after.QueryIsString {
		query = JoinFunctionQuery(after.Query)
	}
	switch {
	case after.Method != before.Method: // the consequence is not documented; inferred
		return invalidValue("CF-FN-09", "request.method must not be changed", true)
	case !strings.HasPrefix(after.URI, "/"):
		return invalidValue("CF-FN-11", "request.uri must start with a slash", true)
	case strings.ContainsFunc(after.URI, badInTarget):
		return invalidValue("CF-FN-61", "request.uri must not have spaces, control characters or #", true)
	case strings.ContainsFunc(query, badInTarget) && query != before.RawQuery:
		return invalidValue("CF-FN-61", "request.querystring must not have spaces, control characters or #", true)
	case len(after.URI)+1+len(query) >= MaxFunctionTarget && (after.URI != before.URI || query != before.RawQuery):
		return invalidValue("CF-FN-61", fmt.Sprintf("request.uri and request.querystring together must be below %d characters", MaxFunctionTarget), true)
	}
	return judgeHeaders("request", ViewerRequestTrigger, false, before.Headers, after.Headers)
}

func badInTarget(r rune) bool { return r <= ' ' || r == '#' || r == 0x7f }

// ApplyResponse applies the result of a viewer-response function to a response.
// The caller replaces the body: after.Body.
func ApplyResponse(name string, before, after *FunctionResponse, fields []Field) (FunctionEdit, *FunctionFault) {
	if fault := judgeResponseResult(ViewerResponseTrigger, before, after); fault != nil {
		return FunctionEdit{}, fault
	}
	e := editor{leg: LegResponse, by: name}
	if before.StatusCode != after.StatusCode {
		e.note("status", fmt.Sprint(before.StatusCode), fmt.Sprint(after.StatusCode))
	}
	out := FunctionEdit{Fields: e.fields(fields, before.Headers, after.Headers, "set-cookie")}
	if !equalFields(before.Cookies, after.Cookies) {
		e.named("cookie ", before.Cookies, after.Cookies)
		out.Fields = withSetCookies(out.Fields, after.Cookies)
	}
	if after.Body != nil {
		e.note("body", "the response's own", "the function's")
	}
	out.Changes = e.changes
	return out, nil
}

// GeneratedResponse judges a response that a viewer-request function generated,
// and returns its fields (CF-FN-40).
func GeneratedResponse(r *FunctionResponse) ([]Field, *FunctionFault) {
	if fault := judgeResponseResult(ViewerRequestTrigger, &FunctionResponse{}, r); fault != nil {
		return nil, fault
	}
	var e editor
	return withSetCookies(e.fields(nil, nil, r.Headers, "set-cookie"), r.Cookies), nil
}

// judgeResponseResult refuses an invalid response of any function.
func judgeResponseResult(t Trigger, before, after *FunctionResponse) *FunctionFault {
	if after.StatusCode < 100 || after.StatusCode > 599 { // the range is inferred
		return invalidValue("CF-FN-30", "response.statusCode must be an integer between 100 and 599", true)
	}
	if _, err := after.Body.Bytes(); err != nil {
		return invalidValue("CF-FN-35", "response.body.data is not valid base64", true)
	}
	if t == ViewerRequestTrigger { // a generated response has no read-only fields except those of a response
		t = ViewerResponseTrigger
	}
	return judgeHeaders("response", t, false, before.Headers, after.Headers)
}

// Bytes returns the decoded body; nil if there is none.
func (b *FunctionBody) Bytes() ([]byte, error) {
	switch {
	case b == nil:
		return nil, nil
	case b.Encoding == "base64":
		return base64.StdEncoding.DecodeString(b.Data)
	}
	return []byte(b.Data), nil
}

// judgeHeaders refuses names that are not in lower case (CF-FN-19), values that cannot be
// sent, disallowed fields (CF-FN-54, CF-FN-59) and changes of read-only ones (CF-FN-56,
// CF-FN-57).
func judgeHeaders(what string, t Trigger, lambda bool, before, after []FunctionField) *FunctionFault {
	for _, f := range after {
		switch {
		case f.Name != lowerASCII(f.Name) && !lambda:
			return invalidValue("CF-FN-19", what+".headers must have header names in lower case", false)
		case !isFieldName(f.Name):
			return invalidValue("CF-FN-20", fmt.Sprintf("%s.headers has a name that is not a header name: %q", what, f.Name), true)
		case DisallowedHeader(f.Name):
			return &FunctionFault{Rule: "CF-FN-54", Kind: FaultDisallowed, Message: f.Name}
		}
		for _, v := range f.Values {
			if !isFieldValue(v.Value) {
				return invalidValue("CF-FN-20", fmt.Sprintf("%s.headers[%q] has a line break or a null character", what, f.Name), true)
			}
		}
	}
	if country := "cloudfront-viewer-country"; lambda && t == ViewerRequestTrigger && fieldNamed(before, country) == nil && fieldNamed(after, country) != nil {
		return &FunctionFault{Rule: "CF-LAE-45", Kind: FaultDisallowed, Message: country}
	}
	for _, name := range readOnlyHeaders[lambda][t] {
		if !equalValues(fieldNamed(before, name), fieldNamed(after, name)) {
			return &FunctionFault{Rule: readOnlyRule(t, lambda), Kind: FaultReadOnly, Message: name}
		}
	}
	return nil
}

// readOnlyRule returns the rule that lists the read-only headers.
func readOnlyRule(t Trigger, lambda bool) RuleID {
	switch {
	case !lambda && t == ViewerRequestTrigger:
		return "CF-FN-56"
	case !lambda:
		return "CF-FN-57"
	}
	return map[Trigger]RuleID{
		ViewerRequestTrigger: "CF-LAE-38", OriginRequestTrigger: "CF-LAE-39",
		OriginResponseTrigger: "CF-LAE-40", ViewerResponseTrigger: "CF-LAE-41",
	}[t]
}

// JoinFunctionQuery returns a query object as a query string, in the order of the
// object; that order is inferred (CF-FN-16). It encodes nothing (CF-FN-14).
func JoinFunctionQuery(fields []FunctionField) string {
	var b strings.Builder
	for _, f := range fields {
		for _, v := range f.Values {
			if b.Len() > 0 {
				b.WriteByte('&')
			}
			b.WriteString(f.Name)
			b.WriteByte('=')
			b.WriteString(v.Value)
		}
	}
	return b.String()
}

// equalFields reports whether two lists have the same names with the same values.
func equalFields(a, b []FunctionField) bool {
	return slices.EqualFunc(a, b, func(x, y FunctionField) bool { return x.Name == y.Name && equalValues(x.Values, y.Values) })
}

func equalValues(a, b []FunctionValue) bool { return slices.Equal(a, b) }

// withCookies replaces the Cookie fields with one that has these cookies.
func withCookies(fields []Field, cookies []FunctionField) []Field {
	var pairs []string
	for _, c := range cookies {
		for _, v := range c.Values {
			pairs = append(pairs, c.Name+"="+v.Value)
		}
	}
	at := -1
	kept := fields[:0:0]
	for _, f := range fields {
		if http.CanonicalHeaderKey(f.Name) == "Cookie" {
			if at < 0 {
				at = len(kept)
			}
			continue
		}
		kept = append(kept, f)
	}
	if len(pairs) == 0 {
		return kept
	}
	if at < 0 {
		at = len(kept)
	}
	return slices.Insert(kept, at, Field{"Cookie", strings.Join(pairs, "; ")})
}

// withSetCookies replaces the Set-Cookie fields with one for each cookie (CF-FN-23,
// CF-FN-29).
func withSetCookies(fields []Field, cookies []FunctionField) []Field {
	kept := fields[:0:0]
	for _, f := range fields {
		if http.CanonicalHeaderKey(f.Name) != "Set-Cookie" {
			kept = append(kept, f)
		}
	}
	for _, c := range cookies {
		for _, v := range c.Values {
			line := c.Name + "=" + v.Value
			if v.Attributes != "" {
				line += "; " + v.Attributes
			}
			kept = append(kept, Field{"Set-Cookie", line})
		}
	}
	return kept
}
