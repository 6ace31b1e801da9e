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
