package policy_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// lines writes fields as text, sorted by name.
func lines(h http.Header) string {
	var b strings.Builder
	_ = h.Write(&b)
	return strings.ReplaceAll(b.String(), "\r\n", "\n")
}

func header(name, value string, override bool) distribution.ResponseHeader {
	return distribution.ResponseHeader{Header: distribution.Header{Name: name, Value: value}, Override: override}
}

func managedResponse(t *testing.T, name string) *distribution.ResponseHeadersPolicy {
	t.Helper()
	p, ok := distribution.ManagedResponseHeadersPolicy(name)
	if !ok {
		t.Fatalf("no managed policy %q", name)
	}
	return p
}

// TestResponsePolicy shows whole responses before and after their policy, on
// origins' answers and on those of the edge itself (CF-ERR-36).
func TestResponsePolicy(t *testing.T) {
	t.Parallel()
	cors := func(edit func(c *distribution.CORSConfig)) *distribution.ResponseHeadersPolicy {
		c := &distribution.CORSConfig{
			AllowHeaders: []string{"X-Token"}, AllowMethods: []string{"GET", "PUT"}, AllowOrigins: []string{"https://app.example.com", "*.example.org"},
			ExposeHeaders: []string{"ETag"}, MaxAge: 600,
		}
		if edit != nil {
			edit(c)
		}
		return &distribution.ResponseHeadersPolicy{CORS: c}
	}
	from := func(origin string) http.Header { return http.Header{"Origin": {origin}} }
	preflight := http.Header{"Origin": {"https://app.example.com"}, "Access-Control-Request-Method": {"PUT"}}
	const security = "Referrer-Policy: strict-origin-when-cross-origin\nStrict-Transport-Security: max-age=31536000\nX-Content-Type-Options: nosniff\nX-Frame-Options: SAMEORIGIN\nX-Xss-Protection: 1; mode=block\n"
	for _, row := range []struct {
		name      string
		policy    *distribution.ResponseHeadersPolicy
		method    string
		request   http.Header
		origin    http.Header
		generated bool
		want      string
	}{
		{"none", nil, "GET", nil, http.Header{"A": {"1"}}, false, "A: 1\n"},
		{"security headers", managedResponse(t, "SecurityHeadersPolicy"), "GET", nil, http.Header{}, false, security},
		{"CF-ERR-36 security headers on a page of the edge", managedResponse(t, "SecurityHeadersPolicy"), "GET", nil, http.Header{}, true, security},
		{
			"the origin's are kept but for the one with override", managedResponse(t, "SecurityHeadersPolicy"), "GET", nil,
			http.Header{"X-Frame-Options": {"DENY"}, "X-Content-Type-Options": {"other"}, "Referrer-Policy": {"origin"}, "Strict-Transport-Security": {"max-age=1"}, "X-Xss-Protection": {"0"}}, false,
			"Referrer-Policy: origin\nStrict-Transport-Security: max-age=1\nX-Content-Type-Options: nosniff\nX-Frame-Options: DENY\nX-Xss-Protection: 0\n",
		}, {
			"custom headers", &distribution.ResponseHeadersPolicy{Headers: []distribution.ResponseHeader{header("x-a", "policy", true), header("X-B", "policy", false), header("X-Empty", "", false)}},
			"GET", nil, http.Header{"X-A": {"1", "2"}, "X-B": {"origin"}}, false, "X-A: policy\nX-B: origin\nX-Empty: \n",
		}, {
			"removal comes first", &distribution.ResponseHeadersPolicy{Remove: []string{"x-powered-by", "X-B", "Vary"}, Headers: []distribution.ResponseHeader{header("X-B", "policy", false)}},
			"GET", nil, http.Header{"X-Powered-By": {"php"}, "X-B": {"origin"}, "Vary": {"Cookie"}}, false, "X-B: policy\n",
		}, {
			"a removed Server becomes the edge's", &distribution.ResponseHeadersPolicy{Remove: []string{"server"}},
			"GET", nil, http.Header{"Server": {"nginx"}}, false, "Server: CloudFront\n",
		}, {
			"CF-RESP-30 what frames the message stays", &distribution.ResponseHeadersPolicy{Remove: []string{"Content-Length", "Via", "X-Amz-Cf-Id"}, Headers: []distribution.ResponseHeader{header("Content-Length", "0", true)}},
			"GET", nil, http.Header{"Content-Length": {"5"}, "Via": {"v"}, "X-Amz-Cf-Id": {"i"}}, false, "Content-Length: 5\nVia: v\nX-Amz-Cf-Id: i\n",
		}, {
			"nothing is removed from a page of the edge", &distribution.ResponseHeadersPolicy{Remove: []string{"Content-Type"}},
			"GET", nil, http.Header{"Content-Type": {"text/html"}}, true, "Content-Type: text/html\n",
		}, {
			"a value that would end the field", &distribution.ResponseHeadersPolicy{Headers: []distribution.ResponseHeader{header("X-A", "1\r\nX-B: 2", true), header("X A", "1", true)}},
			"GET", nil, http.Header{}, false, "",
		},

		{"CORS: no CORS request", managedResponse(t, "SimpleCORS"), "GET", nil, http.Header{}, false, ""},
		{"CORS: simple", managedResponse(t, "SimpleCORS"), "GET", from("https://x.example"), http.Header{}, false, "Access-Control-Allow-Origin: *\n"},
		{"CORS: the origin's own is kept", managedResponse(t, "SimpleCORS"), "GET", from("https://x.example"), http.Header{"Access-Control-Allow-Origin": {"https://y.example"}}, false, "Access-Control-Allow-Origin: https://y.example\n"},
		{
			"CORS: managed preflight", managedResponse(t, "CORS-With-Preflight"), "OPTIONS", preflight, http.Header{}, false,
			"Access-Control-Allow-Methods: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT\nAccess-Control-Allow-Origin: *\nAccess-Control-Expose-Headers: *\n",
		},
		{"CORS: an entry", cors(nil), "GET", from("https://app.example.com"), http.Header{}, false, "Access-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: ETag\n"},
		{"CORS: another scheme", cors(nil), "GET", from("http://app.example.com"), http.Header{}, false, ""},
		{"CORS: another port", cors(nil), "GET", from("https://app.example.com:8443"), http.Header{}, false, ""},
		{"CORS: wildcard", cors(nil), "GET", from("http://a.b.example.org"), http.Header{}, false, "Access-Control-Allow-Origin: http://a.b.example.org\nAccess-Control-Expose-Headers: ETag\n"},
		{"CORS: the wildcard wants a label", cors(nil), "GET", from("https://.example.org"), http.Header{}, false, ""},
		{"CORS: a lookalike", cors(nil), "GET", from("https://evilexample.org"), http.Header{}, false, ""},
		{"CORS: a GET is not a preflight", cors(nil), "GET", preflight, http.Header{}, false, "Access-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: ETag\n"},
		{"CORS: a wildcard stands for labels only", cors(func(c *distribution.CORSConfig) { c.AllowOrigins = []string{"*example.org"} }), "GET", from("https://evilexample.org"), http.Header{}, false, ""},
		{"CORS: null", cors(nil), "GET", from("null"), http.Header{}, false, ""},
		{
			"CORS: preflight", cors(func(c *distribution.CORSConfig) { c.AllowCredentials = true }), "OPTIONS", preflight, http.Header{}, false,
			"Access-Control-Allow-Credentials: true\nAccess-Control-Allow-Headers: X-Token\nAccess-Control-Allow-Methods: GET, PUT\nAccess-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: ETag\nAccess-Control-Max-Age: 600\n",
		},
		{"CORS: OPTIONS that is not a preflight", cors(nil), "OPTIONS", from("https://app.example.com"), http.Header{}, false, "Access-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: ETag\n"},
		{
			"CORS: ALL", cors(func(c *distribution.CORSConfig) {
				c.AllowMethods, c.ExposeHeaders, c.AllowHeaders, c.MaxAge = []string{"ALL"}, nil, nil, 0
			}), "OPTIONS", preflight, http.Header{}, false,
			"Access-Control-Allow-Methods: DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT\nAccess-Control-Allow-Origin: https://app.example.com\n",
		}, {
			"CORS: override", cors(func(c *distribution.CORSConfig) { c.OriginOverride = true }), "GET", from("https://app.example.com"),
			http.Header{"Access-Control-Allow-Origin": {"*"}}, false, "Access-Control-Allow-Origin: https://app.example.com\nAccess-Control-Expose-Headers: ETag\n",
		},
	} {
		h := row.origin.Clone()
		policy.ApplyResponsePolicy(h, policy.ResponsePolicyFacts{Policy: row.policy, Method: row.method, Request: row.request, Generated: row.generated})
		if got := lines(h); got != row.want {
			t.Errorf("%s: got\n%s\nwant\n%s", row.name, got, row.want)
		}
	}
}

// TestServerTiming proves the syntax of the documented example (CF-REQ-71), except for its
// id.
func TestServerTiming(t *testing.T) {
	t.Parallel()
	f := policy.ServerTimingFacts{
		Fetched: true, Connect: 114 * time.Millisecond, Wait: 177 * time.Millisecond, FirstByte: 436 * time.Millisecond, POP: "PHX50-C2", ID: "abc==",
	}
	want := `cdn-upstream-layer;desc="EDGE",cdn-upstream-dns;dur=0,cdn-upstream-connect;dur=114,cdn-upstream-fbl;dur=177,cdn-cache-miss,cdn-pop;desc="PHX50-C2",cdn-rid;desc="abc==",cdn-downstream-fbl;dur=436`
	if got := policy.ServerTiming(f); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	f.Origin = []string{"db;dur=5", "app"}
	if got := policy.ServerTiming(f); got != want+",db;dur=5,app" {
		t.Errorf("with the origin's own: %s", got)
	}
	f.Fetched, f.Origin = false, nil
	kept := f
	kept.Kept = true
	if got, want := policy.ServerTiming(kept), `cdn-cache-hit,cdn-pop;desc="PHX50-C2",cdn-rid;desc="abc==",cdn-hit-layer;desc="EDGE",cdn-downstream-fbl;dur=436`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := policy.ServerTiming(f), `cdn-cache-miss,cdn-pop;desc="PHX50-C2",cdn-rid;desc="abc==",cdn-downstream-fbl;dur=436`; got != want {
		t.Errorf("without an origin: %s", got)
	}
}

// TestWantsServerTiming proves CF-REQ-71: the rate, and the request that asks.
func TestWantsServerTiming(t *testing.T) {
	t.Parallel()
	asks := http.Header{"Pragma": {"no-cache, Server-Timing"}}
	for _, row := range []struct {
		name    string
		enabled bool
		rate    float64
		request http.Header
		want    int // of 10,000, give or take 200
	}{
		{"off", false, 0, asks, 0},
		{"rate 0", true, 0, http.Header{"Pragma": {"no-cache"}}, 0},
		{"CF-REQ-71 rate 0, asked for", true, 0, asks, 10_000},
		{"rate 100", false, 100, nil, 10_000},
		{"rate 25", true, 25, nil, 2_500},
	} {
		p := &distribution.ResponseHeadersPolicy{ServerTiming: row.enabled, ServerTimingRate: row.rate}
		got := 0
		for i := range 10_000 {
			if policy.WantsServerTiming(p, row.request, time.Duration(i).String()) {
				got++
			}
		}
		if got < row.want-200 || got > row.want+200 || (row.want == 0 || row.want == 10_000) && got != row.want {
			t.Errorf("%s: %d of 10,000, want %d", row.name, got, row.want)
		}
	}
	if policy.WantsServerTiming(nil, asks, "id") {
		t.Error("without a policy there is no Server-Timing")
	}
}
