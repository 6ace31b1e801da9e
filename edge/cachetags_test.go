package edge_test

import (
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// invalidate removes what the items name and says how many copies went.
func (c *cached) invalidate(items ...string) int {
	c.t.Helper()
	var all []policy.InvalidationItem
	for _, text := range items {
		item, err := policy.ReadInvalidation(text)
		if err != nil {
			c.t.Fatal(err)
		}
		all = append(all, item)
	}
	return c.edge.Invalidate("", all)
}

// TestCacheTags: which copies a tag removes.
func TestCacheTags(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := newCached(t, func(r *http.Request) string {
			tags := strings.TrimPrefix(r.RequestURI, "/")
			return answer(200, "Cache-Control: max-age=60\r\nX-Tags: "+tags+"\r\nX-Amz-Meta-X-Tags: meta\r\n", "x")
		})
		ask := func(paths ...string) {
			for _, path := range paths {
				c.ask(t, edge.ViewerRequest{URI: path})
			}
		}
		ask("/a,b")
		if n := c.invalidate("#a"); n != 0 {
			t.Errorf("CF-INV-40: %d copies went although no field is named", n)
		}
		c.edge.Distribution.CacheTagHeader = "x-tags"
		c.edge.Cache.Reset()
		ask("/a,b", "/b,c", "/d")
		r, _ := c.ask(t, edge.ViewerRequest{URI: "/d"})
		if r.Header.Get("X-Tags") != "d" { // CF-INV-53: it is passed on
			t.Errorf("the viewer gets X-Tags %q", r.Header.Get("X-Tags"))
		}
		if n := c.invalidate("#A", "#c", "/no"); n != 2 { // CF-INV-46, CF-INV-47
			t.Errorf("%d copies went, want 2", n)
		}
		if n := c.invalidate("#meta"); n != 0 {
			t.Errorf("CF-INV-51: metadata of a custom origin count: %d", n)
		}
		c.edge.Distribution.CacheTagHeader = "other" // CF-INV-49
		if n := c.invalidate("#d"); n != 0 {
			t.Errorf("CF-INV-49: %d copies went by a tag of before", n)
		}
		c.edge.Distribution.CacheTagHeader = "" // CF-INV-50
		if n := c.invalidate("#d"); n != 0 {
			t.Errorf("CF-INV-50: %d copies went", n)
		}
		if n := c.invalidate("/d"); n != 1 {
			t.Errorf("CF-INV-49, CF-INV-50: %d copies went by path", n)
		}
	})
	synctest.Test(t, func(t *testing.T) { // CF-INV-51
		c := newCached(t, func(*http.Request) string {
			return answer(200, "Cache-Control: max-age=60\r\nX-Amz-Meta-Tags: meta\r\n", "x")
		})
		c.edge.Distribution.CacheTagHeader = "tags"
		c.edge.Distribution.Origins[0].Kind = distribution.OriginS3
		c.ask(t, edge.ViewerRequest{})
		if n := c.invalidate("#meta"); n != 1 {
			t.Errorf("CF-INV-51: %d copies went", n)
		}
	})
}

// TestCacheInvalidation: an invalidation removes all variants of a path (CF-INV-10), by the
// viewer's URL without the origin's path (CF-INV-13), and responses in progress for it are not
// cached.
func TestCacheInvalidation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var c *cached
		during := false
		c = newCached(t, func(*http.Request) string {
			if during {
				during = false
				c.invalidate("/page")
			}
			return answer(200, "Cache-Control: max-age=60\r\n", "x")
		})
		c.edge.Distribution.Origins[0].Path = "/site"
		c.policy(func(p *distribution.CachePolicy) {
			p.Headers = distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: []string{"Accept-Language"}}
			p.QueryStrings = distribution.ValueSelection{Behavior: distribution.SelectAll}
		})
		for _, language := range []string{"de", "en"} {
			c.ask(t, edge.ViewerRequest{URI: "/page", Header: http.Header{"Accept-Language": {language}}})
			c.ask(t, edge.ViewerRequest{URI: "/page?x=1", Header: http.Header{"Accept-Language": {language}}})
		}
		if n := c.invalidate("/site/page"); n != 0 {
			t.Errorf("CF-INV-13: %d copies went by the origin's path", n)
		}
		if n := c.invalidate("/page"); n != 2 { // CF-INV-08
			t.Errorf("CF-INV-10: %d copies went, want 2", n)
		}
		if n := c.invalidate("/page*"); n != 2 {
			t.Errorf("CF-INV-10: %d copies went, want 2", n)
		}
		during = true
		before := c.asked.Load()
		c.want(edge.ViewerRequest{URI: "/page"}, before+1, "200 Miss - x")
		c.want(edge.ViewerRequest{URI: "/page"}, before+2, "200 Miss - x")
		c.want(edge.ViewerRequest{URI: "/page"}, before+2, "200 Hit 0 x")
	})
}
