package edge_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/policy"
)

// cachedSite keeps what its origin sends for a minute.
func cachedSite(t *testing.T, origin http.HandlerFunc) *site {
	t.Helper()
	s := newSite(t, map[string]http.HandlerFunc{"app": origin})
	b := &s.edge.Distribution.DefaultBehavior
	b.TargetOriginID = "app"
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingOptimized")
	s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheOn})
	return s
}

// ran are the events of the functions that ran in an exchange.
func (s *site) ran(t *testing.T, r *edge.Response) string {
	t.Helper()
	var events []string
	for _, f := range s.last(t, r).Functions {
		events = append(events, f.Event)
	}
	return strings.Join(events, " ")
}

// TestFunctionsAndCache: the viewer's functions run on hits, too (CF-FN-49, CF-FN-50,
// CF-LAE-02, CF-LAE-05); the rewritten URI is cached and invalidated (CF-FN-11, CF-INV-15,
// CF-LAE-36), and the chosen origin is not part of the key (CF-MOD-46).
func TestFunctionsAndCache(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	s := cachedSite(t, func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		_, _ = w.Write([]byte(r.Host + r.URL.Path))
	})
	s.attach(t, map[string]string{
		"viewer-request": `import cf from 'cloudfront';
function handler(event) {
  if (event.request.uri === '/b') { cf.updateRequestOrigin({ hostHeader: 'b.example' }); }
  event.request.uri = '/same';
  return event.request;
}`,
		"viewer-response": `function handler(event) { event.response.headers['x-ran'] = { value: event.request.uri }; return event.response; }`,
	})
	for i, row := range []struct{ uri, cache string }{{"/a", "Miss"}, {"/b", "Hit"}, {"/a", "Hit"}} {
		r, body := s.ask(t, edge.ViewerRequest{URI: row.uri})
		if body != "app.example/same" || r.Header.Get("X-Cache") != row.cache+" from cloudfront" || r.Header.Get("X-Ran") != "/same" || s.ran(t, r) != "viewer-request viewer-response" {
			t.Errorf("%d: got %q %v, ran %s", i, body, r.Header, s.ran(t, r))
		}
	}
	var items []policy.InvalidationItem
	for _, path := range []string{"/a", "/same"} {
		item, err := policy.ReadInvalidation(path)
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, item)
	}
	s.edge.Invalidate("", items)
	if s.ask(t, edge.ViewerRequest{URI: "/a"}); asked.Load() != 2 {
		t.Errorf("the origin was asked %d times, want twice", asked.Load())
	}
}

// TestLambdaAndCache: the origin's functions only run on misses (CF-LAE-03, CF-LAE-04),
// their response is cached (CF-LAE-35, CF-LAE-51), and the answer of a viewer-request
// function is not (CF-LAE-50).
func TestLambdaAndCache(t *testing.T) {
	t.Parallel()
	code := `let n = 0;
exports.handler = async (event) => {
  const { config, request, response } = event.Records[0].cf;
  if (config.eventType === 'origin-response') { response.headers['x-n'] = [{ value: String(++n) }]; return response; }
  if (request.uri === '/made') { return { status: '200', headers: { 'cache-control': [{ value: 'max-age=60' }] }, body: 'made ' + ++n }; }
  return request;
};`
	for _, event := range []string{"origin-request", "origin-response", "viewer-request"} {
		t.Run(event, func(t *testing.T) {
			t.Parallel()
			s := lambdaSite(t, event, code, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Cache-Control", "max-age=60") }})
			b := &s.edge.Distribution.DefaultBehavior
			b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingOptimized")
			s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheOn})
			uri := "/made"
			if event == "origin-response" {
				uri = "/x"
			}
			first, one := s.ask(t, edge.ViewerRequest{URI: uri})
			second, two := s.ask(t, edge.ViewerRequest{URI: uri})
			kept := one == two && first.Header.Get("X-N") == second.Header.Get("X-N")
			if again := s.ran(t, second) != ""; again != (event == "viewer-request") || kept == again || s.ran(t, first) != event {
				t.Errorf("first %q %v, second %q %v", one, s.ran(t, first), two, s.ran(t, second))
			}
		})
	}
}

// TestFunctionsOnTheWay: no function runs for a redirect to HTTPS (CF-FN-46), one
// run serves both members of a group (CF-FN-51), and the origin's functions run
// for each (CF-LAE-07).
func TestFunctionsOnTheWay(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": status(500), "other": status(200)})
	d := s.edge.Distribution
	d.OriginGroups = []distribution.OriginGroup{{ID: "both", Members: []string{"app", "other"}, StatusCodes: []int{500}}}
	d.DefaultBehavior.TargetOriginID = "both"
	s.attach(t, map[string]string{"viewer-request": `function handler(event) { return event.request; }`})
	r, _ := s.ask(t, edge.ViewerRequest{URI: "/"})
	if r.Status != 200 || s.ran(t, r) != "viewer-request" {
		t.Errorf("CF-FN-51: got %d, ran %s", r.Status, s.ran(t, r))
	}
	d.DefaultBehavior.ViewerProtocolPolicy = distribution.ViewerRedirectToHTTPS
	if r, _ := s.ask(t, edge.ViewerRequest{URI: "/"}); r.Status != 301 || s.ran(t, r) != "" {
		t.Errorf("CF-FN-46: got %d, ran %s", r.Status, s.ran(t, r))
	}
	lambda := lambdaSite(t, "origin-request", `exports.handler = async (e) => e.Records[0].cf.request;`, map[string]http.HandlerFunc{"app": status(500), "other": status(200)})
	d = lambda.edge.Distribution
	d.OriginGroups = []distribution.OriginGroup{{ID: "both", Members: []string{"app", "other"}, StatusCodes: []int{500}}}
	d.DefaultBehavior.TargetOriginID = "both"
	if r, _ := lambda.ask(t, edge.ViewerRequest{URI: "/"}); r.Status != 200 || lambda.ran(t, r) != "origin-request origin-request" {
		t.Errorf("CF-LAE-07: got %d, ran %s", r.Status, lambda.ran(t, r))
	}
}

// TestCloudFrontHeadersInFunctions: a CloudFront function sees the edge's own
// fields that a policy asks for (CF-FN-65); a Lambda on viewer-request does not,
// and on origin-request does (CF-LAE-43, CF-LAE-44).
func TestCloudFrontHeadersInFunctions(t *testing.T) {
	t.Parallel()
	with := func(s *site) *site {
		b := &s.edge.Distribution.DefaultBehavior
		b.TargetOriginID = "app"
		b.OriginRequestPolicy = &distribution.OriginRequestPolicy{Headers: distribution.ValueSelection{Behavior: distribution.SelectAllViewerAndCloudFront, Items: []string{"CloudFront-Viewer-Country"}}}
		s.edge.Geography = map[string]string{"CloudFront-Viewer-Country": "DE"}
		return s
	}
	answer := func(w http.ResponseWriter, r *http.Request) { _, _ = w.Write([]byte(r.Header.Get("X-Saw"))) }
	s := with(newSite(t, map[string]http.HandlerFunc{"app": answer}))
	s.attach(t, map[string]string{"viewer-request": `function handler(event) { event.request.headers['x-saw'] = { value: event.request.headers['cloudfront-viewer-country'].value }; return event.request; }`})
	if r, body := s.ask(t, edge.ViewerRequest{URI: "/", Header: http.Header{"Cloudfront-Viewer-Country": {"XX"}}}); body != "DE" {
		t.Errorf("CF-FN-65: got %q: %+v", body, s.last(t, r).Functions)
	}
	code := `exports.handler = async (e) => { const r = e.Records[0].cf.request; const c = r.headers['cloudfront-viewer-country']; r.headers['x-saw'] = [{ value: c ? c[0].value : 'none' }]; return r; };`
	for event, want := range map[string]string{"viewer-request": "none", "origin-request": "DE"} {
		s := with(lambdaSite(t, event, code, map[string]http.HandlerFunc{"app": answer}))
		if r, body := s.ask(t, edge.ViewerRequest{URI: "/"}); body != want {
			t.Errorf("CF-LAE-43 at %s: got %q: %+v", event, body, s.last(t, r).Functions)
		}
	}
}

// TestStoreOfFunction: the store that the configuration associates (CF-KVS-12,
// CF-KVS-13), from its own entries, which no run sees change (CF-KVS-28).
func TestStoreOfFunction(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": status(200)})
	b := &s.edge.Distribution.DefaultBehavior
	b.TargetOriginID = "app"
	b.Functions = []distribution.FunctionAssociation{{EventType: "viewer-request", ARN: "f", Function: &distribution.Function{
		Code:   "import cf from 'cloudfront';\nasync function handler(event) { return { statusCode: 302, headers: { location: { value: await cf.kvs().get(event.request.uri) } } }; }",
		Stores: []*distribution.KeyValueStore{{Name: "routes", Known: true, Entries: []distribution.KeyValue{{Key: "/old", Value: "/new"}}}},
	}}}
	s.load(t, functions.Sources{})
	if r, _ := s.ask(t, edge.ViewerRequest{URI: "/old"}); r.Status != 302 || r.Header.Get("Location") != "/new" {
		t.Errorf("got %d %v", r.Status, r.Header)
	}
	if r, _ := s.ask(t, edge.ViewerRequest{URI: "/other"}); r.Status != 503 {
		t.Errorf("a missing key: got %d", r.Status)
	}
}
