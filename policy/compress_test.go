package policy_test

import (
	"net/http"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestDecideCompression proves CF-COMP-09, CF-COMP-10, CF-COMP-11 and
// CF-LIMIT-05: each row changes one thing about a response that is compressed.
func TestDecideCompression(t *testing.T) {
	t.Parallel()
	type facts = policy.CompressionFacts
	formats := func(gzip, brotli bool) *distribution.CachePolicy {
		p := cachePolicy(none, none, none)
		p.Gzip, p.Brotli = gzip, brotli
		return p
	}
	accept := func(s string) func(f *facts) {
		return func(f *facts) { f.Request = http.Header{"Accept-Encoding": {s}} }
	}
	status := func(n int) func(f *facts) { return func(f *facts) { f.Status = n } }
	length := func(n int64) func(f *facts) { return func(f *facts) { f.ContentLength = n } }
	contentType := func(s string) func(f *facts) { return func(f *facts) { f.Header.Set("Content-Type", s) } }
	for _, row := range []struct {
		name string
		edit func(f *facts)
		want string
	}{
		{"CF-COMP-11 both", nil, "br"},
		{"CF-COMP-11 whatever the qualities", accept("gzip;q=1, br;q=0.1"), "br"},
		{"CF-COMP-10 only gzip accepted", accept("gzip"), "gzip"},
		{"CF-COMP-10 Brotli refused", accept("gzip, br;q=0"), "gzip"},
		{"CF-COMP-10 neither accepted", accept("deflate, zstd"), ""},
		{"CF-COMP-10 nothing accepted", func(f *facts) { f.Request = nil }, ""},
		{"CF-COMP-10 only gzip enabled", func(f *facts) { f.Behavior.CachePolicy = formats(true, false) }, "gzip"},
		{"CF-COMP-10 only Brotli enabled", func(f *facts) { f.Behavior.CachePolicy = formats(false, true) }, "br"},
		{"CF-COMP-10 none enabled", func(f *facts) { f.Behavior.CachePolicy = formats(false, false) }, ""},
		{"CF-COMP-10 off", func(f *facts) { f.Behavior.Compress = false }, ""},
		{"legacy has gzip only", func(f *facts) { f.Behavior = legacy(); f.Behavior.Compress = true }, "gzip"},
		{"CF-COMP-09", func(f *facts) { f.Proto = "HTTP/1.0" }, ""},
		{"CF-COMP-10 403", status(403), "br"},
		{"CF-COMP-10 404", status(404), "br"},
		{"CF-COMP-10 206", status(206), ""},
		{"CF-COMP-10 304", status(304), ""},
		{"CF-COMP-10 500", status(500), ""},
		{"CF-COMP-10 CF-LIMIT-05 999 bytes", length(999), ""},
		{"CF-COMP-10 CF-LIMIT-05 1,000 bytes", length(1000), "br"},
		{"CF-COMP-10 CF-LIMIT-05 10,000,000 bytes", length(10_000_000), "br"},
		{"CF-COMP-10 CF-LIMIT-05 one more", length(10_000_001), ""},
		{"CF-COMP-10 no Content-Length", length(-1), ""},
		{"CF-COMP-10 parameters and letter case", contentType("Text/HTML; charset=utf-8"), "br"},
		{"CF-COMP-10 another type", contentType("image/png"), ""},
		{"CF-COMP-10 no type", func(f *facts) { f.Header.Del("Content-Type") }, ""},
		{"CF-COMP-10 an encoding", func(f *facts) { f.Header.Set("Content-Encoding", "gzip") }, ""},
		{"CF-COMP-10 any value of it", func(f *facts) { f.Header.Set("Content-Encoding", "identity") }, ""},
		{"a HEAD has no body", func(f *facts) { f.Method = "HEAD" }, ""},
	} {
		f := facts{
			Behavior: &distribution.CacheBehavior{Compress: true, CachePolicy: formats(true, true)},
			Method:   "GET", Proto: "HTTP/1.1", Request: http.Header{"Accept-Encoding": {"gzip, deflate, br"}},
			Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, ContentLength: 5000,
		}
		if row.edit != nil {
			row.edit(&f)
		}
		got := policy.DecideCompression(f)
		if got.Encoding != row.want || (got.Why == "") != (row.want != "") {
			t.Errorf("%s: got %+v, want %q", row.name, got, row.want)
		}
	}
}

// TestCompressHeader proves CF-COMP-12 and CF-COMP-13.
func TestCompressHeader(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, etag, vary, want string }{
		{"CF-COMP-12", `"abc"`, "", "Content-Encoding: br\nEtag: W/\"abc\"\nVary: Accept-Encoding\n"},
		{"CF-COMP-12 weak already", `W/"abc"`, "", "Content-Encoding: br\nEtag: W/\"abc\"\nVary: Accept-Encoding\n"},
		{"CF-COMP-13", `abc`, "", "Content-Encoding: br\nVary: Accept-Encoding\n"},
		{"no ETag", "", "Cookie, accept-encoding", "Content-Encoding: br\nVary: Cookie, accept-encoding\n"},
		{"Vary is added to", "", "Cookie", "Content-Encoding: br\nVary: Cookie\nVary: Accept-Encoding\n"},
		{"Vary says all", "", "*", "Content-Encoding: br\nVary: *\n"},
	} {
		h := http.Header{"Content-Length": {"5000"}}
		if row.etag != "" {
			h["Etag"] = []string{row.etag}
		}
		if row.vary != "" {
			h["Vary"] = []string{row.vary}
		}
		policy.CompressHeader(h, "br", nil)
		if got := lines(h); got != row.want {
			t.Errorf("%s: got\n%s\nwant\n%s", row.name, got, row.want)
		}
	}
}
