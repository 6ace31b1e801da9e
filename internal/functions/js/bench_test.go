package js_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/functions/js"
	"github.com/edgesim/edgesim/policy"
)

// BenchmarkViewerRequest is all that a viewer-request function costs a request
// with about 1 KB of event: making the event, the run, and applying the result.
func BenchmarkViewerRequest(b *testing.B) {
	header := http.Header{
		"User-Agent": {"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Safari/537.36"},
		"Accept":     {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"}, "Accept-Language": {"en-US,en;q=0.9,de;q=0.8"},
		"Accept-Encoding": {"gzip, deflate, br"}, "Cookie": {"session=0123456789abcdef0123456789abcdef; theme=dark"}, "Referer": {"https://www.example.com/" + strings.Repeat("x", 300)},
	}
	program, fault := js.Compile("function handler(event) {\n  const request = event.request;\n  if (request.uri.endsWith('/')) { request.uri += 'index.html'; }\n  request.headers['x-a'] = { value: 'b' };\n  return request;\n}", js.Runtime2)
	if fault != nil {
		b.Fatal(fault.TestMessage())
	}
	b.ReportAllocs()
	for b.Loop() {
		e := &policy.FunctionEvent{Type: policy.ViewerRequestTrigger, DistributionID: "E1", ViewerIP: "198.51.100.11", RequestID: "r=="}
		e.Request = policy.RequestView("GET", "www.example.com", "/docs/?a=1&b=2", header, nil)
		out := program.Run(e, js.Env{})
		if out.Fault != nil {
			b.Fatal(out.Fault.TestMessage())
		}
		if _, fault := policy.ApplyRequest("f", &e.Request, out.Result.Request, "/docs/?a=1&b=2", nil); fault != nil {
			b.Fatal(fault.Message)
		}
	}
}
