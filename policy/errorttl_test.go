package policy_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

func TestErrorTTL(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	managed := func(name string) *distribution.CacheBehavior {
		p, ok := distribution.ManagedCachePolicy(name)
		if !ok {
			t.Fatalf("no managed policy %q", name)
		}
		return &distribution.CacheBehavior{PathPattern: "*", CachePolicy: p, CachedMethods: []string{"GET", "HEAD"}}
	}
	optimized, disabled := managed("CachingOptimized"), managed("CachingDisabled")
	limited := &distribution.CacheBehavior{PathPattern: "/short*", CachePolicy: &distribution.CachePolicy{DefaultTTL: 20, MaxTTL: 30}}
	off := &distribution.CacheBehavior{PathPattern: "*", CachePolicy: &distribution.CachePolicy{}}
	old := legacy()
	old.ForwardedValues.MaxTTL = 3600
	all := legacy("*")
	all.ForwardedValues.MaxTTL = 3600
	responses := []distribution.CustomErrorResponse{{ErrorCode: 503, ErrorCachingMinTTL: 0}, {ErrorCode: 502, ErrorCachingMinTTL: 300}}
	header := func(name, value string) http.Header { return http.Header{name: {value}} }
	control := func(value string) http.Header { return header("Cache-Control", value) }
	for _, row := range []struct {
		name string
		f    policy.ErrorTTLFacts
		want int
		rule policy.RuleID
	}{
		{"CF-CACHE-20, CF-CACHE-54 unreachable", policy.ErrorTTLFacts{Status: 504}, 10, "CF-CACHE-20"},
		{"CF-CACHE-20 the entry's time", policy.ErrorTTLFacts{Status: 502}, 300, "CF-CACHE-20"},
		{"CF-CACHE-20, CF-CACHE-55 max-age is longer", policy.ErrorTTLFacts{Status: 500, Header: control("public, max-age=60")}, 60, "CF-CACHE-20"},
		{"CF-CACHE-20 max-age is shorter", policy.ErrorTTLFacts{Status: 500, Header: control("max-age=3")}, 10, "CF-CACHE-20"},
		{"CF-CACHE-05 s-maxage before max-age", policy.ErrorTTLFacts{Status: 500, Header: control("max-age=90, s-maxage=40")}, 40, "CF-CACHE-20"},
		{"CF-CACHE-07 max-age before Expires", policy.ErrorTTLFacts{Status: 500, Header: http.Header{"Cache-Control": {"max-age=15"}, "Expires": {now.Add(time.Hour).Format(http.TimeFormat)}}}, 15, "CF-CACHE-20"},
		{"CF-CACHE-06 Expires", policy.ErrorTTLFacts{Status: 500, Header: header("Expires", now.Add(25*time.Second).Format(http.TimeFormat))}, 25, "CF-CACHE-20"},
		{"an Expires of yesterday", policy.ErrorTTLFacts{Status: 500, Header: header("Expires", now.Add(-time.Hour).Format(http.TimeFormat))}, 10, "CF-CACHE-20"},
		{"CF-CACHE-21 404", policy.ErrorTTLFacts{Status: 404}, 10, "CF-CACHE-21"},
		{"CF-CACHE-21 414", policy.ErrorTTLFacts{Status: 414}, 10, "CF-CACHE-21"},
		{"CF-CACHE-26 410", policy.ErrorTTLFacts{Status: 410}, 10, "CF-CACHE-26"},
		{"CF-CACHE-22, CF-CACHE-51 400", policy.ErrorTTLFacts{Status: 400}, 0, "CF-CACHE-22"},
		{"CF-CACHE-22 403 with Expires", policy.ErrorTTLFacts{Status: 403, Header: header("Expires", now.Add(time.Hour).Format(http.TimeFormat))}, 0, "CF-CACHE-22"},
		{"CF-CACHE-22 403 with max-age", policy.ErrorTTLFacts{Status: 403, Header: control("max-age=20")}, 20, "CF-CACHE-22"},
		{"CF-CACHE-22 415 with s-maxage", policy.ErrorTTLFacts{Status: 415, Header: control("s-maxage=5")}, 10, "CF-CACHE-22"},
		{"CF-CACHE-23", policy.ErrorTTLFacts{Status: 502, Behavior: disabled}, 0, "CF-CACHE-23"},
		{"CF-CACHE-24 404", policy.ErrorTTLFacts{Status: 404, Header: control("No-Store")}, 0, "CF-CACHE-24"},
		{"CF-CACHE-24 501", policy.ErrorTTLFacts{Status: 501, Header: control("max-age=50, private")}, 0, "CF-CACHE-24"},
		{"CF-CACHE-25 500", policy.ErrorTTLFacts{Status: 500, Header: control("no-store, max-age=50")}, 10, "CF-CACHE-25"},
		{"CF-CACHE-25 503 for its own time", policy.ErrorTTLFacts{Status: 503, Header: control("no-cache")}, 0, "CF-CACHE-25"},
		{"CF-CACHE-27", policy.ErrorTTLFacts{Status: 416, Header: control("max-age=50")}, 0, "CF-CACHE-27"},
		{"CF-CACHE-28 custom origin", policy.ErrorTTLFacts{Status: 503}, 0, "CF-CACHE-28"},
		{"CF-CACHE-28 S3", policy.ErrorTTLFacts{Status: 503, FromS3: true}, 1, "CF-CACHE-28"},
		{"CF-CACHE-29", policy.ErrorTTLFacts{Status: 500, Behavior: limited, Header: control("max-age=500")}, 30, "CF-CACHE-29"},
		{"CF-CACHE-29 the page's behavior", policy.ErrorTTLFacts{Status: 500, Page: control("max-age=500"), PageBehavior: limited}, 30, "CF-CACHE-29"},
		{"the page's own time", policy.ErrorTTLFacts{Status: 500, Header: control("max-age=5000"), Page: control("max-age=70"), PageBehavior: optimized}, 70, "CF-CACHE-20"},
		{"CF-CACHE-01", policy.ErrorTTLFacts{Method: "POST", Status: 500}, 0, "CF-CACHE-01"},
		{"CF-CACHE-12", policy.ErrorTTLFacts{Status: 500, Behavior: off}, 0, "CF-CACHE-12"},
		{"CF-CACHE-33", policy.ErrorTTLFacts{Status: 500, Behavior: all}, 0, "CF-CACHE-33"},
		{"legacy", policy.ErrorTTLFacts{Status: 500, Behavior: old}, 10, "CF-CACHE-20"},
		{"CF-CACHE-52 a status that no page names", policy.ErrorTTLFacts{Status: 429, Header: control("max-age=50")}, 0, "CF-CACHE-52"},
		{"CF-CACHE-14 more than a hundred years", policy.ErrorTTLFacts{Status: 500, Header: control("max-age=9223372036854775807")}, 31536000, "CF-CACHE-29"},
	} {
		row.f.Responses, row.f.Now = responses, now
		if row.f.Behavior == nil {
			row.f.Behavior = optimized
		}
		if row.f.Method == "" {
			row.f.Method = "GET"
		}
		got := policy.ErrorTTLFor(row.f)
		if got.For != time.Duration(row.want)*time.Second || got.Rule != row.rule || got.Why == "" {
			t.Errorf("%s: got %s by %s (%s), want %d s by %s", row.name, got.For, got.Rule, got.Why, row.want, row.rule)
		}
		finding := got.Finding()
		if kept := row.want > 0; (finding.Verdict == policy.Warn) != kept || strings.Contains(finding.Observed, "would not keep") == kept || (finding.Hint != "") != kept {
			t.Errorf("%s: the finding says %q, %q", row.name, finding.Verdict, finding.Observed)
		}
	}
}

// TestCacheKey proves CF-CACHE-02, CF-CACHE-32 and CF-CONN-07: what is in the key and what
// is not.
func TestCacheKey(t *testing.T) {
	t.Parallel()
	none := selection("none")
	base := policy.RequestFacts{Method: "GET", Scheme: "http", Host: "a.example", URI: "/x?b=2&a=1", Proto: "HTTP/1.1",
		Header: http.Header{"X-One": {"1"}, "Cookie": {"k=v; other=w"}, "Accept-Encoding": {"gzip, br"}, "User-Agent": {"curl/8"}}}
	keyed := &distribution.CacheBehavior{CachePolicy: cachePolicy(selection("whitelist", "x-one", "Host", "CloudFront-Is-Mobile-Viewer"), selection("whitelist", "k"), selection("whitelist", "a"))}
	keyed.CachePolicy.Gzip = true
	keyed.OriginRequestPolicy = originRequestPolicy(selection("allViewer"), selection("all"), selection("all"))
	plain := &distribution.CacheBehavior{CachePolicy: cachePolicy(none, none, none)}
	old := legacy("X-One")
	old.ForwardedValues.QueryString, old.ForwardedValues.QueryStringCacheKeys = true, []string{"a"}
	with := func(change func(*policy.RequestFacts)) policy.RequestFacts {
		f := base
		f.Header = base.Header.Clone()
		change(&f)
		return f
	}
	for _, row := range []struct {
		name     string
		behavior *distribution.CacheBehavior
		other    policy.RequestFacts
		same     bool
	}{
		{"CF-CONN-07 scheme", plain, with(func(f *policy.RequestFacts) { f.Scheme = "https" }), true},
		{"CF-CACHE-02 query, fields, cookies, Host", plain, with(func(f *policy.RequestFacts) {
			f.URI, f.Host, f.Header = "/x", "b.example", http.Header{"User-Agent": {"x"}}
		}), true},
		{"path", plain, with(func(f *policy.RequestFacts) { f.URI = "/y" }), false},
		{"letter case of the path", plain, with(func(f *policy.RequestFacts) { f.URI = "/X" }), false},
		{"HEAD", plain, with(func(f *policy.RequestFacts) { f.Method = "HEAD" }), true},
		{"CF-CACHE-32 OPTIONS", plain, with(func(f *policy.RequestFacts) { f.Method = "OPTIONS" }), false},
		{"a keyed field", keyed, with(func(f *policy.RequestFacts) { f.Header.Set("X-One", "2") }), false},
		{"a field that is only forwarded", keyed, with(func(f *policy.RequestFacts) { f.Header.Set("X-Two", "2") }), true},
		{"a keyed cookie", keyed, with(func(f *policy.RequestFacts) { f.Header.Set("Cookie", "k=u") }), false},
		{"a cookie that is only forwarded", keyed, with(func(f *policy.RequestFacts) { f.Header.Set("Cookie", "k=v; more=1") }), true},
		{"a keyed parameter", keyed, with(func(f *policy.RequestFacts) { f.URI = "/x?a=2" }), false},
		{"a parameter that is only forwarded", keyed, with(func(f *policy.RequestFacts) { f.URI = "/x?a=1&c=3" }), true},
		{"Host", keyed, with(func(f *policy.RequestFacts) { f.Host = "b.example" }), false},
		{"Host in another letter case", keyed, with(func(f *policy.RequestFacts) { f.Host = "A.EXAMPLE" }), true},
		{"encodings are normalized", keyed, with(func(f *policy.RequestFacts) { f.Header.Set("Accept-Encoding", "gzip;q=0.5") }), true},
		{"no gzip", keyed, with(func(f *policy.RequestFacts) { f.Header.Del("Accept-Encoding") }), false},
		{"a field of the edge's own", keyed, with(func(f *policy.RequestFacts) { f.Header.Set("User-Agent", "Mozilla/5.0 (iPhone)") }), false},
		{"legacy cache keys", old, with(func(f *policy.RequestFacts) { f.URI = "/x?a=1&z=3" }), true},
		{"legacy cache keys, another value", old, with(func(f *policy.RequestFacts) { f.URI = "/x?a=9" }), false},
	} {
		one := base
		one.Behavior, row.other.Behavior = row.behavior, row.behavior
		if got := policy.CacheKey(one) == policy.CacheKey(row.other); got != row.same {
			t.Errorf("%s: the same %t, want %t: %q and %q", row.name, got, row.same, policy.CacheKey(one), policy.CacheKey(row.other))
		}
	}
	root := base
	root.Behavior, root.URI, root.DefaultRootObject = plain, "/", "index.html"
	index := root
	index.URI = "/index.html"
	if policy.CacheKey(root) != policy.CacheKey(index) {
		t.Error("the default root object has two keys")
	}
}
