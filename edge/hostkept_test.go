package edge_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
)

// TestKeptErrorOfAnotherHost: Host forwarded and not in the cache key: one host's
// 404 is served to another, and it is the key that is to blame (CF-CACHE-74).
func TestKeptErrorOfAnotherHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		s := newBubble(t, map[string]talk{"app": counting(&asked, func(r *http.Request) string {
			if r.Host == "a.example" {
				return answer(404, "", "no such site")
			}
			return answer(200, "", "b")
		})})
		s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheErrors})
		b := &s.edge.Distribution.DefaultBehavior
		b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingOptimized")
		b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewer")
		s.ask(t, edge.ViewerRequest{Host: "a.example"})
		r, _ := s.ask(t, edge.ViewerRequest{Host: "b.example"})
		detail, hint := r.Header.Get("X-Edgesim-Detail"), r.Header.Get("X-Edgesim-Hint")
		if r.Status != 404 || asked.Load() != 1 || !strings.Contains(detail, `kept for Host "a.example", served to Host "b.example"`) || !strings.Contains(hint, "put it into the cache policy") || strings.Contains(hint, "ErrorCachingMinTTL") {
			t.Errorf("got %d after %d requests, %q, %q", r.Status, asked.Load(), detail, hint)
		}
		again, _ := s.ask(t, edge.ViewerRequest{Host: "a.example"})
		if hint := again.Header.Get("X-Edgesim-Hint"); !strings.Contains(hint, "ErrorCachingMinTTL") {
			t.Errorf("the same host: %q", hint)
		}
	})
}

// TestKeptForAnotherOrigin: Origin is sent and not in the key. A cached error, page answer
// or answer to a request without Origin is served to a page of another site, and the key is
// to blame (CF-CACHE-66); for its own page there is no finding.
func TestKeptForAnotherOrigin(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		status int
		mode   edge.CacheMode
		first  string
		says   string
	}{
		{"an error", 404, edge.CacheErrors, "https://a.example", `kept for Origin "https://a.example", served to Origin "https://b.example"`},
		{"a good answer", 200, edge.CacheOn, "https://a.example", `kept for Origin "https://a.example", served to Origin "https://b.example"`},
		{"one without CORS", 200, edge.CacheOn, "", `kept for Origin "", served to Origin "https://b.example"`},
		{"the same page's", 200, edge.CacheOn, "https://b.example", ""},
	} {
		synctest.Test(t, func(t *testing.T) {
			var asked atomic.Int32
			s := newBubble(t, map[string]talk{"app": counting(&asked, func(r *http.Request) string {
				head := "Vary: Origin\r\n"
				if o := r.Header.Get("Origin"); o != "" {
					head += "Access-Control-Allow-Origin: " + o + "\r\n"
				}
				return answer(row.status, head, "x")
			})})
			s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: row.mode})
			b := &s.edge.Distribution.DefaultBehavior
			b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingOptimized")
			b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("CORS-CustomOrigin")
			first := http.Header{}
			if row.first != "" {
				first.Set("Origin", row.first)
			}
			s.ask(t, edge.ViewerRequest{Header: first})
			r, _ := s.ask(t, edge.ViewerRequest{Header: http.Header{"Origin": {"https://b.example"}}})
			detail, hint := r.Header.Get("X-Edgesim-Detail"), r.Header.Get("X-Edgesim-Hint")
			if told := strings.Contains(detail, row.says) && strings.Contains(hint, "put it into the cache policy"); r.Status != row.status || asked.Load() != 1 ||
				row.says != "" && !told || row.says == "" && strings.Contains(hint, "cache policy") || strings.Contains(hint, "ErrorCachingMinTTL") {
				t.Errorf("%s: %d after %d requests, %q, %q", row.name, r.Status, asked.Load(), detail, hint)
			}
		})
	}
}
