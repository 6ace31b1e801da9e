package edge_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/internal/functions/lambda"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/recording"
)

// attach gives the default behavior CloudFront functions, by event type.
func (s *site) attach(t *testing.T, code map[string]string) {
	t.Helper()
	d := s.edge.Distribution
	for event, text := range code {
		d.DefaultBehavior.Functions = append(d.DefaultBehavior.Functions, distribution.FunctionAssociation{
			EventType: event, ARN: "arn:aws:cloudfront::111122223333:function/" + event, Function: &distribution.Function{Code: text},
		})
	}
	s.load(t, functions.Sources{})
}

func (s *site) load(t *testing.T, sources functions.Sources) {
	t.Helper()
	d := s.edge.Distribution
	d.DefaultBehavior.PathPattern = "*"
	set, err := functions.Load(d, sources)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(set.Close)
	s.edge.Functions = set
}

func (s *site) last(t *testing.T, r *edge.Response) *recording.Exchange {
	t.Helper()
	x, err := s.ring.Get(t.Context(), r.Header.Get("X-Amz-Cf-Id"))
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// seenBy keeps the last request that an origin got.
func seenBy(to *atomic.Pointer[http.Request]) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		to.Store(r)
		w.Header().Set("X-Origin", "yes")
		w.Header().Add("Set-Cookie", "a=1; Path=/")
		_, _ = w.Write([]byte("origin"))
	}
}

// TestViewerRequestFunction: a function changes path, query, headers and cookies
// of the request that the origin gets (CF-FN-06, CF-FN-11, CF-FN-14, CF-FN-18,
// CF-FN-21, CF-FN-49, CF-FN-64), behaviors are not matched again (CF-PATH-07), and the
// record has what it did.
func TestViewerRequestFunction(t *testing.T) {
	t.Parallel()
	var got atomic.Pointer[http.Request]
	s := newSite(t, map[string]http.HandlerFunc{"app": seenBy(&got), "other": status(500)})
	other := s.edge.Distribution.DefaultBehavior
	other.PathPattern, other.TargetOriginID = "/other/*", "other"
	s.edge.Distribution.Behaviors = []distribution.CacheBehavior{other}
	s.edge.Distribution.DefaultBehavior.TargetOriginID = "app"
	s.attach(t, map[string]string{"viewer-request": `function handler(event) {
  var r = event.request;
  console.log(event.context.eventType + ' ' + event.viewer.ip + ' ' + r.rawQueryString());
  r.uri = '/other/x';
  r.headers['x-added-here'] = { value: r.querystring.q.value };
  delete r.headers['x-gone'];
  r.cookies.b = { value: '2' };
  return r;
}`})
	r, body := s.ask(t, edge.ViewerRequest{URI: "/a?q=%E5%AE%B6&r", Header: http.Header{"X-Gone": {"1"}, "X-Kept": {"1"}, "Cookie": {"a=1"}}})
	if r.Status != 200 || body != "origin" {
		t.Fatalf("got %d %s", r.Status, body)
	}
	q := got.Load()
	if q.RequestURI != "/other/x?q=%E5%AE%B6&r" || q.Header.Get("X-Added-Here") != "%E5%AE%B6" || q.Header.Get("X-Gone") != "" || q.Header.Get("X-Kept") != "1" || q.Header.Get("Cookie") != "a=1; b=2" {
		t.Errorf("the origin got %s %v", q.RequestURI, q.Header)
	}
	x := s.last(t, r)
	if len(x.Functions) != 1 || x.Functions[0].Name != "viewer-request" || strings.Join(x.Functions[0].Log, "") != "viewer-request 198.51.100.7 q=%E5%AE%B6&r" {
		t.Fatalf("functions: %+v", x.Functions)
	}
	changed := map[string]string{}
	for _, c := range x.Functions[0].Changed {
		changed[c.Field] = string(c.Kind) + " " + c.By
	}
	for field, want := range map[string]string{"uri": "changed viewer-request", "X-Added-Here": "added viewer-request", "X-Gone": "dropped viewer-request", "cookie b": "added viewer-request"} {
		if changed[field] != want {
			t.Errorf("change of %s: got %q, want %q", field, changed[field], want)
		}
	}
}

// TestGeneratedByFunction: a function's answer goes to the viewer at once, and nothing else
// runs (CF-FN-32, CF-FN-40, CF-FN-41, CF-FN-42, CF-FN-45, CF-FN-83).
func TestGeneratedByFunction(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	s := newSite(t, map[string]http.HandlerFunc{"app": func(http.ResponseWriter, *http.Request) { asked.Add(1) }})
	s.edge.Distribution.DefaultBehavior.TargetOriginID = "app"
	s.edge.Distribution.CustomErrors = []distribution.CustomErrorResponse{{ErrorCode: 403, ResponsePagePath: "/e.html", ResponseCode: 200}}
	s.attach(t, map[string]string{
		"viewer-request":  `function handler(event) { return { statusCode: 403, headers: { 'content-type': { value: 'text/plain' } }, cookies: { s: { value: '1', attributes: 'Path=/' } }, body: { encoding: 'base64', data: 'bm8=' } }; }`,
		"viewer-response": `function handler(event) { event.response.headers['x-late'] = { value: '1' }; return event.response; }`,
	})
	r, body := s.ask(t, edge.ViewerRequest{URI: "/admin"})
	h := r.Header
	if r.Status != 403 || body != "no" || r.ContentLength != 2 || h.Get("X-Cache") != "FunctionGeneratedResponse from cloudfront" || h.Get("Server") != "CloudFront" ||
		h.Get("Content-Type") != "text/plain" || h.Get("Set-Cookie") != "s=1; Path=/" || h.Get("X-Late") != "" || h.Get("Via") == "" {
		t.Errorf("got %d %q %v", r.Status, body, h)
	}
	if asked.Load() != 0 {
		t.Error("the origin was asked")
	}
	if x := s.last(t, r); x.ResultType != "FunctionGeneratedResponse" || x.Cause != nil {
		t.Errorf("recorded as %s, %v", x.ResultType, x.Cause)
	}
}

// TestFunctionFaults: code that fails is a 503, a result that is refused a 502,
// each with its page and X-Cache (CF-ERR-14, CF-ERR-16, CF-FN-80, CF-FN-81,
// CF-FN-97, CF-MOD-43), and the edge serves on.
func TestFunctionFaults(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		code   string
		status int
		class  string
		page   string
		line   int
	}{
		"CF-FN-80 throws":              {"function handler(event) {\n  throw new Error('x');\n}", 503, "FunctionExecutionError", "is invalid or could not run", 2},
		"CF-FN-84 does not compile":    {"function handler(event) {\n  for (var a of []) {}\n}", 503, "FunctionExecutionError", "is invalid or could not run", 2},
		"CF-FN-73 never ends":          {"function handler(event) { for (;;) {} }", 503, "FunctionExecutionError", "is invalid or could not run", 1},
		"CF-FN-59 disallowed":          {"function handler(event) { event.request.headers['x-real-ip'] = {value: '1'}; return event.request; }", 502, "FunctionValidationError", "tried to add a disallowed header", 0},
		"CF-FN-56 CF-FN-97 no host":    {"function handler(event) { delete event.request.headers.host; return event.request; }", 502, "FunctionValidationError", "read-only header", 0},
		"CF-FN-86 returns nothing":     {"function handler(event) {}", 502, "FunctionValidationError", "returned an invalid value", 0},
		"CF-MOD-06 an address":         {"import cf from 'cloudfront';\nfunction handler(event) { cf.updateRequestOrigin({domainName: '192.0.2.7'}); return event.request; }", 502, "FunctionValidationError", "invalid value for origin rewrite", 0},
		"CF-MOD-38 an unknown origin":  {"import cf from 'cloudfront';\nfunction handler(event) { cf.selectRequestOriginById('nope'); return event.request; }", 502, "FunctionValidationError", "invalid value for origin rewrite", 0},
		"CF-MOD-01 import in 1.0 form": {"import {kvs} from 'cloudfront';\nfunction handler(event) { return event.request; }", 503, "FunctionExecutionError", "is invalid or could not run", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]http.HandlerFunc{"app": status(200)})
			s.edge.Distribution.DefaultBehavior.TargetOriginID = "app"
			s.attach(t, map[string]string{"viewer-request": row.code})
			r, body := s.ask(t, edge.ViewerRequest{URI: "/"})
			if r.Status != row.status || r.Header.Get("X-Cache") != row.class+" from cloudfront" || !strings.Contains(body, row.page) {
				t.Fatalf("got %d %v %s", r.Status, r.Header, body)
			}
			x := s.last(t, r)
			if x.ResultType != row.class || x.Cause == nil || len(x.Functions) != 1 || x.Functions[0].Error == nil || x.Functions[0].Error.Line != row.line || x.Functions[0].Error.Class != row.class {
				t.Errorf("recorded as %s %v %+v", x.ResultType, x.Cause, x.Functions)
			}
		})
	}
}

// TestViewerResponseFunction: it sees what the viewer would get, with the headers of the
// response headers policy (CF-FN-47), and the request as the other function left it
// (CF-FN-48); it may change status, headers, cookies and body (CF-FN-23, CF-FN-30,
// CF-FN-37), what it leaves out is kept (CF-FN-36), and it may change the fields that
// describe a body (CF-FN-38). It cannot change the request any longer (CF-FN-62).
func TestViewerResponseFunction(t *testing.T) {
	t.Parallel()
	var got atomic.Pointer[http.Request]
	s := newSite(t, map[string]http.HandlerFunc{"app": seenBy(&got)})
	b := &s.edge.Distribution.DefaultBehavior
	b.TargetOriginID = "app"
	b.ResponseHeadersPolicy = &distribution.ResponseHeadersPolicy{Headers: []distribution.ResponseHeader{{Header: distribution.Header{Name: "X-Policy", Value: "p"}, Override: true}}}
	s.attach(t, map[string]string{
		"viewer-request": `function handler(event) { event.request.headers['x-variant'] = { value: 'b' }; return event.request; }`,
		"viewer-response": `function handler(event) {
  var r = event.response;
  r.headers['x-saw'] = { value: r.headers['x-policy'].value + event.request.headers['x-variant'].value + typeof r.body + r.headers['x-cache'] };
  r.cookies.a.value = '2';
  if (event.request.uri === '/empty') { r.statusCode = 404; r.body = ''; }
  event.request.uri = '/changed'; event.request.method = 'PUT';
  return r;
}`,
	})
	r, body := s.ask(t, edge.ViewerRequest{URI: "/"})
	if r.Status != 200 || body != "origin" || r.Header.Get("X-Saw") != "pbundefinedundefined" || r.Header.Get("Set-Cookie") != "a=2; Path=/" || r.Header.Get("X-Cache") != "Miss from cloudfront" {
		t.Errorf("got %d %q %v", r.Status, body, r.Header)
	}
	if r, body := s.ask(t, edge.ViewerRequest{URI: "/empty"}); r.Status != 404 || body != "" || r.ContentLength != 0 {
		t.Errorf("got %d %q", r.Status, body)
	}
}

// TestViewerResponseNotOnErrors: CF-FN-43 and CF-FN-44.
func TestViewerResponseNotOnErrors(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/page.html" {
			w.WriteHeader(404)
		}
	}})
	s.edge.Distribution.DefaultBehavior.TargetOriginID = "app"
	s.attach(t, map[string]string{"viewer-response": `function handler(event) { event.response.headers['x-ran'] = { value: '1' }; return event.response; }`})
	if r, _ := s.ask(t, edge.ViewerRequest{URI: "/missing"}); r.Status != 404 || r.Header.Get("X-Ran") != "" {
		t.Errorf("CF-FN-43: got %d %v", r.Status, r.Header)
	}
	s.edge.Distribution.CustomErrors = []distribution.CustomErrorResponse{{ErrorCode: 404, ResponsePagePath: "/page.html", ResponseCode: 200}}
	if r, _ := s.ask(t, edge.ViewerRequest{URI: "/missing"}); r.Status != 200 || r.Header.Get("X-Ran") != "" {
		t.Errorf("CF-FN-44: got %d %v", r.Status, r.Header)
	}
	if r, _ := s.ask(t, edge.ViewerRequest{URI: "/page.html"}); r.Status != 200 || r.Header.Get("X-Ran") != "1" {
		t.Errorf("CF-FN-50: got %d %v", r.Status, r.Header)
	}
}

// TestMissingCode: a function without code is reported as not simulated, and the request
// passes.
func TestMissingCode(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": status(200)})
	s.edge.Distribution.DefaultBehavior.TargetOriginID = "app"
	s.attach(t, map[string]string{"viewer-request": ""})
	r, _ := s.ask(t, edge.ViewerRequest{URI: "/"})
	if x := s.last(t, r); r.Status != 200 || finding(x, "CF-FN-49") == "" || len(x.Functions) != 0 {
		t.Errorf("got %d, %+v", r.Status, x.Findings)
	}
}

// TestLambdaTriggers: all four triggers of a Lambda in a real node: the origin's
// on the way to the origin alone, the viewer's always (CF-LAE-01 to CF-LAE-05,
// CF-LAE-13, CF-LAE-14, CF-LAE-54).
func TestLambdaTriggers(t *testing.T) {
	t.Parallel()
	peers.Need(t, "node")
	file := filepath.Join(t.TempDir(), "index.mjs")
	code := `export const handler = async (event) => {
  const { config, request, response } = event.Records[0].cf;
  console.log(config.eventType);
  if (response) {
    response.headers['x-' + config.eventType] = [{ value: request.uri + ' ' + response.status }];
    if (config.eventType === 'origin-response') { response.status = '201'; response.body = 'lambda'; }
    return response;
  }
  request.headers['x-' + config.eventType] = [{ key: 'X-' + config.eventType, value: request.clientIp }];
  request.uri += config.eventType === 'viewer-request' ? '/v' : '/o';
  return request;
};`
	if err := os.WriteFile(file, []byte(code), 0o600); err != nil {
		t.Fatal(err)
	}
	var got atomic.Pointer[http.Request]
	s := newSite(t, map[string]http.HandlerFunc{"app": seenBy(&got)})
	b := &s.edge.Distribution.DefaultBehavior
	b.TargetOriginID = "app"
	const arn = "arn:aws:lambda:us-east-1:111122223333:function:all:4"
	for _, event := range []string{"viewer-request", "origin-request", "origin-response", "viewer-response"} {
		b.Lambdas = append(b.Lambdas, distribution.LambdaFunctionAssociation{EventType: event, ARN: arn})
	}
	s.load(t, functions.Sources{Lambdas: map[string]lambda.Config{arn: {File: file}}})
	r, body := s.ask(t, edge.ViewerRequest{URI: "/a?b=1"})
	if r.Status != 201 || body != "lambda" || r.Header.Get("X-Origin-Response") != "/a/v/o 200" || r.Header.Get("X-Viewer-Response") != "/a/v 201" {
		x := s.last(t, r)
		t.Fatalf("got %d %q %v %v", r.Status, body, r.Header, x.Cause)
	}
	if q := got.Load(); q.RequestURI != "/a/v/o?b=1" || q.Header.Get("X-Viewer-Request") != "198.51.100.7" || q.Header.Get("X-Origin-Request") != "198.51.100.7" {
		t.Errorf("the origin got %s %v", q.RequestURI, q.Header)
	}
	x := s.last(t, r)
	var events []string
	for _, f := range x.Functions {
		events = append(events, f.Event+":"+strings.Join(f.Log, ","))
	}
	if strings.Join(events, " ") != "viewer-request:viewer-request origin-request:origin-request origin-response:origin-response viewer-response:viewer-response" {
		t.Errorf("ran %v", events)
	}
}
