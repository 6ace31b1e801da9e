package edge_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// TestCacheUnderChange: fills, hits, ranges, invalidations and reloads at once; no
// viewer gets a body that is of two versions, or an older one than it was before it
// asked and after an invalidation.
func TestCacheUnderChange(t *testing.T) {
	t.Parallel()
	var version atomic.Int64
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		text := strings.Repeat(fmt.Sprintf("%08d", version.Load()), 5_000+int(version.Load()%7)*1_000) // it changes its length, too
		w.Header().Set("Cache-Control", "max-age=60")
		w.Header().Set("Etag", `"`+text[:8]+`"`)
		_, _ = w.Write([]byte(text))
	}})
	d := s.edge.Distribution
	d.Origins[0].ResponseTimeout = time.Minute // no time counts here
	d.DefaultBehavior.CachePolicy = &distribution.CachePolicy{ID: "own", MaxTTL: 900}
	s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheOn, Bytes: 200_000})
	item, _ := policy.ReadInvalidation("/*")
	stop := make(chan struct{})
	var changing, viewers sync.WaitGroup
	changing.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			version.Add(1)
			s.edge.Invalidate("", []policy.InvalidationItem{item})
			changed := *d
			s.edge.Replace([]*edge.Location{{Distribution: &changed}})
		}
	})
	for viewer := range 8 {
		viewers.Go(func() {
			for n := range 100 {
				v := edge.ViewerRequest{URI: fmt.Sprint("/", n%5)}
				if n%3 == viewer%3 {
					v.Header = http.Header{"Range": {"bytes=8-15"}}
				}
				_, body := s.ask(t, v)
				if len(body) < 8 || strings.Trim(strings.ReplaceAll(body, body[:8], ""), " ") != "" {
					t.Errorf("a body of two versions: %d bytes", len(body))
				}
			}
		})
	}
	viewers.Wait()
	close(stop)
	changing.Wait()
	s.edge.Invalidate("", []policy.InvalidationItem{item})
	if _, body := s.ask(t, edge.ViewerRequest{URI: "/0"}); body[:8] != fmt.Sprintf("%08d", version.Load()) {
		t.Errorf("after an invalidation a viewer gets version %s, not %d", body[:8], version.Load())
	}
	if got := s.edge.Cache.Stats(); got.Bytes > got.Most {
		t.Errorf("stats %+v", got)
	}
}

// TestCacheLengthChanges: an origin that changes an object between a range and the
// whole: each answer agrees with itself.
func TestCacheLengthChanges(t *testing.T) {
	t.Parallel()
	var size atomic.Int64
	size.Store(100)
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		http.ServeContent(w, r, "x.txt", time.Time{}, strings.NewReader(strings.Repeat("x", int(size.Load()))))
	}})
	s.edge.Distribution.Origins[0].ResponseTimeout = time.Minute // no time counts here
	s.edge.Distribution.DefaultBehavior.CachePolicy = &distribution.CachePolicy{ID: "own", MaxTTL: 900}
	s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheOn})
	part := edge.ViewerRequest{Header: http.Header{"Range": {"bytes=10-19"}}}
	ask := func(v edge.ViewerRequest, want string) {
		t.Helper()
		r, body := s.ask(t, v)
		if got := fmt.Sprint(r.Status, " ", len(body), " ", r.Header.Get("Content-Range"), " ", r.Header.Get("X-Cache")[:3]); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	ask(part, "206 10 bytes 10-19/100 Mis")
	size.Store(50)
	ask(part, "206 10 bytes 10-19/100 Hit")
	ask(edge.ViewerRequest{}, "200 50  Mis")
	ask(part, "206 10 bytes 10-19/50 Hit") // the whole goes before a part
	ask(edge.ViewerRequest{Header: http.Header{"Range": {"bytes=60-69"}}}, "416 0 bytes */50 Err")
}
