package policy_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// told is a change in one line.
func told(c policy.Change) string {
	return fmt.Sprintf("%s %q -> %q by %s %s", c.Kind, c.From, c.To, c.By, c.Rule)
}

// TestChanges shows how the settings of a behavior change one request, each change with its
// source and rule.
func TestChanges(t *testing.T) {
	t.Parallel()
	b := distribution.NewCacheBehavior("app")
	b.CachePolicy = &distribution.CachePolicy{
		Name: "cache", Gzip: true, Headers: none, Cookies: selection("whitelist", "sid"), QueryStrings: selection("whitelist", "page"),
	}
	b.OriginRequestPolicy = &distribution.OriginRequestPolicy{Name: "origin", Headers: selection("whitelist", "Accept", "CloudFront-Forwarded-Proto"), Cookies: none, QueryStrings: none}
	var log policy.ChangeLog
	fields := []policy.Field{
		{Name: "Host", Value: "www.example.com"}, {Name: "accept", Value: "*/*"}, {Name: "Referer", Value: "https://a.example/"},
		{Name: "User-Agent", Value: "curl"}, {Name: "Accept-Encoding", Value: "br, gzip"}, {Name: "Cookie", Value: "theme=dark; sid=1; $x=2"},
		{Name: "X-Secret", Value: "guess"}, {Name: "TE", Value: "trailers"},
	}
	header := http.Header{}
	for _, f := range fields[1:] {
		header[http.CanonicalHeaderKey(f.Name)] = []string{f.Value}
	}
	out := policy.BuildRequest(policy.RequestFacts{
		Method: "GET", Scheme: "https", Host: "www.example.com", URI: "/?page=2&utm=x", Proto: "HTTP/1.1", RemoteAddr: "198.51.100.7:1", ID: "id", EdgeHost: "e",
		Header: header, Fields: fields, DefaultRootObject: "index.html", Behavior: &b, Log: &log,
		Origin: &distribution.Origin{DomainName: "o.example", Path: "/v1", CustomHeaders: []distribution.Header{{Name: "X-Secret", Value: "s"}, {Name: "X-New", Value: "n"}}},
	})
	want := map[string]string{
		"uri":                        `changed "/" -> "/v1/index.html" by default root object CF-PATH-05`,
		"query utm":                  `dropped "x" -> "" by origin request policy origin CF-QS-04`,
		"query page":                 `kept "2" -> "2" by  `,
		"accept":                     `kept "*/*" -> "*/*" by  `,
		"Referer":                    `dropped "https://a.example/" -> "" by origin request policy origin CF-REQ-02`,
		"User-Agent":                 `changed "curl" -> "Amazon CloudFront" by origin request policy origin CF-REQ-55`,
		"Accept-Encoding":            `changed "br, gzip" -> "gzip" by cache policy cache CF-COMP-02`,
		"cookie theme":               `dropped "dark" -> "" by origin request policy origin CF-COOKIE-03`,
		"cookie $x":                  `dropped "2" -> "" by origin request policy origin CF-COOKIE-05`,
		"cookie sid":                 `kept "1" -> "1" by  `,
		"CloudFront-Forwarded-Proto": `added "" -> "https" by origin request policy origin CF-HDR-14`,
		"X-Secret":                   `dropped "guess" -> "" by origin request policy origin CF-REQ-02; added "" -> "s" by origin custom header CF-HDR-01`,
		"X-New":                      `added "" -> "n" by origin custom header CF-HDR-01`,
		"Host":                       `changed "www.example.com" -> "o.example" by the edge CF-REQ-54`,
		"Via":                        `added "" -> "1.1 e (CloudFront)" by the edge CF-REQ-62`,
		"TE":                         `dropped "trailers" -> "" by the edge CF-REQ-47`,
	}
	came := append([]policy.Field{{Name: "uri", Value: "/"}, {Name: "query page", Value: "2"}, {Name: "query utm", Value: "x"}}, fields...)
	went := append([]policy.Field{{Name: "uri", Value: "/v1/index.html"}, {Name: "query page", Value: "2"}}, out.Header...)
	got := map[string][]string{}
	for _, c := range policy.AllChanges(policy.LegRequest, came, went, log.List()) {
		got[c.Field] = append(got[c.Field], told(c))
	}
	for field, line := range want {
		if field == "uri" { // it is changed twice, by two settings
			line = `changed "/" -> "/index.html" by default root object CF-PATH-05; changed "/index.html" -> "/v1/index.html" by origin path CF-PATH-01`
		}
		if text := strings.Join(got[field], "; "); text != line {
			t.Errorf("%s:\n got %s\nwant %s", field, text, line)
		}
	}
}

// TestNothingIsLogged: a request that is forwarded unchanged leaves no change to store, and
// logging takes no memory for it.
func TestNothingIsLogged(t *testing.T) {
	behavior := distribution.NewCacheBehavior("app")
	behavior.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	behavior.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewerExceptHostHeader")
	var log policy.ChangeLog
	facts := policy.RequestFacts{
		Method: "GET", Host: "www.example.com", URI: "/a/b?x=1", Proto: "HTTP/1.1", RemoteAddr: "198.51.100.7:4711", ID: "id", EdgeHost: "e.cloudfront.net",
		Header:   http.Header{"Accept": {"*/*"}, "User-Agent": {"curl/8.5.0"}, "Cookie": {"a=1; b=2"}},
		Behavior: &behavior, Origin: &distribution.Origin{DomainName: "origin.example"},
	}
	without := testing.AllocsPerRun(50, func() { policy.BuildRequest(facts) })
	facts.Log = &log
	with := testing.AllocsPerRun(50, func() { policy.BuildRequest(facts) })
	if len(log.List()) != 0 || with > without {
		t.Errorf("%v allocations and %v, want %v and no change", with, log.List(), without)
	}
}

// TestResponseChanges shows the same for a response: what the origin sent, what the
// behavior and its policy changed, and compression.
func TestResponseChanges(t *testing.T) {
	t.Parallel()
	b := distribution.NewCacheBehavior("app")
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingOptimized")
	h := http.Header{"Set-Cookie": {"a=1"}, "Vary": {"Origin"}, "Server": {"nginx"}, "Etag": {`"1"`}, "X-Frame-Options": {"DENY"}, "Keep-Alive": {"5"}}
	var log policy.ChangeLog
	policy.ViewerHeader(h, &b, &log)
	policy.CompressHeader(h, "br", &log)
	policy.ApplyResponsePolicy(h, policy.ResponsePolicyFacts{Log: &log, Policy: &distribution.ResponseHeadersPolicy{
		Name: "sec", Remove: []string{"Server"},
		Headers: []distribution.ResponseHeader{{Header: distribution.Header{Name: "X-Frame-Options", Value: "SAMEORIGIN"}}, {Header: distribution.Header{Name: "X-New", Value: "n"}}},
	}})
	var got []string
	for _, c := range log.List() {
		got = append(got, c.Field+" "+told(c))
	}
	want := []string{
		`Set-Cookie dropped "a=1" -> "" by cache behavior CF-RESP-02`,
		`Vary dropped "Origin" -> "" by cache behavior CF-RESP-09`,
		`Content-Encoding added "" -> "br" by compression CF-COMP-10`,
		`Etag changed "\"1\"" -> "W/\"1\"" by compression CF-COMP-12`,
		`Vary added "" -> "Accept-Encoding" by compression `,
		`Server changed "nginx" -> "CloudFront" by response headers policy sec `,
		`X-New added "" -> "n" by response headers policy sec `,
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
