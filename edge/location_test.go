package edge_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
)

// named returns a distribution with a name.
func named(name, domain string, aliases ...string) *edge.Location {
	d := &distribution.Distribution{
		Name: name, DomainName: domain, Aliases: aliases, Enabled: true,
		Origins: []distribution.Origin{distribution.NewOrigin("o", name+".example")}, DefaultBehavior: distribution.NewCacheBehavior("o"),
	}
	return &edge.Location{Distribution: d}
}

// TestHostChooses: which of several distributions a Host means (CF-ERR-18), the most
// particular alias before wildcards (CF-VIEW-56), and the
// contract where CloudFront has no local edge.
func TestHostChooses(t *testing.T) {
	t.Parallel()
	shop := named("shop", "d1.cloudfront.net", "www.example.com", "*.shop.example.com")
	blog := named("blog", "d2.cloudfront.net", "blog.example.com", "*.example.com", "x.shop.example.com")
	unknown, open := named("unknown", "", "other.example"), named("open", "")
	for _, row := range []struct {
		host, want string
		set        []*edge.Location
	}{
		{"www.example.com", "shop", []*edge.Location{shop, blog}},
		{"WWW.Example.com.:8080", "shop", []*edge.Location{blog, shop}}, // exact before wildcard
		{"blog.example.com", "blog", []*edge.Location{shop, blog}},
		{"a.example.com", "blog", []*edge.Location{shop, blog}},
		{"a.shop.example.com", "shop", []*edge.Location{blog, shop}}, // the longer wildcard
		{"x.shop.example.com", "blog", []*edge.Location{shop, blog}},
		{"example.com", "", []*edge.Location{shop, blog}},
		{"D2.cloudfront.net", "blog", []*edge.Location{shop, blog}},
		{"d3.cloudfront.net", "", []*edge.Location{shop, blog}},
		{"d3.cloudfront.net", "unknown", []*edge.Location{shop, unknown}},
		{"d3.cloudfront.net", "shop", []*edge.Location{shop}},
		{"127.0.0.1:8080", "blog", []*edge.Location{blog, shop}},
		{"[::1]:8080", "shop", []*edge.Location{shop, blog}},
		{"localhost", "shop", []*edge.Location{shop, blog}},
		{"else.test", "", []*edge.Location{shop, blog}},
		{"else.test", "open", []*edge.Location{shop, open}},
		{"www.example.com", "shop", []*edge.Location{open, shop}},
		{"", "", []*edge.Location{shop, blog}},
	} {
		var e edge.Edge
		e.Replace(row.set)
		r := e.Route(&edge.ViewerRequest{Method: "GET", Scheme: "http", Host: row.host, URI: "/", Proto: "HTTP/1.1"})
		got := ""
		if r.Location != nil {
			got = r.Location.Name()
		}
		if row.host != "" && got != row.want || (got != "") != e.ServesHost(row.host) && row.host != "" {
			t.Errorf("%q of %d: got %q, want %q", row.host, len(row.set), got, row.want)
		}
		if got == "" && r.Cause == nil {
			t.Errorf("%q: no location and no cause", row.host)
		}
		e.AnyHost = true
		if r := e.Route(&edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "else.test", URI: "/", Proto: "HTTP/1.1"}); r.Location == nil {
			t.Errorf("%q: AnyHost serves no else.test", row.host)
		}
	}
}

// TestReplace: a request in flight finishes on the distribution that it began with,
// and the next one is served by the new set.
func TestReplace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		asked, answers := make(chan struct{}, 2), make(chan struct{}, 2)
		s := newBubble(t, map[string]talk{"app": func(*http.Request) string {
			asked <- struct{}{}
			<-answers
			return answer(200, "", "")
		}})
		old := *s.edge.Distribution
		old.Name, old.DefaultRootObject = "old", "old.html"
		changed := old
		changed.Name, changed.DefaultRootObject = "new", "new.html"
		s.edge.Replace([]*edge.Location{{Distribution: &old}})
		var flight sync.WaitGroup
		flight.Go(func() {
			r, _ := s.ask(t, edge.ViewerRequest{URI: "/"})
			if x := s.recorded(t, r); x.Distribution != "old" || x.Sent.URI != "/old.html" {
				t.Errorf("in flight: %q asked for %q, want old", x.Distribution, x.Sent.URI)
			}
		})
		<-asked
		s.edge.Replace([]*edge.Location{{Distribution: &changed}})
		answers <- struct{}{}
		answers <- struct{}{}
		flight.Wait()
		r, _ := s.ask(t, edge.ViewerRequest{URI: "/"})
		if x := s.recorded(t, r); x.Distribution != "new" || x.Sent.URI != "/new.html" {
			t.Errorf("after it: %q asked for %q, want new", x.Distribution, x.Sent.URI)
		}
	})
}

// TestErrorCacheOfSeveral: an error cached for one distribution is not served for another.
func TestErrorCacheOfSeveral(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newBubble(t, map[string]talk{"app": func(*http.Request) string { return answer(503, "", "") }})
		s.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheErrors})
		a, b := *s.edge.Distribution, *s.edge.Distribution
		a.Name, a.Aliases, b.Name, b.Aliases = "a", []string{"a.example"}, "b", []string{"b.example"}
		s.edge.Replace([]*edge.Location{{Distribution: &a}, {Distribution: &b}})
		var asked string
		for _, host := range []string{"a.example", "b.example", "a.example"} {
			r, _ := s.ask(t, edge.ViewerRequest{Host: host})
			asked += fmt.Sprint(s.recorded(t, r).Sent != nil, " ")
		}
		if asked != "true true false " {
			t.Errorf("origin asked: %s, want it once for each distribution", asked)
		}
	})
}
