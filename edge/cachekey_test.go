package edge_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/andybalholm/brotli"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// TestCacheKeys: which requests share a copy.
func TestCacheKeys(t *testing.T) {
	t.Parallel()
	whitelist := func(names ...string) distribution.ValueSelection {
		return distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: names}
	}
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Add(pairs[i], pairs[i+1])
		}
		return h
	}
	keyed := func(p *distribution.CachePolicy) {
		p.Headers, p.Cookies, p.QueryStrings = whitelist("x-one", "X-Two"), whitelist("Session"), whitelist("q", "p")
	}
	allQueries := func(p *distribution.CachePolicy) {
		p.QueryStrings = distribution.ValueSelection{Behavior: distribution.SelectAll}
	}
	for _, row := range []struct {
		name       string
		tune       func(*distribution.CachePolicy)
		one, other edge.ViewerRequest
		shared     bool
	}{
		{"CF-CONN-07, CF-CACHE-78, CF-VIEW-68 scheme", nil, edge.ViewerRequest{}, edge.ViewerRequest{Scheme: "https"}, true},
		{"CF-CACHE-74 Host", nil, edge.ViewerRequest{Host: "a.example"}, edge.ViewerRequest{Host: "b.example"}, true},
		{"CF-CACHE-66 a header's value", keyed, edge.ViewerRequest{Header: header("X-One", "1")}, edge.ViewerRequest{Header: header("X-One", "2")}, false},
		{"CF-CACHE-67 a header's name", keyed, edge.ViewerRequest{Header: header("X-One", "1")}, edge.ViewerRequest{Header: header("x-ONE", "1")}, true},
		{"CF-CACHE-68 letter case of a value", keyed, edge.ViewerRequest{Header: header("X-One", "a")}, edge.ViewerRequest{Header: header("X-One", "A")}, false},
		{"CF-CACHE-69 order of headers", keyed, edge.ViewerRequest{Fields: []policy.Field{{Name: "X-One", Value: "1"}, {Name: "X-Two", Value: "2"}}, Header: header("X-One", "1", "X-Two", "2")},
			edge.ViewerRequest{Fields: []policy.Field{{Name: "X-Two", Value: "2"}, {Name: "X-One", Value: "1"}}, Header: header("X-One", "1", "X-Two", "2")}, true},
		{"CF-CACHE-70 a parameter's value", keyed, edge.ViewerRequest{URI: "/?q=a"}, edge.ViewerRequest{URI: "/?q=A"}, false},
		{"CF-CACHE-70 a parameter's name", keyed, edge.ViewerRequest{URI: "/?q=a"}, edge.ViewerRequest{URI: "/?Q=a"}, false},
		{"CF-CACHE-71 a parameter outside the key", keyed, edge.ViewerRequest{URI: "/?q=a&utm=1"}, edge.ViewerRequest{URI: "/?q=a&utm=2"}, true},
		{"CF-CACHE-72 every query", allQueries, edge.ViewerRequest{URI: "/?a=1"}, edge.ViewerRequest{URI: "/?a=2"}, false},
		{"CF-QS-05 order of parameters", allQueries, edge.ViewerRequest{URI: "/?a=1&b=2"}, edge.ViewerRequest{URI: "/?b=2&a=1"}, false},
		{"CF-COOKIE-08 a cookie's value", keyed, edge.ViewerRequest{Header: header("Cookie", "Session=a")}, edge.ViewerRequest{Header: header("Cookie", "Session=A")}, false},
		{"CF-COOKIE-08 a cookie's name", keyed, edge.ViewerRequest{Header: header("Cookie", "Session=a")}, edge.ViewerRequest{Header: header("Cookie", "session=a")}, false},
		{"CF-COOKIE-04 order of cookies", keyed, edge.ViewerRequest{Header: header("Cookie", "x=1; Session=a")}, edge.ViewerRequest{Header: header("Cookie", "Session=a; x=2")}, true},
		{"CF-CACHE-75 letter case of the path", nil, edge.ViewerRequest{URI: "/a"}, edge.ViewerRequest{URI: "/A"}, false},
		{"CF-CACHE-75 encoding of the path", nil, edge.ViewerRequest{URI: "/a"}, edge.ViewerRequest{URI: "/%61"}, false},
		{"CF-CACHE-76 HEAD after GET", nil, edge.ViewerRequest{}, edge.ViewerRequest{Method: "HEAD"}, true},
		{"HEAD after HEAD", nil, edge.ViewerRequest{Method: "HEAD"}, edge.ViewerRequest{Method: "HEAD"}, true},
		{"CF-CACHE-77 GET after HEAD", nil, edge.ViewerRequest{Method: "HEAD"}, edge.ViewerRequest{}, false},
		{"CF-CACHE-32 OPTIONS", nil, edge.ViewerRequest{Method: "OPTIONS"}, edge.ViewerRequest{Method: "OPTIONS"}, true},
		{"CF-CACHE-32 OPTIONS and GET", nil, edge.ViewerRequest{Method: "OPTIONS"}, edge.ViewerRequest{}, false},
		{"CF-REQ-70, CF-CACHE-45, CF-REQ-25 the viewer's wishes", nil, edge.ViewerRequest{}, edge.ViewerRequest{Header: header("Cache-Control", "no-cache, no-store, max-age=0, only-if-cached", "Pragma", "no-cache")}, true},
		{"CF-CACHE-87 Authorization", nil, edge.ViewerRequest{Header: header("Authorization", "Basic YTpi")}, edge.ViewerRequest{Header: header("Authorization", "Basic Yzpk")}, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newCached(t, func(r *http.Request) string {
				text := answer(200, "Cache-Control: max-age=60\r\nVary: X-One, Authorization\r\n", "body") // CF-CACHE-65: Vary is not in the key
				if r.Method == "HEAD" {
					text = strings.TrimSuffix(text, "body")
				}
				return text
			})
			c.behavior().CachedMethods = []string{"GET", "HEAD", "OPTIONS"}
			if row.tune != nil {
				c.policy(row.tune)
			}
			c.ask(t, row.one)
			r, body := c.ask(t, row.other)
			if shared := c.asked.Load() == 1; shared != row.shared {
				t.Errorf("%s: shared %t, want %t", row.name, shared, row.shared)
			}
			if row.other.Method == "HEAD" && (body != "" || r.ContentLength != 4) {
				t.Errorf("%s: a HEAD got %q and length %d", row.name, body, r.ContentLength)
			}
		})
	}
}

// TestCacheAndWrites: other methods do not change the cache (CF-CACHE-88), and are never
// collapsed or cached (CF-CACHE-01).
func TestCacheAndWrites(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCached(t, control("max-age=60"))
		c.want(edge.ViewerRequest{}, 1, "200 Miss - v1")
		for n, method := range []string{"POST", "PUT", "PATCH", "DELETE"} {
			c.want(edge.ViewerRequest{Method: method}, int32(n+2), fmt.Sprintf("200 Miss - v%d", n+2))
		}
		c.want(edge.ViewerRequest{}, 5, "200 Hit 0 v1")
	})
}

// TestCacheSetCookie: Set-Cookie is cached with the object if cookies are forwarded, unless
// the origin forbids it (CF-COOKIE-02, CF-COOKIE-07).
func TestCacheSetCookie(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{"max-age=60": "a=1", `max-age=60, no-cache="Set-Cookie"`: ""} {
		synctest.Test(t, func(t *testing.T) {
			c := newCached(t, func(*http.Request) string {
				return answer(200, "Set-Cookie: a=1\r\nCache-Control: "+value+"\r\n", "x")
			})
			c.policy(func(p *distribution.CachePolicy) {
				p.Cookies = distribution.ValueSelection{Behavior: distribution.SelectAll}
			})
			if r := c.want(edge.ViewerRequest{}, 1, "200 Miss - x"); r.Header.Get("Set-Cookie") != "a=1" {
				t.Error("the first viewer did not get it")
			}
			if r := c.want(edge.ViewerRequest{}, 1, "200 Hit 0 x"); r.Header.Get("Set-Cookie") != want {
				t.Errorf("%s: a hit has Set-Cookie %q", value, r.Header.Get("Set-Cookie"))
			}
		})
	}
}

// TestCacheVary: Vary: * and a Min TTL of 0 (CF-RESP-10, CF-CACHE-96), and above it
// (CF-CACHE-97).
func TestCacheVary(t *testing.T) {
	t.Parallel()
	for least, asked := range map[int64]int32{0: 2, 1: 1} {
		synctest.Test(t, func(t *testing.T) {
			c := newCached(t, func(*http.Request) string {
				return answer(200, "Cache-Control: max-age=60\r\nETag: \"1\"\r\nVary: *\r\n", "x")
			})
			c.policy(func(p *distribution.CachePolicy) { p.MinTTL = distribution.Seconds(least) })
			c.ask(t, edge.ViewerRequest{})
			r, _ := c.ask(t, edge.ViewerRequest{})
			if c.asked.Load() != asked || r.Header.Get("Vary") != "*" || c.sent("If-None-Match") != "" {
				t.Errorf("Min TTL %d: asked %d times, Vary %q, If-None-Match %q", least, c.asked.Load(), r.Header.Get("Vary"), c.sent("If-None-Match"))
			}
		})
	}
}

// TestCacheCompresses: a compressed copy is cached compressed (CF-COMP-11, CF-COMP-14,
// CF-RANGE-05).
func TestCacheCompresses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		text := strings.Repeat("compressible ", 500)
		c := newCached(t, func(r *http.Request) string {
			if r.Header.Get("If-None-Match") != "" {
				return answer(304, "Cache-Control: max-age=10\r\n", "")
			}
			return answer(200, "Cache-Control: max-age=10\r\nETag: \"1\"\r\nContent-Type: text/plain\r\n", text)
		})
		c.behavior().Compress = true
		c.policy(func(p *distribution.CachePolicy) { p.Gzip, p.Brotli = true, true })
		ask := func(accept string, asked int32) (*edge.Response, string) {
			t.Helper()
			r, body := c.ask(t, edge.ViewerRequest{Header: http.Header{"Accept-Encoding": {accept}}})
			if c.asked.Load() != asked {
				t.Errorf("%s: the origin was asked %d times, want %d", accept, c.asked.Load(), asked)
			}
			return r, body
		}
		plain := func(r *edge.Response, body string) string {
			t.Helper()
			var from io.Reader = strings.NewReader(body)
			switch r.Header.Get("Content-Encoding") {
			case "br":
				from = brotli.NewReader(from)
			case "gzip":
				z, err := gzip.NewReader(from)
				if err != nil {
					t.Fatal(err)
				}
				from = z
			}
			got, err := io.ReadAll(from)
			if err != nil {
				t.Error(err)
			}
			return r.Header.Get("Content-Encoding") + fmt.Sprint(" ", string(got) == text, " ", r.Header.Get("Etag"))
		}
		if got := plain(ask("gzip", 1)); got != `gzip true W/"1"` {
			t.Errorf("got %s", got)
		}
		if got := plain(ask("br, gzip", 1)); got != `gzip true W/"1"` { // CF-COMP-11: the first that was cached
			t.Errorf("got %s", got)
		}
		if got := plain(ask("br", 2)); got != `br true W/"1"` {
			t.Errorf("got %s", got)
		}
		r, body := ask("br", 2)
		if r.ContentLength != int64(len(body)) || r.Header.Get("X-Cache") != "Hit from cloudfront" {
			t.Errorf("a compressed hit has length %d, the body %d", r.ContentLength, len(body))
		}
		part, some := c.ask(t, edge.ViewerRequest{Header: http.Header{"Accept-Encoding": {"br"}, "Range": {"bytes=1-3"}}})
		if some != body[1:4] || part.Header.Get("Content-Range") != fmt.Sprintf("bytes 1-3/%d", len(body)) { // CF-RANGE-05
			t.Errorf("the part is %q of %q, %q", some, body, part.Header.Get("Content-Range"))
		}
		if got := plain(ask("identity", 3)); got != ` true "1"` {
			t.Errorf("got %s", got)
		}
		if got := plain(ask("br, gzip", 3)); got != `br true W/"1"` { // both are cached: Brotli goes first
			t.Errorf("got %s", got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		text := strings.Repeat("compressible ", 500)
		c := newCached(t, func(r *http.Request) string {
			if r.Header.Get("If-None-Match") != "" {
				return answer(304, "Cache-Control: max-age=10\r\n", "")
			}
			return answer(200, "Cache-Control: max-age=10\r\nETag: \"1\"\r\nContent-Type: text/plain\r\n", text)
		})
		c.policy(func(p *distribution.CachePolicy) { p.Gzip, p.Brotli = true, true })
		accepts := edge.ViewerRequest{Header: http.Header{"Accept-Encoding": {"br"}}}
		c.ask(t, accepts)
		time.Sleep(20 * time.Second)
		c.behavior().Compress = true // CF-COMP-14
		r, body := c.ask(t, accepts)
		if body != text || r.Header.Get("Content-Encoding") != "" || r.Header.Get("X-Cache") != "RefreshHit from cloudfront" {
			t.Errorf("got %d bytes, %v", len(body), r.Header)
		}
	})
}

// TestCacheWarnings: values that the origin gets and the key does not have (CF-CACHE-65,
// CF-CACHE-66, CF-CACHE-74, CF-CACHE-87).
func TestCacheWarnings(t *testing.T) {
	t.Parallel()
	forwards := func(names ...string) *distribution.OriginRequestPolicy {
		return &distribution.OriginRequestPolicy{
			Headers: distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: names},
			Cookies: distribution.ValueSelection{Behavior: distribution.SelectAll}, QueryStrings: distribution.ValueSelection{Behavior: distribution.SelectNone},
		}
	}
	for _, row := range []struct {
		name       string
		forwards   []string
		keyed      []string
		one, other edge.ViewerRequest
		rule       policy.RuleID // of the second answer's warning; "" for none
		says       string
	}{
		{"Host", []string{"Host"}, nil, edge.ViewerRequest{Host: "a.example"}, edge.ViewerRequest{Host: "b.example"}, "CF-CACHE-74", `kept for Host "a.example", served to Host "b.example"`},
		{"the same Host", []string{"Host"}, nil, edge.ViewerRequest{Host: "a.example"}, edge.ViewerRequest{Host: "A.example"}, "", ""},
		{"a Host that is not forwarded", nil, nil, edge.ViewerRequest{Host: "a.example"}, edge.ViewerRequest{Host: "b.example"}, "", ""},
		{"Origin", []string{"Origin"}, nil, edge.ViewerRequest{Header: http.Header{"Origin": {"https://a"}}}, edge.ViewerRequest{}, "CF-CACHE-66", `kept for Origin "https://a", served to Origin ""`},
		{"Authorization", []string{"Authorization"}, nil, edge.ViewerRequest{Header: http.Header{"Authorization": {"Basic YTpi"}}}, edge.ViewerRequest{Header: http.Header{"Authorization": {"Basic Yzpk"}}}, "CF-CACHE-87", "kept for another Authorization"},
		{"cookies", nil, nil, edge.ViewerRequest{Header: http.Header{"Cookie": {"user=a"}}}, edge.ViewerRequest{Header: http.Header{"Cookie": {"user=b"}}}, "CF-CACHE-66", "kept for another Cookie"},
		{"the same cookies", nil, nil, edge.ViewerRequest{Header: http.Header{"Cookie": {"user=a; x=y"}}}, edge.ViewerRequest{Header: http.Header{"Cookie": {"x=y; user=a"}}}, "", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newCached(t, func(*http.Request) string { return answer(200, "Cache-Control: max-age=60\r\n", "x") })
			c.behavior().OriginRequestPolicy = forwards(row.forwards...)
			c.ask(t, row.one)
			r, _ := c.ask(t, row.other)
			x := c.recorded(t, r)
			if c.asked.Load() != 1 || len(x.Findings) != map[bool]int{true: 0, false: 1}[row.rule == ""] {
				t.Errorf("%s: asked %d times, findings %v", row.name, c.asked.Load(), x.Findings)
				return
			}
			if row.rule != "" && (x.Findings[0].Rule != row.rule || x.Findings[0].Verdict != policy.Warn || !contains(x.Findings[0].Observed, row.says)) {
				t.Errorf("%s: finding %+v", row.name, x.Findings[0])
			}
			if contains(fmt.Sprint(x.Findings), "YTpi") || contains(fmt.Sprint(x.Findings), "user=") {
				t.Errorf("%s: a secret is told: %v", row.name, x.Findings)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // Vary says it of the first answer already, even with the cache off
		c := newCached(t, func(*http.Request) string {
			return answer(200, "Cache-Control: max-age=60\r\nVary: Accept, origin\r\n", "x")
		})
		c.edge.Cache = nil
		c.behavior().OriginRequestPolicy = forwards("Origin")
		r, _ := c.ask(t, edge.ViewerRequest{Header: http.Header{"Origin": {"https://a"}}})
		if got := finding(c.recorded(t, r), "CF-CACHE-65"); !contains(got, "Vary: Origin") {
			t.Errorf("finding %q", got)
		}
	})
}
