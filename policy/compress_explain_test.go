package policy_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestExplainCompression: a response that only its length keeps from being
// compressed says so (CF-COMP-10).
func TestExplainCompression(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		contentType, accepts string
		length               int64
		compress, want       bool
	}{
		{"text/html", "gzip", -1, true, true}, {"text/html", "gzip", 20_000_000, true, true}, {"text/html", "gzip", 5000, true, false}, {"text/html", "gzip", 50, true, false},
		{"image/png", "gzip", -1, true, false}, {"text/html", "", -1, true, false}, {"text/html", "gzip", -1, false, false},
	} {
		b := distribution.NewCacheBehavior("o")
		b.Compress = row.compress
		b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingOptimized")
		f := policy.CompressionFacts{Behavior: &b, Method: "GET", Proto: "HTTP/1.1", Request: http.Header{"Accept-Encoding": {row.accepts}}, Status: 200,
			Header: http.Header{"Content-Type": {row.contentType}}, ContentLength: row.length}
		got, ok := policy.ExplainCompression(f, policy.DecideCompression(f))
		if ok != row.want || ok && (got.Rule != "CF-COMP-10" || got.Hint == "" || !strings.HasPrefix(got.Observed, "the response was not compressed: ")) {
			t.Errorf("%+v: got %v %+v", row, ok, got)
		}
	}
}

// TestNginxBehindVia: nginx does not compress for a proxy by default, which is reported if
// there is no other reason (CF-REQ-62).
func TestNginxBehindVia(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, server, contentType, encoding, accepts string
		length                                       int64
		compress, want                               bool
	}{
		{"nginx", "nginx/1.22.1", "text/css; charset=utf-8", "", "gzip, br", 5000, false, true},
		{"chunked", "nginx", "text/html", "", "gzip", -1, false, true},
		{"the edge compresses", "nginx", "text/html", "", "gzip", 5000, true, false},
		{"compressed", "nginx", "text/html", "gzip", "gzip", 5000, false, false},
		{"another server", "Apache", "text/html", "", "gzip", 5000, false, false},
		{"a picture", "nginx", "image/png", "", "gzip", 5000, false, false},
		{"short", "nginx", "text/html", "", "gzip", 500, false, false},
		{"a viewer without gzip", "nginx", "text/html", "", "identity", 5000, false, false},
	} {
		b := distribution.NewCacheBehavior("o")
		b.Compress = row.compress
		b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingOptimized")
		header := http.Header{"Server": {row.server}, "Content-Type": {row.contentType}}
		if row.encoding != "" {
			header.Set("Content-Encoding", row.encoding)
		}
		f := policy.CompressionFacts{Behavior: &b, Method: "GET", Proto: "HTTP/1.1", Request: http.Header{"Accept-Encoding": {row.accepts}}, Status: 200,
			Header: header, ContentLength: row.length}
		got, ok := policy.ExplainCompression(f, policy.DecideCompression(f))
		if (ok && got.Rule == "CF-REQ-62") != row.want {
			t.Errorf("%s: got %v %+v", row.name, ok, got)
		}
	}
}
