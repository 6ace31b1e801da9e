package edge_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// TestCacheCollapses proves CF-CACHE-30, CF-CACHE-92 and CF-LOG-06: a thousand viewers of one
// missing key make one request to the origin; the first logs a Miss, the others
// a Hit.
func TestCacheCollapses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCached(t, func(*http.Request) string {
			time.Sleep(2 * time.Second)
			return answer(200, "Cache-Control: max-age=60\r\n", "shared")
		})
		var all sync.WaitGroup
		var mu sync.Mutex
		words := map[string]int{}
		for n := range 1000 {
			all.Go(func() {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				if n%10 == 3 { // these leave while they wait
					time.AfterFunc(time.Second, cancel)
				}
				r := c.edge.Serve(ctx, &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", URI: "/", Proto: "HTTP/1.1"})
				defer r.Body.Close()
				body, _ := io.ReadAll(r.Body)
				mu.Lock()
				defer mu.Unlock()
				words[fmt.Sprint(r.Status, " ", r.Header.Get("X-Cache"), " ", string(body) == "shared")]++
			})
		}
		all.Wait()
		if c.asked.Load() != 1 || words["200 Hit from cloudfront true"] < 899 || len(words) > 3 {
			t.Errorf("asked %d times: %v", c.asked.Load(), words)
		}
		page, _ := c.ring.List(t.Context(), recording.Filter{Limit: 1000})
		misses, collapsed := 0, 0
		for _, x := range page.Exchanges {
			switch {
			case x.Cache.Decision == recording.CacheCollapsed && x.ResultType == "Hit":
				collapsed++
			case x.Cache.Decision == recording.CacheMiss && x.ResultType == "Miss":
				misses++
			}
		}
		if collapsed < 899 || misses > 1 {
			t.Errorf("%d collapsed, %d misses", collapsed, misses)
		}
	})
}

// TestCacheLeaderLeaves: a viewer that leaves does not affect others who wait for its
// answer; when the last one leaves, the request to the origin ends.
func TestCacheLeaderLeaves(t *testing.T) {
	t.Parallel()
	for _, waits := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			c := newCached(t, func(*http.Request) string {
				time.Sleep(10 * time.Second)
				return answer(200, "Cache-Control: max-age=60\r\n", "shared")
			})
			ctx, leave := context.WithCancel(t.Context())
			ended := make(chan int, 1)
			go func() {
				r := c.edge.Serve(ctx, &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", URI: "/", Proto: "HTTP/1.1"})
				r.Body.Close()
				ended <- r.Status
			}()
			synctest.Wait()
			time.AfterFunc(time.Second, leave)
			if waits {
				c.want(edge.ViewerRequest{}, 1, "200 Hit 0 shared")
				<-ended
				return
			}
			begun := time.Now()
			<-ended
			if took := time.Since(begun); took != time.Second {
				t.Errorf("the request to the origin went on for %s", took)
			}
		})
	}
}

// TestCacheNotCollapsed proves CF-CACHE-31: if an answer cannot be shared, the waiting
// requests continue alone, a few at a time, and later ones do not wait.
func TestCacheNotCollapsed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		at, most := 0, 0
		c := newCached(t, func(*http.Request) string {
			mu.Lock()
			at++
			most = max(most, at)
			mu.Unlock()
			time.Sleep(time.Second)
			mu.Lock()
			at--
			mu.Unlock()
			return answer(200, "Cache-Control: private\r\n", "own")
		})
		ask := func(n int) time.Duration {
			begun := time.Now()
			var all sync.WaitGroup
			for range n {
				all.Go(func() { c.ask(t, edge.ViewerRequest{}) })
			}
			all.Wait()
			return time.Since(begun)
		}
		ask(100)
		if c.asked.Load() != 100 || most > 33 {
			t.Errorf("asked %d times, %d at a time", c.asked.Load(), most)
		}
		if took := ask(20); took != time.Second || c.asked.Load() != 120 {
			t.Errorf("it is known that it cannot be shared, and 20 took %s", took)
		}
	})
}

// TestCacheSharesErrors: those that wait for an answer get the error that came
// (CF-CACHE-30, CF-CACHE-20).
func TestCacheSharesErrors(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCached(t, func(*http.Request) string {
			time.Sleep(time.Second)
			return answer(503, "", "down")
		})
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				if r, body := c.ask(t, edge.ViewerRequest{}); r.Status != 503 || body != "down" {
					t.Errorf("got %d %q", r.Status, body)
				}
			})
		}
		all.Wait()
		if c.asked.Load() != 1 {
			t.Errorf("asked %d times", c.asked.Load())
		}
	})
}

// TestCacheRanges: a whole copy answers ranges (CF-RANGE-01, CF-RANGE-02,
// CF-RANGE-03, CF-RANGE-04, CF-CACHE-79, CF-CACHE-80, CF-CACHE-81, CF-CACHE-82).
func TestCacheRanges(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		text := "0123456789"
		c := newCached(t, func(r *http.Request) string {
			head := "Cache-Control: max-age=60\r\nETag: \"1\"\r\nContent-Type: text/plain\r\n"
			if ranges := r.Header.Get("Range"); strings.HasPrefix(r.RequestURI, "/parts") && ranges != "" {
				var first, last int
				fmt.Sscanf(ranges, "bytes=%d-%d", &first, &last)
				return answer(206, head+fmt.Sprintf("Content-Range: bytes %d-%d/10\r\n", first, last), text[first:last+1])
			}
			if r.RequestURI == "/chunked" {
				return "HTTP/1.1 200 OK\r\n" + head + "Transfer-Encoding: chunked\r\n\r\na\r\n" + text + "\r\n0\r\n\r\n"
			}
			return answer(200, head, text)
		})
		ranged := func(uri, ranges string) edge.ViewerRequest {
			return edge.ViewerRequest{URI: uri, Header: http.Header{"Range": {ranges}}}
		}
		c.want(ranged("/whole", "bytes=2-4"), 1, "200 Miss - 0123456789") // the origin ignores it
		if c.sent("Range") != "bytes=2-4" {
			t.Errorf("CF-RANGE-01: the origin got Range %q", c.sent("Range"))
		}
		r := c.want(ranged("/whole", "bytes=2-4"), 1, "206 Hit 0 234")
		if r.Header.Get("Content-Range") != "bytes 2-4/10" || r.ContentLength != 3 {
			t.Errorf("got %v, length %d", r.Header, r.ContentLength)
		}
		c.want(ranged("/whole", "bytes=4-2"), 1, "200 Hit 0 0123456789") // CF-RANGE-04
		r = c.want(ranged("/whole", "bytes=20-"), 1, "416 Error 0 ")
		if r.Header.Get("Content-Range") != "bytes */10" {
			t.Errorf("a 416 has Content-Range %q", r.Header.Get("Content-Range"))
		}
		r, body := c.ask(t, ranged("/whole", "bytes=0-1,8-"))
		kind := r.Header.Get("Content-Type")
		boundary := strings.TrimPrefix(kind, "multipart/byteranges; boundary=")
		want := strings.ReplaceAll("\r\n--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-1/10\r\n\r\n01\r\n--B\r\nContent-Type: text/plain\r\nContent-Range: bytes 8-9/10\r\n\r\n89\r\n--B--\r\n", "B", boundary)
		if r.Status != 206 || body != want || r.ContentLength != int64(len(body)) || boundary == kind {
			t.Errorf("got %d %q, length %d, want %q", r.Status, body, r.ContentLength, want)
		}
		if r, body := c.ask(t, edge.ViewerRequest{URI: "/whole", Header: http.Header{"Range": {"bytes=0-1"}, "If-Range": {`"2"`}}}); r.Status != 200 || body != text { // CF-CACHE-82
			t.Errorf("got %d %q", r.Status, body)
		}

		c.want(ranged("/parts", "bytes=0-3"), 2, "206 Miss - 0123")
		c.want(ranged("/parts", "bytes=0-3"), 2, "206 Hit 0 0123")
		c.want(ranged("/parts", "bytes=4-5"), 3, "206 Miss - 45") // CF-CACHE-81
		c.want(edge.ViewerRequest{URI: "/parts"}, 4, "200 Miss - 0123456789")
		c.want(ranged("/parts", "bytes=7-8"), 4, "206 Hit 0 78") // CF-CACHE-79

		c.want(ranged("/chunked", "bytes=0-1"), 5, "200 Miss - 0123456789") // CF-RANGE-03
		c.want(ranged("/chunked", "bytes=0-1"), 5, "206 Hit 0 01")
	})
}

// TestCacheViewerConditions: the edge answers a viewer's own conditions from a
// fresh copy (CF-CACHE-86).
func TestCacheViewerConditions(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCached(t, func(*http.Request) string {
			return answer(200, "Cache-Control: max-age=60\r\nETag: \"1\"\r\nContent-Type: text/plain\r\n", "x")
		})
		c.want(edge.ViewerRequest{}, 1, "200 Miss - x")
		r := c.want(edge.ViewerRequest{Header: http.Header{"If-None-Match": {`"1"`}}}, 1, "304 Hit 0 ")
		if r.Header.Get("Etag") != `"1"` || r.Header.Get("Content-Type") != "" {
			t.Errorf("a 304 has %v", r.Header)
		}
		c.want(edge.ViewerRequest{Header: http.Header{"If-None-Match": {`"2"`}}}, 1, "200 Hit 0 x")
	})
}

// TestCacheCutShort: what did not come whole is not kept, and what cannot be known
// to be whole is (CF-RESP-17, CF-RESP-18, CF-RESP-19, CF-RESP-27).
func TestCacheCutShort(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, head, body string
		kept             bool
	}{
		{"CF-RESP-17", "Content-Length: 10\r\n", "half", false},
		{"CF-RESP-18", "Transfer-Encoding: chunked\r\n", "4\r\nhalf\r\n", false},
		{"CF-RESP-19", "Connection: close\r\n", "half", true},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := newCached(t, nil)
			n := 0
			raw := func(*http.Request) string {
				n++
				return "HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\n" + row.head + "\r\n" + row.body
			}
			c.site = newBubble(t, map[string]talk{"app": hangUp(raw)})
			c.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheOn})
			for range 2 {
				r := c.edge.Serve(t.Context(), &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", URI: "/", Proto: "HTTP/1.1"})
				body, err := io.ReadAll(r.Body)
				r.Body.Close()
				if string(body) != "half" || (err == nil) != row.kept {
					t.Errorf("%s: got %q, %v", row.name, body, err)
				}
			}
			if kept := n == 1; kept != row.kept {
				t.Errorf("%s: kept %t, want %t", row.name, kept, row.kept)
			}
		})
	}
	synctest.Test(t, func(t *testing.T) { // CF-RESP-27
		c := newCached(t, func(*http.Request) string {
			return answer(200, "Cache-Control: max-age=60\r\n", strings.Repeat("x", 100_000))
		})
		r := c.edge.Serve(t.Context(), &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", URI: "/", Proto: "HTTP/1.1"})
		io.ReadFull(r.Body, make([]byte, 1000))
		r.Body.Close()
		c.ask(t, edge.ViewerRequest{})
		if c.asked.Load() != 2 {
			t.Error("an object that its viewer did not wait for was kept")
		}
		c.ask(t, edge.ViewerRequest{})
		if c.asked.Load() != 2 {
			t.Error("an object that came whole was not kept")
		}
	})
}

// TestCacheTooLarge: more than 50 GB is refused if it would be cached, and otherwise passed
// on (CF-RESP-28, CF-RESP-29, CF-LIMIT-04).
func TestCacheTooLarge(t *testing.T) {
	t.Parallel()
	for _, on := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			c := newCached(t, nil)
			c.site = newBubble(t, map[string]talk{"app": hangUp(func(*http.Request) string {
				return fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\nbegin", policy.MostCached+1)
			})})
			if !on {
				c.edge.Distribution.DefaultBehavior.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
			}
			r := c.edge.Serve(t.Context(), &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", URI: "/", Proto: "HTTP/1.1"})
			body, _ := io.ReadAll(r.Body)
			r.Body.Close()
			if on && (r.Status != 502 || !contains(r.Header.Get("X-Edgesim-Cause"), "CF-RESP-28")) || !on && (r.Status != 200 || string(body) != "begin") {
				t.Errorf("caching %t: got %d, %q", on, r.Status, r.Header.Get("X-Edgesim-Cause"))
			}
		})
	}
}

// TestCacheAcrossReload: a change of the configuration keeps the cache (CF-CONN-23).
func TestCacheAcrossReload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCached(t, control("max-age=60"))
		c.want(edge.ViewerRequest{}, 1, "200 Miss - v1")
		changed := *c.edge.Distribution
		changed.DefaultBehavior.ResponseHeadersPolicy = &distribution.ResponseHeadersPolicy{Headers: []distribution.ResponseHeader{{Header: distribution.Header{Name: "X-New", Value: "1"}}}}
		c.edge.Replace([]*edge.Location{{Distribution: &changed}})
		r := c.want(edge.ViewerRequest{}, 1, "200 Hit 0 v1")
		if r.Header.Get("X-New") != "1" {
			t.Error("a hit does not get the policy of now")
		}
	})
}

// TestCacheOf1xx: an early hint is not cached (CF-CACHE-95).
func TestCacheOf1xx(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCached(t, func(*http.Request) string {
			return "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + answer(200, "Cache-Control: max-age=60\r\n", "x")
		})
		c.want(edge.ViewerRequest{}, 1, "200 Miss - x")
		c.want(edge.ViewerRequest{}, 1, "200 Hit 0 x")
	})
}
