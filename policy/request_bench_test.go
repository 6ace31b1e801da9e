package policy_test

import (
	"net/http"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// BenchmarkBuildRequest is a plain GET under the policies of --origin, which
// every request goes through.
func BenchmarkBuildRequest(b *testing.B) {
	behavior := distribution.NewCacheBehavior("app")
	behavior.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	behavior.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewerExceptHostHeader")
	facts := policy.RequestFacts{
		Method: "GET", Host: "www.example.com", URI: "/a/b?x=1", Proto: "HTTP/1.1", RemoteAddr: "198.51.100.7:4711", ID: "id", EdgeHost: "e.cloudfront.net",
		Header:   http.Header{"Accept": {"*/*"}, "User-Agent": {"curl/8.5.0"}},
		Behavior: &behavior, Origin: &distribution.Origin{DomainName: "origin.example"},
	}
	b.ReportAllocs()
	for b.Loop() {
		policy.BuildRequest(facts)
	}
}
