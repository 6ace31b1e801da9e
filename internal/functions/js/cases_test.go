package js_test

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/functions/js"
	"github.com/edgesim/edgesim/internal/functions/kvs"
	"github.com/edgesim/edgesim/policy"
)

// funcCase is code, an event and the result.
type funcCase struct {
	name    string // with the ids of the rules that it shows
	runtime js.Runtime
	code    string
	request string // JSON; "" is GET / of www.example.com
	reply   string // the response of a viewer-response event
	store   *kvs.Store
	want    string // the function's output as JSON
	fault   string // a part of the message, as the service's test has it
	class   string
	line    int
}

const plainRequest = `{"method":"GET","uri":"/","querystring":{},"headers":{"host":{"value":"www.example.com"}},"cookies":{}}`

func (c funcCase) run(t *testing.T) (js.Outcome, *policy.FunctionEvent) {
	t.Helper()
	request := c.request
	if request == "" {
		request = plainRequest
	}
	text := `{"version":"1.0","context":{"distributionId":"E1"},"viewer":{"ip":"198.51.100.11"},"request":` + request
	if c.reply != "" {
		text += `,"response":` + c.reply
	}
	text += "}"
	event, err := js.ReadEvent([]byte(text), "")
	if err != nil {
		t.Fatal(err)
	}
	runtime := c.runtime
	if runtime == "" {
		runtime = js.Runtime2
	}
	program, fault := js.Compile(c.code, runtime)
	if fault != nil {
		return js.Outcome{Fault: fault}, event
	}
	return program.Test(text, event, js.Env{Store: c.store, POP: "FRA56-P1"}), event
}

func (c funcCase) check(t *testing.T) {
	t.Helper()
	out, event := c.run(t)
	fault := out.Fault
	if fault == nil && out.Result.Request != nil {
		_, fault = policy.ApplyRequest("f", &event.Request, out.Result.Request, "/", nil)
	}
	if fault == nil && out.Result.Response != nil {
		if event.Response == nil {
			_, fault = policy.GeneratedResponse(out.Result.Response)
		} else {
			_, fault = policy.ApplyResponse("f", event.Response, out.Result.Response, nil)
		}
	}
	switch {
	case c.fault == "" && fault != nil:
		t.Fatalf("failed: %s: %s", fault.Class(false), fault.TestMessage())
	case c.fault != "" && fault == nil:
		t.Fatalf("gave %s, want a fault with %q", out.Output, c.fault)
	case c.fault != "" && (!strings.Contains(fault.TestMessage(), c.fault) || fault.Class(false) != c.class):
		t.Fatalf("got %s %q, want %s with %q", fault.Class(false), fault.TestMessage(), c.class, c.fault)
	case c.fault != "" && c.line != fault.Line:
		t.Fatalf("the fault is in line %d, want %d", fault.Line, c.line)
	}
	if c.want == "" {
		return
	}
	var got, want any
	if json.Unmarshal([]byte(out.Output), &got) != nil || json.Unmarshal([]byte(c.want), &want) != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("gave %s\nwant %s", out.Output, c.want)
	}
}

func store(t *testing.T, key, value string) *kvs.Store {
	t.Helper()
	return storeOf(t, map[string]string{key: value})
}

func storeOf(t *testing.T, values map[string]string) *kvs.Store {
	t.Helper()
	s, err := kvs.Map(values)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

const (
	execution  = "FunctionExecutionError"
	validation = "FunctionValidationError"
)

// TestCases runs code in the style of the guide and of the field, each with the
// rule that it shows.
func TestCases(t *testing.T) {
	t.Parallel()
	withHeader := func(name, value string) string {
		return `{"request":{"method":"GET","uri":"/","querystring":{},"headers":{"host":{"value":"www.example.com"},"` + name + `":{"value":"` + value + `"}},"cookies":{}}}`
	}
	redirects := `import cf from 'cloudfront';
const store = cf.kvs();
async function handler(event) {
  try {
    const rule = await store.get(event.request.uri, { format: 'json' });
    return { statusCode: rule.code, headers: { location: { value: rule.to } } };
  } catch (e) {
    return event.request;
  }
}`
	for _, c := range []funcCase{
		{name: "CF-FN-01 CF-FN-11 index", runtime: js.Runtime1, code: "function handler(event) {\n var r = event.request;\n if (r.uri.endsWith('/')) { r.uri += 'index.html'; }\n return r;\n}",
			request: `{"method":"GET","uri":"/docs/","querystring":{},"headers":{"host":{"value":"h"}},"cookies":{}}`,
			want:    `{"request":{"method":"GET","uri":"/docs/index.html","querystring":{},"headers":{"host":{"value":"h"}},"cookies":{}}}`},
		{name: "CF-FN-101 CF-FN-103 async", code: "async function label(v) { return 'n' + v; }\nasync function handler(event) {\n const a = await label(1), b = await label(2);\n event.request.headers['x-l'] = { value: a + b };\n return event.request;\n}", want: withHeader("x-l", "n1n2")},
		{name: "CF-FN-104 await in arguments", code: "async function g() { return '7'; }\nasync function handler(event) {\n const n = parseInt(await g());\n return event.request;\n}", fault: "SyntaxError: await in arguments not supported in 3", class: execution, line: 3},
		{name: "CF-FN-102 const in 1.0", runtime: js.Runtime1, code: "function handler(event) {\n const r = event.request;\n return r;\n}", fault: `SyntaxError: Token "const" not supported in this version in 2`, class: execution, line: 2},
		{name: "CF-FN-119 hmac", code: "const crypto = require('crypto');\nfunction handler(event) {\n event.request.headers['x-s'] = { value: crypto.createHmac('sha256', 'k').update('v').digest('base64url') };\n return event.request;\n}", want: withHeader("x-s", "xdS-GZLVDTtB-aISkvxnoooUhvxkoFF9N_mvhH4HMt4")},
		{name: "CF-FN-126 the clock stands", code: "function handler(event) {\n const a = Date.now(), b = +new Date();\n let n = 0;\n for (let i = 0; i < 5000; i++) { n += i; }\n event.request.headers['x-d'] = { value: '' + (Date.now() - a) + (b - a) };\n return event.request;\n}", want: withHeader("x-d", "00")},
		{name: "CF-FN-124 eval", runtime: js.Runtime1, code: "function handler(event) {\n var n = 'no';\n try { eval('1'); } catch (err) { n = 'threw'; }\n event.request.headers['x-e'] = { value: n };\n return event.request;\n}", want: withHeader("x-e", "threw")},
		{name: "CF-FN-134 new Function, by all of its names", code: "function handler(event) {\n let n = 0;\n [() => new Function('return 1'), () => (() => 1).constructor('return 1'), () => (async () => 1).constructor('return 1')].forEach((f) => { try { f(); } catch (e) { n++; } });\n event.request.headers['x-n'] = { value: '' + n };\n return event.request;\n}", want: withHeader("x-n", "3")},
		{name: "CF-FN-105 for of", code: "function handler(event) {\n const names = Object.keys(event.request.headers);\n for (const n of names) { console.log(n); }\n return event.request;\n}", fault: `SyntaxError: Token "of" not supported in this version in 3`, class: execution, line: 3},
		{name: "CF-FN-30 CF-FN-34 generated", runtime: js.Runtime1, code: "function handler(event) {\n return { statusCode: 403, statusDescription: 'Forbidden', headers: { 'content-type': { value: 'text/plain' } }, body: { encoding: 'base64', data: 'bm8=' } };\n}",
			want: `{"response":{"statusCode":403,"statusDescription":"Forbidden","headers":{"content-type":{"value":"text/plain"}},"body":{"encoding":"base64","data":"bm8="},"cookies":{}}}`},
		{name: "CF-FN-35 bad base64", code: "function handler(event) {\n return { statusCode: 200, body: { encoding: 'base64', data: '***' } };\n}", fault: "not valid base64", class: validation},
		{name: "CF-FN-20 plain string", runtime: js.Runtime1, code: "function handler(event) {\n event.request.headers['x-a'] = 'v';\n return event.request;\n}", fault: `request.headers["x-a"]`, class: validation},
		{name: "CF-FN-20 undefined value", runtime: js.Runtime1, code: "function handler(event) {\n event.request.headers['x-a'] = { value: undefined };\n return event.request;\n}", fault: "undefined", class: validation},
		{name: "CF-FN-31 status as a string", runtime: js.Runtime1, code: "function handler(event) {\n return { statusCode: '302', headers: { location: { value: '/' } } };\n}", fault: "statusCode must be an integer", class: validation},
		{name: "CF-KVS-19 CF-FN-95 redirect from the store", code: redirects, store: store(t, "/", `{"to":"/new","code":308}`), want: `{"response":{"statusCode":308,"headers":{"location":{"value":"/new"}},"cookies":{}}}`},
		{name: "CF-KVS-21 a missing key is caught", code: redirects, store: store(t, "/old", `{}`), want: `{"request":` + plainRequest + `}`},
		{name: "CF-KVS-21 CF-KVS-22 a missing key is not caught", code: "import cf from 'cloudfront';\nasync function handler(event) {\n const v = await cf.kvs().get('nope');\n return event.request;\n}", store: store(t, "a", "b"), fault: "Error: KeyNotFound", class: execution},
		{name: "CF-FN-09 method", runtime: js.Runtime1, code: "function handler(event) {\n event.request.method = 'POST';\n return event.request;\n}", fault: "request.method must not be changed", class: validation},
		{name: "CF-FN-01 no handler", runtime: js.Runtime1, code: "function main(event) { return event.request; }", fault: `"handler" is not defined`, class: execution},
		{name: "CF-FN-15 query as a string", code: "function handler(event) {\n const out = [];\n const q = event.request.querystring;\n Object.keys(q).sort().forEach((k) => {\n  if (k.startsWith('utm_')) { return; }\n  (q[k].multiValue || [q[k]]).forEach((v) => { out.push(k + '=' + v.value); });\n });\n event.request.querystring = out.join('&');\n return event.request;\n}",
			request: `{"method":"GET","uri":"/a","querystring":{"b":{"value":"2"},"utm_source":{"value":"x"},"a":{"value":"3","multiValue":[{"value":"3"},{"value":"1"}]}},"headers":{"host":{"value":"h"}},"cookies":{}}`,
			want:    `{"request":{"method":"GET","uri":"/a","querystring":"a=3&a=1&b=2","headers":{"host":{"value":"h"}},"cookies":{}}}`},
		{name: "CF-FN-56 Host is read-only", runtime: js.Runtime1, code: "function handler(event) {\n event.request.headers.host = { value: 'other.example.com' };\n return event.request;\n}", fault: "read-only header", class: validation, want: strings.Replace(`{"request":`+plainRequest+`}`, "www", "other", 1)},
		{name: "CF-FN-54 CF-FN-59 disallowed", runtime: js.Runtime1, code: "function handler(event) {\n event.request.headers['x-forwarded-proto'] = { value: 'https' };\n return event.request;\n}", fault: "The CloudFront function tried to add a disallowed header", class: validation, want: withHeader("x-forwarded-proto", "https")},
		{name: "CF-FN-60 X-Forwarded-Host is allowed", code: "function handler(event) {\n event.request.headers['x-forwarded-host'] = event.request.headers.host;\n return event.request;\n}", want: withHeader("x-forwarded-host", "www.example.com")},
		{name: "CF-FN-19 upper case", code: "function handler(event) {\n return { statusCode: 302, headers: { Location: { value: '/' } } };\n}", fault: "The CloudFront function returned an invalid value: response.headers must have header names in lower case.", class: validation},
		{name: "CF-FN-86 nothing is returned", runtime: js.Runtime1, code: "function handler(event) {\n event.request.uri = '/a';\n}", fault: "undefined", class: validation},
		{name: "CF-FN-86 the event is returned", code: "function handler(event) { return event; }", fault: "neither a request nor a response", class: validation},
		{name: "CF-FN-80 CF-FN-85 throws", runtime: js.Runtime1, code: "function handler(event) {\n var c = event.request.cookies.missing.value;\n return event.request;\n}", fault: `could not run. TypeError: cannot get property "value" of undefined in 2`, class: execution, line: 2},
		{name: "CF-FN-112 URL", code: "function handler(event) {\n const u = new URL('https://' + event.request.headers.host.value);\n return event.request;\n}", fault: `ReferenceError: "URL" is not defined in 2`, class: execution, line: 2},
		{name: "CF-FN-22 CF-FN-57 viewer-response", runtime: js.Runtime1, code: "function handler(event) {\n var h = event.response.headers;\n h['x-content-type-options'] = { value: 'nosniff' };\n delete h.server;\n return event.response;\n}",
			reply: `{"statusCode":200,"statusDescription":"OK","headers":{"content-type":{"value":"text/html"},"server":{"value":"nginx"}},"cookies":{}}`,
			want:  `{"response":{"statusCode":200,"statusDescription":"OK","headers":{"content-type":{"value":"text/html"},"x-content-type-options":{"value":"nosniff"}},"cookies":{}}}`},
		{name: "CF-FN-57 Via is read-only", runtime: js.Runtime1, code: "function handler(event) {\n event.response.headers.via = { value: '1.1 me' };\n return event.response;\n}", reply: `{"statusCode":200,"statusDescription":"OK","headers":{},"cookies":{}}`, fault: "read-only header", class: validation},
		{name: "CF-FN-87 a request from viewer-response", code: "function handler(event) { return event.request; }", reply: `{"statusCode":200,"headers":{},"cookies":{}}`, fault: "has to return a response", class: validation},
		{name: "CF-FN-11 a relative URI", code: "function handler(event) { event.request.uri = 'x'; return event.request; }", fault: "must start with a slash", class: validation},
		{name: "CF-FN-61 a space in the query", code: "function handler(event) { event.request.querystring = 'a=b c'; return event.request; }", fault: "must not have spaces", class: validation},
		{name: "CF-FN-61 too long", code: "function handler(event) { event.request.uri = '/' + 'a'.repeat(8200); return event.request; }", fault: "below 8192", class: validation},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.check(t)
		})
	}
}

// TestArrayOfValuesWins: CF-FN-27, CF-FN-28.
func TestArrayOfValuesWins(t *testing.T) {
	t.Parallel()
	request := `{"method":"GET","uri":"/","querystring":{},"headers":{"host":{"value":"h"},"x-tag":{"value":"a","multiValue":[{"value":"a"},{"value":"b"},{"value":"c"}]}},"cookies":{}}`
	for name, row := range map[string]struct{ change, want string }{
		"CF-FN-27": {"t.multiValue[1] = { value: 'B' }; t.value = 'ignored';", "a B c"},
		"CF-FN-28": {"t.value = 'A';", "A b c"},
		"neither":  {"", "a b c"},
	} {
		c := funcCase{request: request, code: "function handler(event) { var t = event.request.headers['x-tag']; " + row.change + " return event.request; }"}
		out, _ := c.run(t)
		if out.Fault != nil {
			t.Fatalf("%s: %s", name, out.Fault.TestMessage())
		}
		var got []string
		for _, v := range out.Result.Request.Headers[1].Values {
			got = append(got, v.Value)
		}
		if strings.Join(got, " ") != row.want {
			t.Errorf("%s: got %v, want %s", name, got, row.want)
		}
	}
}
