package edge_test

import (
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
)

// TestFunctionOnTheWire: what the origin and the viewer get, for code whose result the
// other tests examine as a value (CF-FN-14, CF-FN-15, CF-FN-27, CF-FN-28, CF-FN-34,
// CF-FN-35, CF-FN-42, CF-FN-83).
func TestFunctionOnTheWire(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, code string
		ask        edge.ViewerRequest
		status     int
		body       string
		cache      string
		answer     http.Header // fields of the answer
		target     string      // what the origin was asked for; "" for nothing
		sent       http.Header // fields that it got
	}{
		{
			"CF-FN-15 the query as a string", "event.request.querystring = 'a=3&a=1&b=2'; return event.request;",
			edge.ViewerRequest{URI: "/a?b=2&utm_source=x&a=3&a=1"}, 200, "origin", "Miss", nil, "/a?a=3&a=1&b=2", nil,
		},
		{
			"CF-FN-14 the query as it came where nothing changes it", "return event.request;",
			edge.ViewerRequest{URI: "/a?b=%7E+x&&a=1&b="}, 200, "origin", "Miss", nil, "/a?b=%7E+x&&a=1&b=", nil,
		},
		{
			"CF-FN-27 the array of values wins", "event.request.headers['x-tag'].multiValue[1] = { value: 'B' }; return event.request;",
			edge.ViewerRequest{URI: "/", Header: http.Header{"X-Tag": {"a", "b", "c"}}}, 200, "origin", "Miss", nil, "/", http.Header{"X-Tag": {"a", "B", "c"}},
		},
		{
			"CF-FN-28 the value alone is the first of them", "event.request.headers['x-tag'].value = 'A'; return event.request;",
			edge.ViewerRequest{URI: "/", Header: http.Header{"X-Tag": {"a", "b", "c"}}}, 200, "origin", "Miss", nil, "/", http.Header{"X-Tag": {"A", "b", "c"}},
		},
		{
			"CF-FN-42 a redirect that keeps the raw query", "return { statusCode: 302, headers: { location: { value: 'https://www.example.com/fr' + event.request.uri + '?' + event.request.rawQueryString() } } };",
			edge.ViewerRequest{URI: "/shop?q=%E5%AE%B6&e="}, 302, "", "FunctionGeneratedResponse", http.Header{"Location": {"https://www.example.com/fr/shop?q=%E5%AE%B6&e="}}, "", nil,
		},
		{
			"CF-FN-34 a body in base64, and no custom error page", "return { statusCode: 403, headers: { 'content-type': { value: 'text/plain' } }, body: { encoding: 'base64', data: 'bm8=' } };",
			edge.ViewerRequest{URI: "/"}, 403, "no", "FunctionGeneratedResponse", http.Header{"Content-Type": {"text/plain"}}, "", nil,
		},
		{"CF-FN-34 a body that is not ASCII", "return { statusCode: 404, body: '— é' };", edge.ViewerRequest{URI: "/"}, 404, "— é", "FunctionGeneratedResponse", nil, "", nil},
		{"CF-FN-35 a body that is not base64", "return { statusCode: 200, body: { encoding: 'base64', data: '***' } };", edge.ViewerRequest{URI: "/"}, 502, "invalid value", "FunctionValidationError", nil, "", nil},
		{"CF-FN-20 a header that is a plain string", "event.request.headers['x-a'] = 'v'; return event.request;", edge.ViewerRequest{URI: "/"}, 502, "invalid value", "FunctionValidationError", nil, "", nil},
		{"CF-FN-31 a status that is a string", "return { statusCode: '302' };", edge.ViewerRequest{URI: "/"}, 502, "invalid value", "FunctionValidationError", nil, "", nil},
		{"CF-FN-09 another method", "event.request.method = 'POST'; return event.request;", edge.ViewerRequest{URI: "/"}, 502, "CloudFront function", "FunctionValidationError", nil, "", nil},
		{"CF-FN-112 no URL class", "return new URL('https://a');", edge.ViewerRequest{URI: "/"}, 503, "is invalid or could not run", "FunctionExecutionError", nil, "", nil},
		{"CF-KVS-21 no store", "return { statusCode: 200, body: cf.kvs().id };", edge.ViewerRequest{URI: "/"}, 503, "is invalid or could not run", "FunctionExecutionError", nil, "", nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var got atomic.Pointer[http.Request]
			s := newSite(t, map[string]http.HandlerFunc{"app": seenBy(&got)})
			s.edge.Distribution.DefaultBehavior.TargetOriginID = "app"
			s.edge.Distribution.CustomErrors = []distribution.CustomErrorResponse{{ErrorCode: 403, ResponsePagePath: "/e.html", ResponseCode: 200}}
			s.attach(t, map[string]string{"viewer-request": "import cf from 'cloudfront';\nfunction handler(event) { " + row.code + " }"})
			r, body := s.ask(t, row.ask)
			if r.Status != row.status || !strings.Contains(body, row.body) || row.status < 500 && body != row.body || r.Header.Get("X-Cache") != row.cache+" from cloudfront" {
				t.Fatalf("got %d %q, X-Cache %q, %+v", r.Status, body, r.Header.Get("X-Cache"), s.last(t, r).Functions)
			}
			for name, want := range row.answer {
				if !slices.Equal(r.Header[name], want) {
					t.Errorf("%s is %q, want %q", name, r.Header[name], want)
				}
			}
			asked := got.Load()
			switch {
			case asked == nil && row.target == "":
				return
			case asked == nil || asked.RequestURI != row.target:
				t.Fatalf("the origin got %v, want %q", asked, row.target)
			}
			for name, want := range row.sent {
				if !slices.Equal(asked.Header[name], want) {
					t.Errorf("the origin got %s %q, want %q", name, asked.Header[name], want)
				}
			}
		})
	}
}
