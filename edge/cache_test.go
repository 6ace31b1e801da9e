package edge_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/recording"
)

// cached is an edge with a cache in front of one origin, in a synctest bubble. Its
// policy has Min 0, Default 300 and Max 900, and nothing in the key but the path.
type cached struct {
	*site
	t     *testing.T
	asked atomic.Int32
	mu    sync.Mutex
	last  *http.Request
}

func newCached(t *testing.T, origin talk) *cached {
	t.Helper()
	c := &cached{t: t}
	c.site = newBubble(t, map[string]talk{"app": func(r *http.Request) string {
		c.asked.Add(1)
		c.mu.Lock()
		c.last = r
		c.mu.Unlock()
		return origin(r)
	}})
	c.edge.Clock = &edge.Clock{}
	c.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheOn})
	c.policy(func(p *distribution.CachePolicy) {
		p.ID, p.MinTTL, p.DefaultTTL, p.MaxTTL, p.Gzip, p.Brotli = "own", 0, 300, 900, false, false
	})
	c.behavior().OriginRequestPolicy = nil
	return c
}

func (c *cached) behavior() *distribution.CacheBehavior { return &c.edge.Distribution.DefaultBehavior }

func (c *cached) policy(change func(*distribution.CachePolicy)) {
	p := *c.behavior().CachePolicy
	change(&p)
	c.behavior().CachePolicy = &p
}

// sent is a field of the last request that the origin got.
func (c *cached) sent(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.last.Header.Get(name)
}

// want asks and compares: "status X-Cache-word Age body", and how often the origin
// was asked in all.
func (c *cached) want(v edge.ViewerRequest, asked int32, want string) *edge.Response {
	c.t.Helper()
	r, body := c.ask(c.t, v)
	word, _, _ := strings.Cut(r.Header.Get("X-Cache"), " ")
	age := r.Header.Get("Age")
	if age == "" {
		age = "-"
	}
	if got := fmt.Sprintf("%d %s %s %s", r.Status, word, age, body); got != want || c.asked.Load() != asked {
		c.t.Errorf("%s %s: got %q after %d requests to the origin, want %q after %d", v.Method, v.URI, got, c.asked.Load(), want, asked)
	}
	return r
}

func (c *cached) facts(r *edge.Response) *recording.CacheFacts {
	c.t.Helper()
	return c.recorded(c.t, r).Cache
}

// control answers 200 with this Cache-Control, a body that counts, and an ETag of
// it.
func control(value string) talk {
	var n atomic.Int32
	return func(*http.Request) string {
		return answer(200, "Cache-Control: "+value+"\r\n", fmt.Sprint("v", n.Add(1)))
	}
}

// TestCacheServes: a hit, its Age and its end by the edge's clock (CF-CACHE-03,
// CF-RESP-15, CF-CACHE-99, CF-CACHE-94, CF-CACHE-44, CF-DNS-03), and what the
// record says.
func TestCacheServes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCached(t, func(*http.Request) string {
			return answer(200, "Cache-Control: max-age=5000\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\nContent-Location: /x\r\nTest-Header: y\r\nConnection: X-Hop\r\nX-Hop: 1\r\n", "body")
		})
		first := c.want(edge.ViewerRequest{}, 1, "200 Miss - body")
		time.Sleep(1500 * time.Millisecond)
		hit := c.want(edge.ViewerRequest{}, 1, "200 Hit 1 body")
		for name, want := range map[string]string{"Cache-Control": "max-age=5000", "Date": "Mon, 23 Nov 2026 12:00:00 GMT", "Content-Location": "/x", "Test-Header": "y", "X-Hop": ""} { // CF-CACHE-93: removed
			if got := hit.Header.Get(name); got != want {
				t.Errorf("%s of a hit is %q, want %q", name, got, want)
			}
		}
		x := c.recorded(t, hit)
		if x.Sent != nil || len(x.Attempts) != 0 || x.Origin != "app" || x.ResultType != "Hit" || x.DetailedResultType != "Hit" {
			t.Errorf("recorded %+v", x)
		}
		if f := x.Cache; f.Decision != recording.CacheHit || f.Key != "/" || f.TTL != 900*time.Second || f.Age != time.Second || f.Rule != "CF-CACHE-03" || f.From != first.Header.Get("X-Amz-Cf-Id") || !contains(f.Reason, "Max TTL is 900 s") {
			t.Errorf("facts %+v", f)
		}
		if f := c.facts(first); f.Decision != recording.CacheMiss || f.TTL != 900*time.Second || f.From != "" {
			t.Errorf("facts of the miss %+v", f)
		}
		c.edge.Clock.Advance(15*time.Minute - 2*time.Second)
		c.want(edge.ViewerRequest{}, 1, "200 Hit 899 body")
		c.edge.Clock.Advance(time.Second)
		c.want(edge.ViewerRequest{}, 2, "200 Miss - body")
		c.edge.Cache.Reset()
		c.want(edge.ViewerRequest{}, 3, "200 Miss - body")
	})
}

// TestCacheForbidden: answers that the origin forbids to cache (CF-CACHE-10, CF-CACHE-11,
// CF-CACHE-40, CF-CACHE-41), by Min TTL.
func TestCacheForbidden(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"no-store", "private", "no-cache"} {
		synctest.Test(t, func(t *testing.T) {
			failing := false
			versions := control(value)
			c := newCached(t, func(r *http.Request) string {
				if failing {
					return answer(503, "", "down")
				}
				return versions(r)
			})
			c.want(edge.ViewerRequest{}, 1, "200 Miss - v1")
			c.want(edge.ViewerRequest{}, 2, "200 Miss - v2")
			failing = true
			c.want(edge.ViewerRequest{}, 3, "200 Hit 0 v2") // CF-CACHE-40
			c.edge.Clock.Advance(15 * time.Minute)
			c.want(edge.ViewerRequest{}, 4, "503 Error - down")

			c = newCached(t, control(value))
			c.policy(func(p *distribution.CachePolicy) { p.MinTTL = 60 })
			c.want(edge.ViewerRequest{}, 1, "200 Miss - v1")
			time.Sleep(59 * time.Second)
			c.want(edge.ViewerRequest{}, 1, "200 Hit 59 v1")
			time.Sleep(time.Second)
			c.want(edge.ViewerRequest{}, 2, "200 Miss - v2") // CF-CACHE-41
		})
	}
}

// TestCacheRevalidates: the conditional request, its 304 and its 200 (CF-REQ-67,
// CF-REQ-68, CF-REQ-69, CF-RESP-21, CF-CACHE-84, CF-CACHE-100).
func TestCacheRevalidates(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		version := "1"
		c := newCached(t, func(r *http.Request) string {
			head := "Cache-Control: max-age=10\r\nLast-Modified: Mon, 23 Nov 2026 12:00:00 GMT\r\nETag: \"" + version + "\"\r\n"
			if r.Header.Get("If-None-Match") == `"`+version+`"` {
				return answer(304, head+"X-New: 1\r\n", "")
			}
			return answer(200, head, "version "+version)
		})
		first := c.want(edge.ViewerRequest{Header: http.Header{"If-None-Match": {`"own"`}}}, 1, "200 Miss - version 1")
		if c.sent("If-None-Match") != "" {
			t.Error("CF-REQ-33: the viewer's condition went on, which no policy selects")
		}
		time.Sleep(10 * time.Second)
		again := c.want(edge.ViewerRequest{Header: http.Header{"Range": {"bytes=8-"}, "If-None-Match": {`"x"`}}}, 2, "206 RefreshHit 0 1")
		if c.sent("If-None-Match") != `"1"` || c.sent("If-Modified-Since") != "Mon, 23 Nov 2026 12:00:00 GMT" || c.sent("Range") != "" {
			t.Errorf("the origin got %v", c.last.Header)
		}
		x := c.recorded(t, again)
		if x.ResultType != "RefreshHit" || x.Cache.Decision != recording.CacheRefresh || x.Cache.From != first.Header.Get("X-Amz-Cf-Id") || x.Sent == nil || !contains(x.Response.OriginHead, "304") {
			t.Errorf("recorded %+v, cache %+v", x, x.Cache)
		}
		if again.Header.Get("X-New") != "1" { // CF-CACHE-85
			t.Error("the fields of the 304 did not come")
		}
		time.Sleep(9 * time.Second)
		c.want(edge.ViewerRequest{}, 2, "200 Hit 9 version 1")
		time.Sleep(time.Second)
		version = "2"
		c.want(edge.ViewerRequest{}, 3, "200 Miss - version 2")
		c.want(edge.ViewerRequest{}, 3, "200 Hit 0 version 2")
		time.Sleep(10 * time.Second)
		c.behavior().OriginRequestPolicy = &distribution.OriginRequestPolicy{
			Headers: distribution.ValueSelection{Behavior: "none"}, QueryStrings: distribution.ValueSelection{Behavior: "none"}, Cookies: distribution.ValueSelection{Behavior: "all"},
		}
		c.want(edge.ViewerRequest{}, 4, "200 RefreshHit 0 version 2") // its validators are those of when it was kept
		time.Sleep(10 * time.Second)
		c.want(edge.ViewerRequest{}, 5, "200 Miss - version 2") // CF-REQ-69
		if c.sent("If-None-Match") != "" {
			t.Error("CF-REQ-69, CF-CACHE-83: a conditional request although cookies are forwarded")
		}
	})
}

// TestCacheStaleOnError: what replaces the answer of a failing origin, and for how long
// (CF-CACHE-16 to CF-CACHE-19, CF-CACHE-42, CF-CACHE-56, CF-TIME-12).
func TestCacheStaleOnError(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, control string
		failure       string // "" does not answer
		want          string
	}{
		{"CF-CACHE-17 503", "max-age=10", answer(503, "", "down"), "200 Hit 20 up"},
		{"CF-TIME-12 no answer", "max-age=10", "", "200 Hit 110 up"},
		{"CF-CACHE-18 404", "max-age=10", answer(404, "", "gone"), "404 Error - gone"},
		{"CF-CACHE-16", "max-age=10, stale-if-error=100", answer(500, "", "down"), "200 Hit 20 up"},
		{"CF-CACHE-16 over", "max-age=10, stale-if-error=5", answer(500, "", "down"), "500 Error - down"},
		{"CF-CACHE-19", "max-age=10, stale-if-error=0", answer(500, "", "down"), "500 Error - down"},
		{"CF-CACHE-57 must-revalidate", "max-age=10, must-revalidate", answer(500, "", "down"), "200 Hit 20 up"},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var failing atomic.Bool
				c := newCached(t, func(*http.Request) string {
					if failing.Load() {
						return row.failure
					}
					return answer(200, "Cache-Control: "+row.control+"\r\n", "up")
				})
				c.edge.Distribution.CustomErrors = []distribution.CustomErrorResponse{{ErrorCode: 503, ResponsePagePath: "/sorry", ResponseCode: 200, ErrorCachingMinTTL: 10}}
				c.want(edge.ViewerRequest{}, 1, "200 Miss - up")
				time.Sleep(20 * time.Second)
				failing.Store(true)
				asked := int32(2)
				if row.failure == "" {
					asked = 4 // three attempts
				}
				r := c.want(edge.ViewerRequest{}, asked, row.want)
				if !strings.HasPrefix(row.want, "200") {
					return
				}
				x := c.recorded(t, r)
				if x.Cache.Decision != recording.CacheStale || x.Cause != nil || len(x.Attempts) == 0 || !contains(finding(x, "CF-CACHE-17"), "stands in for it, for 10s") {
					t.Errorf("recorded %+v: %v", x.Cache, x.Findings)
				}
				again, _ := c.ask(t, edge.ViewerRequest{})
				time.Sleep(9 * time.Second)
				if c.ask(t, edge.ViewerRequest{}); again.Status != 200 || c.asked.Load() != asked {
					t.Errorf("within the error's minimum TTL the origin was asked %d times", c.asked.Load()-asked)
				}
				time.Sleep(time.Second)
				failing.Store(false)
				c.want(edge.ViewerRequest{}, asked+1, "200 Miss - up")
			})
		})
	}
}

// TestCacheStaleWhileRevalidate proves CF-CACHE-15: the copy is served at once, and
// fetched again meanwhile.
func TestCacheStaleWhileRevalidate(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		versions := control("max-age=10, stale-while-revalidate=20")
		c := newCached(t, func(r *http.Request) string {
			time.Sleep(time.Second)
			return versions(r)
		})
		c.want(edge.ViewerRequest{}, 1, "200 Miss - v1")
		time.Sleep(10 * time.Second)
		begun := time.Now()
		r := c.want(edge.ViewerRequest{Header: http.Header{"Range": {"bytes=1-"}}}, 1, "206 Hit 10 1")
		c.ask(t, edge.ViewerRequest{})
		if took := time.Since(begun); took != 0 || c.facts(r).Decision != recording.CacheStale {
			t.Errorf("it took %s, %+v", took, c.facts(r))
		}
		time.Sleep(2 * time.Second)
		c.want(edge.ViewerRequest{}, 2, "200 Hit 1 v2")
		page, err := c.ring.List(t.Context(), recording.Filter{})
		if err != nil || len(page.Exchanges) != 5 {
			t.Fatalf("%d exchanges are recorded, want the background's, too: %v", len(page.Exchanges), err)
		}
		if x := page.Exchanges[1]; x.Viewer.Form != edge.FormBackground || x.Sent == nil || x.Cache.Decision != recording.CacheMiss {
			t.Errorf("the background's is %+v", x)
		}
		time.Sleep(31 * time.Second)
		c.want(edge.ViewerRequest{}, 3, "200 Miss - v3")
	})
}

// TestCacheOff: with the cache off every request goes to the origin, and the
// record says what CloudFront's cache would have made of it.
func TestCacheOff(t *testing.T) {
	t.Parallel()
	disabled, _ := distribution.ManagedCachePolicy("CachingDisabled")
	for _, row := range []struct {
		name   string
		policy *distribution.CachePolicy
		v      edge.ViewerRequest
		status int
		head   string
		want   recording.CacheFacts
	}{
		{"a success", nil, edge.ViewerRequest{URI: "/a?b"}, 200, "Cache-Control: max-age=60\r\n", recording.CacheFacts{Decision: recording.CacheMiss, Key: "/a", TTL: time.Minute, Rule: "CF-CACHE-03"}},
		{"not kept", nil, edge.ViewerRequest{}, 200, "Cache-Control: no-store\r\n", recording.CacheFacts{Decision: recording.CacheMiss, Key: "/", Rule: "CF-CACHE-10"}},
		{"an error", nil, edge.ViewerRequest{}, 404, "", recording.CacheFacts{Decision: recording.CacheMiss, Key: "/", TTL: 10 * time.Second, Rule: "CF-CACHE-21"}},
		{"CF-CACHE-49 an error's Expires", nil, edge.ViewerRequest{}, 500, "Expires: Fri, 01 Jan 2100 00:00:00 GMT\r\n", recording.CacheFacts{Decision: recording.CacheMiss, Key: "/", TTL: 15 * time.Minute, Rule: "CF-CACHE-29"}},
		{"CF-CACHE-50 Expires alone", nil, edge.ViewerRequest{}, 403, "Expires: Fri, 01 Jan 2100 00:00:00 GMT\r\n", recording.CacheFacts{Decision: recording.CacheMiss, Key: "/", Rule: "CF-CACHE-22"}},
		{"CF-CACHE-52", nil, edge.ViewerRequest{}, 401, "Cache-Control: max-age=60\r\n", recording.CacheFacts{Decision: recording.CacheMiss, Key: "/", Rule: "CF-CACHE-52"}},
		{"CF-CACHE-53", nil, edge.ViewerRequest{}, 599, "", recording.CacheFacts{Decision: recording.CacheMiss, Key: "/", Rule: "CF-CACHE-52"}},
		{"CF-CACHE-89 must-revalidate", nil, edge.ViewerRequest{}, 500, "Cache-Control: must-revalidate, public\r\n", recording.CacheFacts{Decision: recording.CacheMiss, Key: "/", TTL: 10 * time.Second, Rule: "CF-CACHE-20"}},
		{"CF-CACHE-90 Min TTL", &distribution.CachePolicy{MinTTL: 60, DefaultTTL: 60, MaxTTL: 900}, edge.ViewerRequest{}, 500, "", recording.CacheFacts{Decision: recording.CacheMiss, Key: "/", TTL: 10 * time.Second, Rule: "CF-CACHE-20"}},
		{"CF-CACHE-01", nil, edge.ViewerRequest{Method: "POST"}, 200, "", recording.CacheFacts{Decision: recording.CachePass, Rule: "CF-CACHE-01"}},
		{"CF-CACHE-12", disabled, edge.ViewerRequest{}, 200, "", recording.CacheFacts{Decision: recording.CachePass, Rule: "CF-CACHE-12"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newCached(t, func(*http.Request) string { return answer(row.status, row.head, "x") })
			c.edge.Cache = nil
			if row.policy != nil {
				c.behavior().CachePolicy = row.policy
			}
			for n := range 2 {
				r, _ := c.ask(t, row.v)
				got := *c.facts(r)
				if got.Reason == "" {
					t.Errorf("%s: no reason", row.name)
				}
				if got.Reason = ""; got != row.want || c.asked.Load() != int32(n+1) {
					t.Errorf("%s: %+v after %d, want %+v", row.name, got, c.asked.Load(), row.want)
				}
			}
		})
	}
}
