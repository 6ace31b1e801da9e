package policy_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

func selection(behavior distribution.Selection, items ...string) distribution.ValueSelection {
	return distribution.ValueSelection{Behavior: behavior, Items: items}
}

var none = selection("none")

func cachePolicy(headers, cookies, query distribution.ValueSelection) *distribution.CachePolicy {
	return &distribution.CachePolicy{Headers: headers, Cookies: cookies, QueryStrings: query}
}

func originRequestPolicy(headers, cookies, query distribution.ValueSelection) *distribution.OriginRequestPolicy {
	return &distribution.OriginRequestPolicy{Headers: headers, Cookies: cookies, QueryStrings: query}
}

// TestBuildRequestHeaders checks whole origin requests, written as text, for
// the ways in which fields are selected.
func TestBuildRequestHeaders(t *testing.T) {
	t.Parallel()
	viewer := http.Header{
		"Accept": {"text/html"}, "Authorization": {"Bearer x"}, "Cookie": {"b=2; a=1; $Path=/"}, "User-Agent": {"curl/8"},
		"X-Custom": {"1", "2"}, "Connection": {"close"}, "Proxy-Connection": {"close"}, "Te": {"trailers"}, "Trailer": {"X"},
		"Upgrade": {"h2c"}, "X-Forwarded-Proto": {"https"}, "X-Real-Ip": {"10.0.0.1"}, "X-Edge-Secret": {"1"},
		"Proxy-Authorization": {"Basic y"}, "Proxy-Authenticate": {"Basic"}, "Referer": {"http://r/"},
	}
	const always = "X-Amz-Cf-Id: id\nX-Forwarded-For: 198.51.100.7\nVia: 1.1 edge.cloudfront.net (CloudFront)\nConnection: Keep-Alive\n"
	nothing := &distribution.CacheBehavior{CachePolicy: cachePolicy(none, none, none)}
	for _, row := range []struct {
		name     string
		behavior *distribution.CacheBehavior
		custom   []distribution.Header
		want     string
	}{
		{
			"CF-REQ-01 CF-REQ-02 CF-REQ-03 CF-REQ-24 CF-REQ-54 CF-REQ-55 CF-REQ-57 CF-REQ-58 CF-REQ-53: only the defaults",
			nothing, nil,
			"Host: origin.example\n" + always + "User-Agent: Amazon CloudFront\n",
		}, {
			"CF-REQ-08 CF-REQ-56 CF-REQ-44 to CF-REQ-52 (CF-REQ-45 CF-REQ-46 CF-REQ-47 CF-REQ-48 CF-REQ-49 CF-REQ-50 CF-REQ-51): AllViewer",
			&distribution.CacheBehavior{CachePolicy: cachePolicy(none, none, none), OriginRequestPolicy: originRequestPolicy(selection("allViewer"), selection("all"), selection("all"))}, nil,
			"Host: viewer.example\n" + always + "Accept: text/html\nAuthorization: Bearer x\nCookie: a=1; b=2\nReferer: http://r/\nUser-Agent: curl/8\nX-Custom: 1\nX-Custom: 2\n",
		}, {
			"CF-NAME-10 CF-NAME-11: AllViewerExceptHostHeader",
			&distribution.CacheBehavior{CachePolicy: cachePolicy(none, none, none), OriginRequestPolicy: originRequestPolicy(selection("allExcept", "host"), selection("all"), selection("all"))}, nil,
			"Host: origin.example\n" + always + "Accept: text/html\nAuthorization: Bearer x\nCookie: a=1; b=2\nReferer: http://r/\nUser-Agent: curl/8\nX-Custom: 1\nX-Custom: 2\n",
		}, {
			"CF-REQ-10 CF-COOKIE-03 CF-COOKIE-05: white lists, the name's case does not matter",
			&distribution.CacheBehavior{CachePolicy: cachePolicy(selection("whitelist", "x-CUSTOM"), selection("whitelist", "b"), none)}, nil,
			"Host: origin.example\n" + always + "Cookie: b=2\nUser-Agent: Amazon CloudFront\nX-Custom: 1\nX-Custom: 2\n",
		}, {
			"CF-HDR-01 CF-HDR-02: custom headers over the viewer's",
			&distribution.CacheBehavior{CachePolicy: cachePolicy(selection("whitelist", "X-Custom"), none, none)},
			[]distribution.Header{{Name: "x-custom", Value: "edge"}, {Name: "X-Secret", Value: "s"}},
			"Host: origin.example\n" + always + "User-Agent: Amazon CloudFront\n" + "x-custom: edge\nX-Secret: s\n",
		}, {
			"CF-REQ-12 CF-REQ-13 CF-REQ-16 CF-REQ-20: legacy, nothing listed",
			&distribution.CacheBehavior{ForwardedValues: &distribution.ForwardedValues{Cookies: none}}, nil,
			"Host: origin.example\n" + always + "User-Agent: Amazon CloudFront\nX-Custom: 1\nX-Custom: 2\n",
		}, {
			"CF-CACHE-33: legacy, all headers",
			&distribution.CacheBehavior{ForwardedValues: &distribution.ForwardedValues{Cookies: selection("all"), Headers: []string{"*"}}}, nil,
			"Host: viewer.example\n" + always + "Accept: text/html\nAuthorization: Bearer x\nCookie: a=1; b=2\nReferer: http://r/\nUser-Agent: curl/8\nX-Custom: 1\nX-Custom: 2\n",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := policy.BuildRequest(policy.RequestFacts{
				Method: "GET", Host: "viewer.example", URI: "/", Proto: "HTTP/1.1", Header: viewer, RemoteAddr: "198.51.100.7:4711",
				ID: "id", EdgeHost: "edge.cloudfront.net", Behavior: row.behavior,
				Origin: &distribution.Origin{DomainName: "origin.example", CustomHeaders: row.custom},
			})
			var text strings.Builder
			for _, f := range got.Header {
				text.WriteString(f.Name + ": " + f.Value + "\n")
			}
			if text.String() != row.want {
				t.Errorf("got\n%s\nwant\n%s", text.String(), row.want)
			}
			if got.HostForwarded != strings.HasPrefix(row.want, "Host: viewer") {
				t.Errorf("HostForwarded = %t", got.HostForwarded)
			}
		})
	}
}

// TestBuildRequestURI checks the request target: origin path, default root
// object and query string.
func TestBuildRequestURI(t *testing.T) {
	t.Parallel()
	list := selection("whitelist", "a")
	block := selection("allExcept", "a")
	for _, row := range []struct {
		name          string
		cache, origin distribution.ValueSelection
		path, root    string
		uri, want     string
	}{
		{"CF-QS-01", none, none, "", "", "/x?a=1&b=2", "/x"},
		{"CF-QS-04", list, none, "", "", "/x?a=1&b=2&a=3", "/x?a=1&a=3"},
		{"CF-QS-03", list, none, "", "", "/x?a=1;b=2&c=3", "/x?a=1;b=2"},
		{"CF-REQ-04", list, block, "", "", "/x?a=1&b=2", "/x?a=1&b=2"},
		{"CF-REQ-05", selection("all"), block, "", "", "/x?a=1&b=2", "/x?a=1&b=2"},
		{"CF-REQ-06", block, list, "", "", "/x?a=1&b=2", "/x?a=1&b=2"},
		{"CF-REQ-07", block, selection("allExcept", "b"), "", "", "/x?a=1&b=2&c=3", "/x?c=3"},
		{"CF-REQ-08", block, selection("all"), "", "", "/x?a=1&b=2", "/x?a=1&b=2"},
		{"CF-REQ-11", selection("whitelist", "*"), none, "", "", "/x?a=1&*=2", "/x?*=2"},
		{"CF-PATH-01", none, none, "/v1", "", "/x", "/v1/x"},
		{"CF-PATH-04", none, none, "", "", "//a/../b%2F", "//a/../b%2F"},
		{"CF-PATH-05", none, none, "", "index.html", "/", "/index.html"},
		{"CF-PATH-05 with path and query", none, selection("all"), "/v1", "index.html", "/?q", "/v1/index.html?q"},
		{"CF-PATH-05 not below", none, none, "", "index.html", "/sub/", "/sub/"},
	} {
		got := policy.BuildRequest(policy.RequestFacts{
			Method: "GET", URI: row.uri, Proto: "HTTP/1.1", DefaultRootObject: row.root,
			Behavior: &distribution.CacheBehavior{CachePolicy: cachePolicy(none, none, row.cache), OriginRequestPolicy: originRequestPolicy(none, none, row.origin)},
			Origin:   &distribution.Origin{DomainName: "o", Path: row.path},
		})
		if got.URI != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got.URI, row.want)
		}
	}
}

// TestBuildRequestChains checks the fields that the edge adds to: CF-REQ-59,
// CF-REQ-60, CF-REQ-62.
func TestBuildRequestChains(t *testing.T) {
	t.Parallel()
	got := policy.BuildRequest(policy.RequestFacts{
		Method: "GET", URI: "/", Proto: "HTTP/2.0", RemoteAddr: "[2001:db8::1]:443", EdgeHost: "e.cloudfront.net",
		Header:   http.Header{"X-Forwarded-For": {"a,b"}, "Via": {"1.0 fred"}},
		Behavior: &distribution.CacheBehavior{CachePolicy: cachePolicy(none, none, none)}, Origin: &distribution.Origin{DomainName: "o"},
	})
	want := map[string]string{"X-Forwarded-For": "a,b,2001:db8::1", "Via": "1.0 fred, 2.0 e.cloudfront.net (CloudFront)"}
	for _, f := range got.Header {
		if w, ok := want[f.Name]; ok && f.Value != w {
			t.Errorf("%s: got %q, want %q", f.Name, f.Value, w)
		}
	}
}

// TestAcceptEncoding proves CF-COMP-01 to CF-COMP-09.
func TestAcceptEncoding(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name         string
		gzip, brotli bool
		proto        string
		sent         []string
		want         string // "" = the field is absent
	}{
		{"CF-COMP-01", true, true, "HTTP/1.1", []string{"gzip, deflate, br"}, "br,gzip"},
		{"CF-COMP-02", true, true, "HTTP/1.1", []string{"gzip"}, "gzip"},
		{"CF-COMP-03", true, true, "HTTP/1.1", []string{"br;q=1.0"}, "br"},
		{"CF-COMP-04", true, true, "HTTP/1.1", []string{"deflate"}, "identity"},
		{"CF-COMP-05", true, false, "HTTP/1.1", []string{"br, gzip"}, "gzip"},
		{"CF-COMP-06", true, true, "HTTP/1.1", nil, ""},
		{"CF-COMP-07", false, false, "HTTP/1.1", []string{"gzip"}, ""},
		{"CF-COMP-09", true, true, "HTTP/1.0", []string{"gzip"}, ""},
		{"refused by quality", true, true, "HTTP/1.1", []string{"gzip;q=0, br"}, "br"},
	} {
		p := cachePolicy(none, none, none)
		p.Gzip, p.Brotli = row.gzip, row.brotli
		got := policy.BuildRequest(policy.RequestFacts{
			Method: "GET", URI: "/", Proto: row.proto, Header: http.Header{"Accept-Encoding": row.sent},
			Behavior: &distribution.CacheBehavior{CachePolicy: p}, Origin: &distribution.Origin{DomainName: "o"},
		})
		value := ""
		for _, f := range got.Header {
			if f.Name == "Accept-Encoding" {
				value = f.Value
			}
		}
		if value != row.want {
			t.Errorf("%s: got %q, want %q", row.name, value, row.want)
		}
	}
}

// TestViewerHeader proves CF-COOKIE-01, CF-RESP-02, CF-RESP-03 and CF-RESP-04.
func TestViewerHeader(t *testing.T) {
	t.Parallel()
	origin := http.Header{
		"Content-Type": {"text/plain"}, "Set-Cookie": {"a=1"}, "Trailer": {"X"}, "Upgrade": {"h2c"}, "Connection": {"X-Hop"},
		"X-Hop": {"1"}, "Server": {"nginx"}, "Via": {"1.1 varnish"}, "X-Cache": {"HIT"},
	}
	without := policy.ViewerHeader(origin.Clone(), &distribution.CacheBehavior{CachePolicy: cachePolicy(none, none, none)}, nil)
	for _, name := range []string{"Set-Cookie", "Trailer", "Upgrade", "Connection", "X-Hop", "X-Cache"} {
		if without.Get(name) != "" {
			t.Errorf("%s reached the viewer", name)
		}
	}
	if without.Get("Server") != "nginx" || without.Get("Via") != "1.1 varnish" {
		t.Errorf("fields of the origin are missing: %v", without)
	}
	with := policy.ViewerHeader(origin, &distribution.CacheBehavior{CachePolicy: cachePolicy(none, selection("all"), none)}, nil)
	if with.Get("Set-Cookie") != "a=1" {
		t.Error("Set-Cookie is missing though cookies are forwarded")
	}
}
