package policy_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// sent builds the request of a behavior and returns the values with which the
// viewer's field arrives at the origin.
func sent(b *distribution.CacheBehavior, f policy.RequestFacts, name string) []string {
	f.Behavior = b
	if f.Method == "" {
		f.Method = "GET"
	}
	if f.URI == "" {
		f.URI = "/"
	}
	if f.Proto == "" {
		f.Proto = "HTTP/1.1"
	}
	if f.Origin == nil {
		f.Origin = &distribution.Origin{DomainName: "origin.example"}
	}
	var values []string
	for _, field := range policy.BuildRequest(f).Header {
		if strings.EqualFold(field.Name, name) {
			values = append(values, field.Value)
		}
	}
	return values
}

func legacy(headers ...string) *distribution.CacheBehavior {
	return &distribution.CacheBehavior{
		CachedMethods: []string{"GET", "HEAD"}, ForwardedValues: &distribution.ForwardedValues{Cookies: none, Headers: headers},
	}
}

func allViewer() *distribution.CacheBehavior {
	return &distribution.CacheBehavior{
		CachePolicy:         cachePolicy(none, none, none),
		OriginRequestPolicy: originRequestPolicy(selection("allViewer"), selection("all"), selection("all")),
	}
}

// TestLegacyHeaders is the documented table of request headers in the legacy
// mode, with nothing on the whitelist, read from the catalogue and not from
// the code's table. Framing fields are written with the body, so they are
// absent here.
func TestLegacyHeaders(t *testing.T) {
	t.Parallel()
	const forwarded, removed = "x", ""
	for _, row := range []struct {
		rule, name, method string
		cachesOptions      bool
		want               string
	}{
		{"CF-REQ-12", "X-Whatever", "GET", false, forwarded},
		{"CF-REQ-13", "Accept", "GET", false, removed},
		{"CF-REQ-14", "Accept-Charset", "GET", false, removed},
		{"CF-REQ-15", "Accept-Language", "GET", false, removed},
		{"CF-REQ-16", "Referer", "GET", false, removed},
		{"CF-REQ-17", "Expect", "POST", false, removed},
		{"CF-REQ-18", "X-HTTP-Method-Override", "POST", false, removed},
		{"CF-REQ-20", "Authorization", "GET", false, removed},
		{"CF-REQ-20", "Authorization", "HEAD", false, removed},
		{"CF-REQ-21", "Authorization", "OPTIONS", true, removed},
		{"CF-REQ-22", "Authorization", "OPTIONS", false, forwarded},
		{"CF-REQ-23", "Authorization", "DELETE", false, forwarded},
		{"CF-REQ-23", "Authorization", "PATCH", false, forwarded},
		{"CF-REQ-23", "Authorization", "POST", false, forwarded},
		{"CF-REQ-23", "Authorization", "PUT", false, forwarded},
		{"CF-REQ-25", "Cache-Control", "GET", false, forwarded},
		{"CF-REQ-26", "Content-Length", "POST", false, removed},
		{"CF-REQ-27", "Content-MD5", "POST", false, forwarded},
		{"CF-REQ-28", "Content-Type", "POST", false, forwarded},
		{"CF-REQ-29", "Date", "GET", false, forwarded},
		{"CF-REQ-30", "From", "GET", false, forwarded},
		{"CF-REQ-31", "If-Match", "GET", false, forwarded},
		{"CF-REQ-32", "If-Modified-Since", "GET", false, forwarded},
		{"CF-REQ-33", "If-None-Match", "GET", false, forwarded},
		{"CF-REQ-34", "If-Range", "GET", false, forwarded},
		{"CF-REQ-35", "If-Unmodified-Since", "GET", false, forwarded},
		{"CF-REQ-36", "Max-Forwards", "OPTIONS", false, forwarded},
		{"CF-REQ-37", "Origin", "GET", false, forwarded},
		{"CF-REQ-38", "Pragma", "GET", false, forwarded},
		{"CF-REQ-39", "Range", "POST", false, forwarded},
		{"CF-REQ-40", "Request-Range", "GET", false, forwarded},
		{"CF-REQ-41", "Transfer-Encoding", "POST", false, removed},
		{"CF-REQ-43", "Warning", "GET", false, forwarded},
		{"CF-REQ-44", "Proxy-Authenticate", "GET", false, removed},
		{"CF-REQ-45", "Proxy-Authorization", "GET", false, removed},
		{"CF-REQ-46", "Proxy-Connection", "GET", false, removed},
		{"CF-REQ-47", "TE", "GET", false, removed},
		{"CF-REQ-48", "Trailer", "GET", false, removed},
		{"CF-REQ-49", "X-Forwarded-Proto", "GET", false, removed},
		{"CF-REQ-50", "X-Real-IP", "GET", false, removed},
		{"CF-REQ-51", "X-Edge-Anything", "GET", false, removed},
		{"CF-REQ-52", "Upgrade", "GET", false, removed},
		{"CF-REQ-53", "Keep-Alive", "GET", false, removed},
		{"CF-COOKIE-01", "Cookie", "GET", false, removed},
	} {
		b := legacy()
		if row.cachesOptions {
			b.CachedMethods = append(b.CachedMethods, "OPTIONS")
		}
		f := policy.RequestFacts{Method: row.method, Header: http.Header{http.CanonicalHeaderKey(row.name): {"x"}}}
		if got := strings.Join(sent(b, f, row.name), ","); got != row.want {
			t.Errorf("%s: %s of a %s arrives as %q, want %q", row.rule, row.name, row.method, got, row.want)
		}
		if d := policy.DecideHeader(b, row.name, row.method); string(d.Rule) != row.rule {
			t.Errorf("%s %s: decided by %s, want %s", row.method, row.name, d.Rule, row.rule)
		}
		framing := row.name == "Content-Length" || row.name == "Transfer-Encoding"
		if d := policy.DecideHeader(b, row.name, row.method); d.Sent != (row.want == forwarded || framing) {
			t.Errorf("%s: DecideHeader says sent %t", row.rule, d.Sent)
		}
	}
}

// TestLegacyFieldsOfTheEdge proves the rows whose value the edge changes:
// CF-REQ-19, CF-REQ-42, CF-REQ-53, CF-REQ-54, CF-REQ-55, CF-REQ-56, CF-REQ-57,
// CF-REQ-58, CF-REQ-59 and CF-REQ-62, in the legacy mode.
func TestLegacyFieldsOfTheEdge(t *testing.T) {
	t.Parallel()
	viewer := policy.RequestFacts{
		Host: "www.example.com", Proto: "HTTP/1.1", RemoteAddr: "198.51.100.7:4711", ID: "id", EdgeHost: "e.cloudfront.net",
		Header: http.Header{
			"Accept-Encoding": {"deflate, GZIP;q=0.8, br"}, "Via": {"1.0 fred"}, "Connection": {"close"},
			"User-Agent": {"curl/8"}, "Host": {"forged"}, "X-Amz-Cf-Id": {"forged"}, "X-Forwarded-For": {"203.0.113.1"},
		},
	}
	for name, want := range map[string]string{
		"Accept-Encoding": "gzip", "Via": "1.0 fred, 1.1 e.cloudfront.net (CloudFront)", "Connection": "Keep-Alive",
		"Host": "origin.example", "User-Agent": "Amazon CloudFront", "X-Amz-Cf-Id": "id", "X-Forwarded-For": "203.0.113.1,198.51.100.7",
	} {
		if got := sent(legacy(), viewer, name); !slices.Equal(got, []string{want}) {
			t.Errorf("%s arrives as %q, want %q", name, got, want)
		}
	}
	listed := legacy("user-agent", "HOST", "Accept-Encoding")
	for name, want := range map[string]string{"Host": "www.example.com", "User-Agent": "curl/8", "Accept-Encoding": "deflate, GZIP;q=0.8, br"} {
		if got := sent(listed, viewer, name); !slices.Equal(got, []string{want}) {
			t.Errorf("listed %s arrives as %q, want %q", name, got, want)
		}
	}
}

// TestDecideHeaderOfTheEdge: what is reported of the fields that the edge writes or
// normalizes agrees with what is done.
func TestDecideHeaderOfTheEdge(t *testing.T) {
	t.Parallel()
	cookies := legacy()
	cookies.ForwardedValues.Cookies = selection("all")
	for _, row := range []struct {
		name     string
		behavior *distribution.CacheBehavior
		want     policy.HeaderDecision
	}{
		{"Host", legacy(), policy.HeaderDecision{Rule: "CF-REQ-54", Treatment: policy.HeaderWritten}},
		{"Host", allViewer(), policy.HeaderDecision{Sent: true, Rule: "CF-REQ-54", Treatment: policy.HeaderWritten}},
		{"Via", legacy(), policy.HeaderDecision{Sent: true, Rule: "CF-REQ-42", Treatment: policy.HeaderWritten}},
		{"X-Amz-Cf-Id", allViewer(), policy.HeaderDecision{Rule: "CF-REQ-57", Treatment: policy.HeaderWritten}},
		{"X-Forwarded-For", legacy(), policy.HeaderDecision{Sent: true, Rule: "CF-REQ-58", Treatment: policy.HeaderWritten}},
		{"Connection", allViewer(), policy.HeaderDecision{Rule: "CF-REQ-53", Treatment: policy.HeaderWritten}},
		{"User-Agent", legacy(), policy.HeaderDecision{Rule: "CF-REQ-55", Treatment: policy.HeaderNormalized}},
		{"User-Agent", allViewer(), policy.HeaderDecision{Sent: true, Rule: "CF-REQ-56", By: "origin request policy", Treatment: policy.HeaderNormalized}},
		{"Accept-Encoding", legacy(), policy.HeaderDecision{Sent: true, Rule: "CF-REQ-19", Treatment: policy.HeaderNormalized}},
		{"Cookie", legacy(), policy.HeaderDecision{Rule: "CF-COOKIE-01", Treatment: policy.HeaderNormalized}},
		{"Cookie", cookies, policy.HeaderDecision{Sent: true, Rule: "CF-COOKIE-01", Treatment: policy.HeaderNormalized}},
	} {
		if got := policy.DecideHeader(row.behavior, row.name, "GET"); got != row.want {
			t.Errorf("%s: got %+v, want %+v", row.name, got, row.want)
		}
	}
}

// TestNeverForwarded: no setting forwards fields that are always removed or replaced
// (CF-REQ-44 to CF-REQ-53: CF-REQ-44, CF-REQ-45, CF-REQ-46, CF-REQ-47, CF-REQ-48,
// CF-REQ-49, CF-REQ-50, CF-REQ-51, CF-REQ-52, CF-REQ-53).
func TestNeverForwarded(t *testing.T) {
	t.Parallel()
	for _, row := range policy.RequestHeaders() {
		if row.Unlisted != policy.HeaderNever {
			continue
		}
		name := strings.Replace(row.Name, "*", "Any", 1)
		f := policy.RequestFacts{Header: http.Header{http.CanonicalHeaderKey(name): {"forged"}}}
		for setting, b := range map[string]*distribution.CacheBehavior{
			"listed": legacy(name), "all headers": legacy("*"), "AllViewer": allViewer(),
			"cache policy": {CachePolicy: cachePolicy(selection("whitelist", name), none, none)},
		} {
			if got := sent(b, f, name); slices.Contains(got, "forged") {
				t.Errorf("%s: %s reaches the origin with %s", row.Rule, name, setting)
			}
		}
	}
	upgrade := policy.RequestFacts{WebSocket: true, Header: http.Header{"Upgrade": {"websocket"}, "Connection": {"Upgrade"}}}
	if got := sent(allViewer(), upgrade, "Upgrade"); !slices.Equal(got, []string{"websocket"}) {
		t.Errorf("CF-REQ-52: Upgrade of a WebSocket arrives as %q", got)
	}
	if got := sent(allViewer(), upgrade, "Connection"); !slices.Equal(got, []string{"Upgrade"}) {
		t.Errorf("CF-REQ-52: Connection of a WebSocket arrives as %q", got)
	}
}

// TestRequestHeaderTable compares the table with the catalog: the rules exist, and a row
// says the same of the cache key as the catalog.
func TestRequestHeaderTable(t *testing.T) {
	t.Parallel()
	for _, row := range policy.RequestHeaders() {
		rule, ok := policy.RuleByID(row.Rule)
		if !ok {
			t.Errorf("%s: no such rule", row.Rule)
			continue
		}
		said := rule.Values + " " + rule.Outcome
		if never := strings.Contains(said, "cannot be a cache-key header") || strings.Contains(said, "cannot be whitelisted"); never != row.NotInKey {
			t.Errorf("%s %s: NotInKey = %t, the catalogue says %q", row.Rule, row.Name, row.NotInKey, said)
		}
		name, _, _ := strings.Cut(row.Name, "*")
		if before, _, _ := strings.Cut(rule.Condition, ","); name != "" && strings.HasPrefix(rule.Condition, "Viewer sends ") &&
			row.Name != "Keep-Alive" && !strings.Contains(before, name) {
			t.Errorf("%s: the row is about %s, the rule about %q", row.Rule, row.Name, rule.Condition)
		}
	}
}
