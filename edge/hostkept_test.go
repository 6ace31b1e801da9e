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
