package policy

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// LambdaResult is what a Lambda@Edge function returned: a request, or a response
// that it generated or changed.
type LambdaResult struct {
	// Edit is the request or response after the function ran, with its changes.
	Edit FunctionEdit
	// Host is the Host after an origin-request function; "" if unchanged.
	Host string
	// RequestBody replaces the request's body; nil keeps it.
	RequestBody []byte
	// Origin is the origin after an origin-request function; nil if unchanged.
	Origin *LambdaOrigin
	// Response says that the result is a response, with this status.
	Response bool
	Status   int
	// Body replaces the response's body; nil keeps the existing one.
	Body []byte
}

// lambdaReturned is the JSON of a result, as loose as what functions return.
type lambdaReturned struct {
	Method, URI, QueryString, ClientIP *string
	Headers                            map[string]json.RawMessage
	Status                             json.RawMessage
	StatusDescription                  json.RawMessage
	Body                               json.RawMessage
	BodyEncoding                       *string
	Origin                             *LambdaOrigin
}

// ReadLambdaResult parses and judges what a function returned for an event
// (CF-LAE-46 to CF-LAE-60). uri and fields are those of the request, or of the
// response for the response triggers, before the function ran.
func ReadLambdaResult(name string, event *LambdaEvent, result []byte, uri string, fields []Field) (*LambdaResult, *FunctionFault) {
	t := event.Config.EventType
	var r lambdaReturned
	if text := bytes.TrimSpace(result); len(text) == 0 || text[0] != '{' {
		return nil, InvalidResult("CF-LAE-63", "The function did not return a request or a response object")
	}
	if err := json.Unmarshal(result, &r); err != nil {
		return nil, lambdaFault("CF-LAE-63", "The Lambda function returned an invalid json output: "+jsonProblem(err))
	}
	headers, fault := readLambdaHeaders(r.Headers, "headers object")
	if fault != nil {
		return nil, fault
	}
	if t == OriginResponseTrigger || t == ViewerResponseTrigger || r.Status != nil && r.Method == nil {
		return readLambdaResponse(name, event, &r, headers, fields)
	}
	return readLambdaRequest(name, event, &r, headers, uri, fields)
}

// lambdaFault is a fault whose whole sentence is known.
func lambdaFault(rule RuleID, sentence string) *FunctionFault {
	return &FunctionFault{Rule: rule, Kind: FaultInvalid, Message: sentence}
}

func jsonProblem(err error) string {
	if e, ok := err.(*json.UnmarshalTypeError); ok {
		return fmt.Sprintf("%s is %s", e.Field, e.Value)
	}
	return err.Error()
}

// readLambdaHeaders reads headers, which must be arrays (CF-LAE-14, CF-LAE-67).
func readLambdaHeaders(raw map[string]json.RawMessage, what string) (LambdaHeaders, *FunctionFault) {
	if raw == nil {
		return nil, nil
	}
	out := LambdaHeaders{}
	for name, text := range raw {
		var list []struct{ Key, Value *string }
		if json.Unmarshal(text, &list) != nil {
			return nil, lambdaFault("CF-LAE-67", fmt.Sprintf("The Lambda function returned an invalid entry in the %s: Each header entry in the headers object must be an array", what))
		}
		for _, h := range list {
			if h.Value == nil {
				return nil, InvalidResult("CF-LAE-14", "the header %s has an entry without a value that is a string", name)
			}
			header := LambdaHeader{Value: *h.Value}
			if h.Key != nil {
				header.Key = *h.Key
			}
			if lower := lowerASCII(name); header.Key != "" && lowerASCII(header.Key) != lower {
				return nil, InvalidResult("CF-LAE-14", "the header %s has an entry with the key %s", name, header.Key)
			}
			out[lowerASCII(name)] = append(out[lowerASCII(name)], header)
		}
	}
	return out, nil
}

func readLambdaRequest(name string, event *LambdaEvent, r *lambdaReturned, headers LambdaHeaders, uri string, fields []Field) (*LambdaResult, *FunctionFault) {
	t := event.Config.EventType
	before, after := &event.Request, event.Request
	switch {
	case r.Method == nil || r.URI == nil:
		return nil, InvalidResult("CF-LAE-63", "The function returned an object that is neither a request nor a response")
	case *r.Method != before.Method:
		return nil, InvalidResult("CF-LAE-13", "The function changed the method, which is read-only")
	case r.ClientIP != nil && *r.ClientIP != before.ClientIP:
		return nil, InvalidResult("CF-LAE-13", "The function changed clientIp, which is read-only")
	case !strings.HasPrefix(*r.URI, "/"):
		return nil, InvalidResult("CF-LAE-16", "The URI does not start with a slash")
	}
	after.URI, after.QueryString = *r.URI, ""
	if r.QueryString != nil {
		after.QueryString = *r.QueryString
	}
	if strings.ContainsFunc(after.URI+after.QueryString, badInTarget) || len(after.URI)+1+len(after.QueryString) >= MaxFunctionTarget {
		if after.URI != before.URI || after.QueryString != before.QueryString {
			return nil, InvalidResult("CF-LAE-18", "The URI or the query string has spaces, control characters or #, or is too long")
		}
	}
	if fault := judgeHeaders("request", t, true, before.Headers.functionFields(), headers.functionFields()); fault != nil {
		return nil, fault
	}
	e := editor{leg: LegRequest, by: name, spelled: spellings(headers)}
	out := &LambdaResult{}
	out.Edit.URI = e.target(before.functionRequest(), after.functionRequest(), uri)
	out.Edit.Fields = e.fields(fields, before.Headers.functionFields(), headers.functionFields(), "")
	if host := headers["host"]; t == OriginRequestTrigger && len(host) > 0 && host[0].Value != before.Headers["host"][0].Value {
		out.Host = host[0].Value // CF-LAE-31
	}
	out.Edit.Changes = e.changes
	var fault *FunctionFault
	if out.RequestBody, fault = replacedBody(r.Body, before.Body, t); fault != nil {
		return nil, fault
	}
	if out.RequestBody != nil {
		e.note("body", "the viewer's", "the function's")
		out.Edit.Changes = e.changes
	}
	if t == OriginRequestTrigger && r.Origin != nil && before.Origin != nil {
		if fault := judgeLambdaOrigin(r.Origin, headers); fault != nil {
			return nil, fault
		}
		out.Origin = r.Origin
	}
	return out, nil
}

func (r *LambdaRequest) functionRequest() *FunctionRequest {
	return &FunctionRequest{URI: r.URI, RawQuery: r.QueryString, QueryIsString: true}
}

// spellings are the names of headers as the function spelled them (CF-LAE-15).
func spellings(h LambdaHeaders) map[string]string {
	out := map[string]string{}
	for name, list := range h {
		if len(list) > 0 && list[0].Key != "" {
			out[name] = list[0].Key
		}
	}
	return out
}

// replacedBody returns the body with which a function replaced the request's (CF-LAE-58 to
// CF-LAE-60); nil if it did not.
func replacedBody(raw json.RawMessage, before *LambdaBody, t Trigger) ([]byte, *FunctionFault) {
	var b struct{ Action, Encoding, Data *string }
	if before == nil || raw == nil || json.Unmarshal(raw, &b) != nil || b.Action == nil || *b.Action != "replace" {
		return nil, nil
	}
	data, most := "", LambdaBytes(t)
	if b.Data != nil {
		data = *b.Data
	}
	if b.Encoding != nil && *b.Encoding == "text" {
		if len(data) > most {
			return nil, InvalidResult("CF-LAE-60", "The replaced body has %d bytes, and %d are allowed", len(data), most)
		}
		return []byte(data), nil
	}
	if len(data) > most*4/3+4 {
		return nil, InvalidResult("CF-LAE-60", "The replaced body has %d bytes in base64, and %d are allowed", len(data), most*4/3)
	}
	body, err := base64.StdEncoding.DecodeString(data)
	if err != nil {
		return nil, InvalidResult("CF-LAE-59", "The replaced body is not valid base64")
	}
	return body, nil
}

func readLambdaResponse(name string, event *LambdaEvent, r *lambdaReturned, headers LambdaHeaders, fields []Field) (*LambdaResult, *FunctionFault) {
	t := event.Config.EventType
	before := event.Response
	if before == nil {
		before, fields = &LambdaResponse{}, nil
	}
	out := &LambdaResult{Response: true}
	var status string
	if r.Status == nil || json.Unmarshal(r.Status, &status) != nil {
		return nil, InvalidResult("CF-LAE-46", "The response has no status that is a string")
	}
	code, err := strconv.Atoi(status)
	if err != nil || code < 200 || code > 599 {
		return nil, InvalidResult("CF-LAE-47", "The status %.20q is not a number from 200 to 599", status)
	}
	out.Status = code
	if t == ViewerResponseTrigger && status != before.Status { // the consequence is not documented
		return nil, InvalidResult("CF-LAE-55", "The function changed the status, which a viewer-response function cannot")
	}
	var fault *FunctionFault
	if out.Body, fault = generatedBody(r); fault != nil {
		return nil, fault
	}
	total := len(r.Body)
	for key, list := range headers {
		for _, h := range list {
			total += len(key) + len(h.Value)
		}
	}
	switch {
	case total > LambdaBytes(t) && out.Body != nil: // CF-LAE-53
		return nil, lambdaFault("CF-LAE-53", sentenceLambdaFailed+"The body is not a string, is not an object, or exceeds the maximum size")
	case t == ViewerRequestTrigger && code == 204 && len(out.Body) > 0:
		return nil, InvalidResult("CF-LAE-49", "A response with status 204 has a body")
	}
	trigger := t
	if event.Response == nil { // there was no response whose fields could be read-only
		trigger = OriginResponseTrigger
	}
	if fault := judgeHeaders("response", trigger, true, before.Headers.functionFields(), headers.functionFields()); fault != nil {
		return nil, fault
	}
	e := editor{leg: LegResponse, by: name, spelled: spellings(headers)}
	if before.Status != "" && before.Status != status {
		e.note("status", before.Status, status)
	}
	out.Edit.Fields = e.fields(fields, before.Headers.functionFields(), headers.functionFields(), "")
	if out.Body != nil && event.Response != nil {
		e.note("body", "the response's own", "the function's")
	}
	out.Edit.Changes = e.changes
	return out, nil
}

// generatedBody returns the body of a response that a function made or changed; nil if it
// set none (CF-LAE-48, CF-LAE-54).
func generatedBody(r *lambdaReturned) ([]byte, *FunctionFault) {
	if r.Body == nil || string(r.Body) == "null" {
		return nil, nil
	}
	var text string
	if json.Unmarshal(r.Body, &text) != nil {
		return nil, lambdaFault("CF-LAE-67", sentenceLambdaFailed+"The body is not a string, is not an object, or exceeds the maximum size")
	}
	switch {
	case r.BodyEncoding == nil || *r.BodyEncoding == "text":
		return append([]byte{}, text...), nil
	case *r.BodyEncoding != "base64":
		return nil, InvalidResult("CF-LAE-46", "bodyEncoding is neither text nor base64")
	}
	body, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return nil, InvalidResult("CF-LAE-48", "The body is not valid base64")
	}
	return append([]byte{}, body...), nil
}

func sortedHeaders(h LambdaHeaders) []string { return slices.Sorted(maps.Keys(h)) }
