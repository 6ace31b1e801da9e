package edge_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

func contains(text, part string) bool { return strings.Contains(text, part) }

// TestErrorCache proves CF-CACHE-20, CF-CACHE-21, CF-RESP-15 and CF-LOG-08: an error is served
// from the error cache until it expires, the record says so, and successes are not cached.
func TestErrorCache(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		var broken atomic.Bool
		s := newBubble(t, map[string]talk{"app": counting(&asked, func(*http.Request) string {
			if broken.Load() {
				return answer(503, "X-From: origin\r\n", "down")
			}
			return answer(200, "", "up")
		})})
		s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheErrors})
		s.edge.Distribution.DefaultBehavior.ResponseHeadersPolicy = &distribution.ResponseHeadersPolicy{ServerTiming: true, ServerTimingRate: 100}
		want := func(status int, body string, requests int32, age string) *edge.Response {
			t.Helper()
			r, got := s.ask(t, edge.ViewerRequest{})
			if r.Status != status || got != body || asked.Load() != requests || r.Header.Get("Age") != age {
				t.Fatalf("got %d %q after %d requests, Age %q; want %d %q after %d, Age %q", r.Status, got, asked.Load(), r.Header.Get("Age"), status, body, requests, age)
			}
			return r
		}
		want(200, "up", 1, "")
		broken.Store(true)
		first := want(503, "down", 2, "")
		if x := s.recorded(t, first); !contains(finding(x, "CF-CACHE-20"), "this 503 for 10 s more") {
			t.Errorf("findings %v", x.Findings)
		}
		broken.Store(false)
		time.Sleep(3500 * time.Millisecond)
		kept := want(503, "down", 2, "3")
		h := kept.Header
		if h.Get("X-Cache") != "Error from cloudfront" || h.Get("X-From") != "origin" || !contains(h.Get("X-Edgesim-Detail"), "served from the error cache: kept since 3.5s, for 6.5s more") || !contains(h.Get("X-Edgesim-Hint"), "ErrorCachingMinTTL") {
			t.Errorf("header %v", h)
		}
		x := s.recorded(t, kept)
		if x.Sent != nil || len(x.Attempts) != 0 || x.Origin != "app" || x.ResultType != "Error" || x.DetailedResultType != "Error" {
			t.Errorf("recorded %+v", x)
		}
		if seen := finding(x, "CF-CACHE-20"); !contains(seen, "exchange "+first.Header.Get("X-Amz-Cf-Id")) || !contains(seen, "kept for 6.5s more") {
			t.Errorf("finding %q", seen)
		}
		if got := h.Get("Server-Timing"); !strings.HasPrefix(got, "cdn-cache-hit,cdn-pop") {
			t.Errorf("Server-Timing %q", got)
		}
		time.Sleep(6500 * time.Millisecond) // story 10: the origin is back, and so is the site
		want(200, "up", 3, "")
	})
}

// TestErrorCacheOfFailures: the edge's own pages are cached, too, each for its cause; a
// group's is served without asking either member (CF-FAILOVER-12).
func TestErrorCacheOfFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newBubble(t, map[string]talk{"a": nil, "b": nil})
		s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheErrors})
		s.edge.Distribution.OriginGroups = []distribution.OriginGroup{{ID: "group", Members: []string{"a", "b"}, StatusCodes: []int{503}}}
		s.edge.Distribution.DefaultBehavior.TargetOriginID = "group"
		s.edge.Distribution.CustomErrors = []distribution.CustomErrorResponse{{ErrorCode: 504, ErrorCachingMinTTL: 120}}
		for n, want := range []time.Duration{60 * time.Second, 0, 0} {
			start := time.Now()
			r, body := s.ask(t, edge.ViewerRequest{Method: []string{"GET", "GET", "HEAD"}[n]})
			x := s.recorded(t, r)
			if took := time.Since(start); took != want || r.Status != 504 || r.Header.Get("X-Edgesim-Cause") != "CF-CONN-09 connect-timeout" {
				t.Errorf("got %d after %s, %q", r.Status, took, r.Header.Get("X-Edgesim-Cause"))
			}
			if !contains(body, "Request ID: "+x.ID) || (len(x.Attempts) == 0) != (n > 0) {
				t.Errorf("%d attempts; the page is %q", len(x.Attempts), body)
			}
			if n > 0 && x.DetailedResultType != "Error" { // CF-LOG-08
				t.Errorf("detailed result %q", x.DetailedResultType)
			}
		}
	})
}

// TestErrorCacheOfPages: the custom error page is cached with its error, and longer by its
// own max-age, up to the Max TTL of its own behavior (CF-CACHE-29).
func TestErrorCacheOfPages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked, pages atomic.Int32
		s := newBubble(t, map[string]talk{
			"app":   counting(&asked, func(*http.Request) string { return answer(404, "", "not here") }),
			"pages": counting(&pages, func(*http.Request) string { return answer(200, "Cache-Control: max-age=100\r\n", "sorry") }),
		})
		s.withPages("pages", distribution.CustomErrorResponse{ErrorCode: 404, ResponsePagePath: "/errors/404", ResponseCode: 200, ErrorCachingMinTTL: 5})
		limit := *s.edge.Distribution.Behaviors[0].CachePolicy
		limit.MaxTTL = 30
		s.edge.Distribution.Behaviors[0].CachePolicy = &limit
		s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheErrors})
		for n, want := range []int32{1, 1, 2} {
			r, body := s.ask(t, edge.ViewerRequest{})
			if r.Status != 200 || body != "sorry" || r.Header.Get("X-Cache") != "Error from cloudfront" || r.Header.Get("X-Policy") != "pages" {
				t.Errorf("got %d %q %v", r.Status, body, r.Header)
			}
			if asked.Load() != want || pages.Load() != want {
				t.Errorf("request %d: the origin was asked %d times and the page's %d times, want %d", n+1, asked.Load(), pages.Load(), want)
			}
			time.Sleep(15 * time.Second)
		}
	})
}

// TestErrorCacheKeys: what is not cached, and what shares an entry (CF-CACHE-01,
// CF-CACHE-02, CF-CACHE-22, CF-CACHE-23, CF-CACHE-27, CF-CACHE-32).
func TestErrorCacheKeys(t *testing.T) {
	t.Parallel()
	disabled, _ := distribution.ManagedCachePolicy("CachingDisabled")
	withQuery, _ := distribution.ManagedCachePolicy("UseOriginCacheControlHeaders-QueryStrings")
	for _, row := range []struct {
		name          string
		status        int
		policy        *distribution.CachePolicy
		first, second edge.ViewerRequest
		kept          bool
	}{
		{"the same", 500, nil, edge.ViewerRequest{}, edge.ViewerRequest{}, true},
		{"CF-CACHE-02 query", 500, nil, edge.ViewerRequest{URI: "/?a"}, edge.ViewerRequest{URI: "/?b"}, true},
		{"CF-CACHE-02 query in the key", 500, withQuery, edge.ViewerRequest{URI: "/?a"}, edge.ViewerRequest{URI: "/?b"}, false},
		{"path", 500, nil, edge.ViewerRequest{URI: "/a"}, edge.ViewerRequest{URI: "/b"}, false},
		{"CF-REQ-70 the viewer wants a fresh one", 500, nil, edge.ViewerRequest{}, edge.ViewerRequest{Header: http.Header{"Cache-Control": {"no-cache"}, "Pragma": {"no-cache"}}}, true},
		{"CF-LOG-07 a WebSocket", 500, nil, edge.ViewerRequest{}, edge.ViewerRequest{Header: http.Header{
			"Connection": {"Upgrade"}, "Upgrade": {"websocket"}, "Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}}}, false},
		{"a HEAD after a GET", 500, nil, edge.ViewerRequest{}, edge.ViewerRequest{Method: "HEAD"}, true},
		{"a GET after a HEAD", 500, nil, edge.ViewerRequest{Method: "HEAD"}, edge.ViewerRequest{}, false},
		{"CF-CACHE-01", 500, nil, edge.ViewerRequest{Method: "POST"}, edge.ViewerRequest{Method: "POST"}, false},
		{"CF-CACHE-32", 500, nil, edge.ViewerRequest{Method: "OPTIONS"}, edge.ViewerRequest{Method: "OPTIONS"}, true},
		{"CF-CACHE-32 not shared with GET", 500, nil, edge.ViewerRequest{Method: "OPTIONS"}, edge.ViewerRequest{}, false},
		{"CF-CACHE-22", 403, nil, edge.ViewerRequest{}, edge.ViewerRequest{}, false},
		{"CF-CACHE-23", 500, disabled, edge.ViewerRequest{}, edge.ViewerRequest{}, false},
		{"CF-CACHE-27", 416, nil, edge.ViewerRequest{}, edge.ViewerRequest{}, false},
		{"a success", 200, nil, edge.ViewerRequest{}, edge.ViewerRequest{}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var asked atomic.Int32
				s := newBubble(t, map[string]talk{"app": counting(&asked, func(r *http.Request) string {
					text := answer(row.status, "", "x")
					if r.Method == "HEAD" {
						text = strings.TrimSuffix(text, "x")
					}
					return text
				})})
				s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheErrors})
				b := &s.edge.Distribution.DefaultBehavior
				b.CachedMethods = []string{"GET", "HEAD", "OPTIONS"}
				if row.policy != nil {
					b.CachePolicy = row.policy
				}
				s.ask(t, row.first)
				s.ask(t, row.second)
				if kept := asked.Load() == 1; kept != row.kept {
					t.Errorf("kept %t, want %t", kept, row.kept)
				}
			})
		})
	}
}

// TestErrorCacheReset: after it the origin is asked again.
func TestErrorCacheReset(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		s := newBubble(t, map[string]talk{"app": counting(&asked, func(*http.Request) string { return answer(500, "", "x") })})
		s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheErrors})
		for n := range 3 {
			s.ask(t, edge.ViewerRequest{URI: fmt.Sprintf("/%d", n)})
		}
		if n := s.edge.Cache.Reset(); n != 3 {
			t.Errorf("%d entries were forgotten, want 3", n)
		}
		s.ask(t, edge.ViewerRequest{URI: "/0"})
		if asked.Load() != 4 {
			t.Errorf("the origin was asked %d times, want 4", asked.Load())
		}
	})
}

// TestErrorCacheBounds: viewers with ever new paths, and huge bodies, do not fill the
// memory: the least recently used entry is removed first (CF-CACHE-34).
func TestErrorCacheBounds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		big := strings.Repeat("x", 1<<20+1)
		s := newBubble(t, map[string]talk{"app": counting(&asked, func(r *http.Request) string {
			if r.RequestURI == "/big" {
				return answer(500, "", big)
			}
			return answer(500, "", "x")
		})})
		s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheErrors, Bytes: 1 << 20})
		const paths = 1500
		for n := range paths {
			s.ask(t, edge.ViewerRequest{URI: fmt.Sprintf("/%d", n)})
		}
		s.ask(t, edge.ViewerRequest{URI: "/1499"})
		if asked.Load() != paths {
			t.Error("the newest entry was not kept")
		}
		s.ask(t, edge.ViewerRequest{URI: "/big"})
		s.ask(t, edge.ViewerRequest{URI: "/big"})
		if asked.Load() != paths+2 {
			t.Error("a body over the bound was kept")
		}
		if got := s.edge.Cache.Stats(); got.Bytes > got.Most || got.Entries < 100 || got.Entries > paths/2 {
			t.Errorf("stats %+v", got)
		}
	})
}

// TestErrorCacheOff: without it every request goes to the origin, and the record
// says how long CloudFront would not have asked.
func TestErrorCacheOff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		s := newBubble(t, map[string]talk{"app": counting(&asked, func(*http.Request) string { return answer(404, "", "x") })})
		for range 2 {
			r, _ := s.ask(t, edge.ViewerRequest{})
			for _, f := range s.recorded(t, r).Findings {
				if f.Rule == "CF-CACHE-21" && (f.Verdict != policy.Warn || !contains(f.Observed, "for 10 s more")) {
					t.Errorf("finding %+v", f)
				}
			}
		}
		if asked.Load() != 2 {
			t.Errorf("the origin was asked %d times, want 2", asked.Load())
		}
	})
}
