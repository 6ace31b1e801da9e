package edge_test

import (
	"net/http"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// TestCacheOfRewritten proves CF-INV-15: if a viewer-request function rewrites the URI, the
// copy is stored under the rewritten one, which an invalidation has to name; a hit needs no
// origin.
func TestCacheOfRewritten(t *testing.T) {
	t.Parallel()
	asked := 0
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		asked++
		w.Header().Set("Cache-Control", "max-age=60")
		_, _ = w.Write([]byte(r.URL.Path))
	}})
	b := &s.edge.Distribution.DefaultBehavior
	b.TargetOriginID = "app"
	b.CachePolicy = &distribution.CachePolicy{ID: "own", MaxTTL: 900}
	s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheOn})
	s.attach(t, map[string]string{"viewer-request": `function handler(event) { event.request.uri = '/new'; return event.request; }`})
	for range 2 {
		if _, body := s.ask(t, edge.ViewerRequest{URI: "/old"}); body != "/new" || asked != 1 {
			t.Errorf("got %q after %d requests", body, asked)
		}
	}
	for path, want := range map[string]int{"/old": 0, "/new": 1} {
		item, err := policy.ReadInvalidation(path)
		if err != nil {
			t.Fatal(err)
		}
		if n := s.edge.Invalidate("", []policy.InvalidationItem{item}); n != want {
			t.Errorf("%s removes %d copies, want %d", path, n, want)
		}
	}
}

// TestCacheTagsOfFunction proves CF-INV-52: an origin-response function gives an answer its
// tags; its changes are cached.
func TestCacheTagsOfFunction(t *testing.T) {
	t.Parallel()
	s := lambdaSite(t, "origin-response", `exports.handler = async (event) => {
  const response = event.Records[0].cf.response;
  response.headers['x-tags'] = [{ key: 'X-Tags', value: 'made' }];
  return response;
};`, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "max-age=60")
		_, _ = w.Write([]byte("body"))
	}})
	s.edge.Distribution.CacheTagHeader = "X-Tags"
	s.edge.Distribution.DefaultBehavior.CachePolicy = &distribution.CachePolicy{ID: "own", MaxTTL: 900}
	s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheOn})
	for _, want := range []string{"Miss from cloudfront", "Hit from cloudfront"} {
		if r, body := s.ask(t, edge.ViewerRequest{}); r.Header.Get("X-Cache") != want || r.Header.Get("X-Tags") != "made" || body != "body" {
			t.Errorf("got %q %v, want %s", body, r.Header, want)
		}
	}
	item, _ := policy.ReadInvalidation("#made")
	if n := s.edge.Invalidate("", []policy.InvalidationItem{item}); n != 1 {
		t.Errorf("%d copies went by the tag", n)
	}
}
