package edge_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
)

// TestFunctionAlignsTheBody: the function may change the fields that describe a body; what
// it leaves alone is sent unchanged, which is inferred, and the length is that of what is
// sent (CF-FN-38).
func TestFunctionAlignsTheBody(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, code, encoding, kind string }{
		{"aligned", "delete r.headers['content-encoding']; r.headers['content-type'] = { value: 'text/plain' };", "", "text/plain"},
		{"left alone", "", "gzip", "application/json"},
	} {
		s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			w.Header().Set("Content-Type", "application/json")
			_, _ = w.Write([]byte(strings.Repeat("z", 99)))
		}})
		s.edge.Distribution.DefaultBehavior.TargetOriginID = "app"
		s.attach(t, map[string]string{"viewer-response": "function handler(event) { var r = event.response; r.body = 'plain'; " + row.code + " return r; }"})
		r, body := s.ask(t, edge.ViewerRequest{URI: "/", Header: http.Header{"Accept-Encoding": {"gzip"}}})
		if r.Status != 200 || body != "plain" || r.ContentLength != 5 || r.Header.Get("Content-Encoding") != row.encoding || r.Header.Get("Content-Type") != row.kind {
			t.Errorf("%s: got %d %q of %d, %v", row.name, r.Status, body, r.ContentLength, r.Header)
		}
	}
}

// TestRequestIsReadOnlyInResponse: a viewer-response function's changes to the request have
// no effect and are not reported (CF-FN-62).
func TestRequestIsReadOnlyInResponse(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.RequestURI)) }})
	s.edge.Distribution.DefaultBehavior.TargetOriginID = "app"
	s.attach(t, map[string]string{"viewer-response": `function handler(event) {
  var q = event.request;
  event.response.headers['x-read'] = { value: q.method + q.uri + q.querystring.a.value + q.headers['x-own'].value };
  q.uri = '/other'; q.method = 'PUT'; q.querystring = 'b=2'; q.headers['x-own'].value = 'changed'; q.headers['x-real-ip'] = { value: '1' };
  return event.response;
}`})
	r, body := s.ask(t, edge.ViewerRequest{URI: "/x?a=1", Header: http.Header{"X-Own": {"v"}}})
	if r.Status != 200 || body != "/x?a=1" || r.Header.Get("X-Read") != "GET/x1v" {
		t.Fatalf("got %d %q %v", r.Status, body, r.Header)
	}
	x := s.last(t, r)
	if x.Viewer.URI != "/x?a=1" || x.Viewer.Method != "GET" || x.Viewer.Header.Get("X-Own") != "v" || len(x.Functions) != 1 || len(x.Functions[0].Changed) != 1 {
		t.Errorf("recorded as %s %s, %+v", x.Viewer.Method, x.Viewer.URI, x.Functions)
	}
}

// TestCustomOriginLeftOut: without customOriginConfig protocol, port and versions
// are inherited, and a bucket that becomes a custom origin, which has none of them to
// give, is asked over HTTPS on port 443, as was seen (CF-MOD-05).
func TestCustomOriginLeftOut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, call string
		change     func(*distribution.Origin)
		want       string
	}{
		{"inherited", "domainName: 'blue.example.org'", func(o *distribution.Origin) { o.ProtocolPolicy, o.HTTPPort = distribution.OriginHTTPOnly, 8080 }, "blue.example.org:8080"},
		{"inherited beside access control that is off", "domainName: 'blue.example.org', originAccessControlConfig: { enabled: false }", func(o *distribution.Origin) { o.ProtocolPolicy, o.HTTPSPort = distribution.OriginHTTPSOnly, 8443 }, "blue.example.org:8443"},
		{"a bucket becomes custom", "domainName: 'blue.example.org'", func(o *distribution.Origin) {
			o.DomainName, o.Kind, o.ProtocolPolicy, o.SSLProtocols = "b.s3.us-east-1.amazonaws.com", distribution.OriginS3, "", nil
		}, "blue.example.org:443"},
	} {
		e := choosing(t, "cf.updateRequestOrigin({ "+row.call+" })")
		row.change(&e.Distribution.Origins[0])
		plans, after := chosen(t, e)
		if after.Cause != nil || len(plans) != 1 || plans[0].Target.Address() != row.want || plans[0].Target.TLS != (row.name != "inherited") {
			t.Errorf("%s: got %v, %+v", row.name, after.Cause, plans)
		}
	}
}
