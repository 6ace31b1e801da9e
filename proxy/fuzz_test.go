package proxy_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/proxy"
)

// FuzzAbsoluteTarget: what is cut out is a target that names the same path and
// query as the whole.
func FuzzAbsoluteTarget(f *testing.F) {
	for _, seed := range []string{"http://a", "http://a/", "http://a?b", "https://u:p@a:1/x%2f?y", "http://[::1]/x", "http://a#b", "a://?://"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, uri string) {
		u, err := url.ParseRequestURI(uri)
		if err != nil || u.Host == "" || u.Scheme != "http" {
			return
		}
		got := proxy.AbsoluteTargetForTest("GET", uri)
		if !strings.HasPrefix(got, "/") || !strings.HasSuffix(uri, strings.TrimPrefix(got, "/")) {
			t.Fatalf("%q: got %q", uri, got)
		}
		again, err := url.ParseRequestURI(got)
		if err != nil || again.Path != u.Path && u.Path != "" || again.RawQuery != u.RawQuery {
			t.Errorf("%q: got %q, which reads %+v, %v; want %+v", uri, got, again, err, u)
		}
	})
}

// FuzzIsDNSName: what is taken for a name has no byte that could do harm.
func FuzzIsDNSName(f *testing.F) {
	for _, seed := range []string{"a.example", "xn--a", "_x.y", "-a", "a.", "", "a\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if !proxy.IsDNSNameForTest(name) {
			return
		}
		if name == "" || len(name) > 253 || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" ||
			strings.ContainsAny(name, "/\\\x00 *:@") || strings.Contains(name, "..") {
			t.Errorf("%q was taken for a name", name)
		}
	})
}
