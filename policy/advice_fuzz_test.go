package policy_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// FuzzErrorTTL checks the limits of reading an origin's caching fields: no error is cached
// for a negative time or for more than a hundred years (CF-CACHE-14).
func FuzzErrorTTL(f *testing.F) {
	f.Add(404, "max-age=60, s-maxage=\"5\"", "Thu, 01 Jan 2026 00:00:00 GMT", int64(10))
	f.Add(503, "no-store,,=,max-age=9223372036854775807", "Fri, 31 Dec 9999 23:59:59 GMT", int64(1)<<62)
	f.Add(403, "MAX-AGE=-1", "0", int64(-1))
	optimized, _ := distribution.ManagedCachePolicy("CachingOptimized")
	limitless := *optimized
	limitless.MaxTTL = 1 << 62
	behavior := &distribution.CacheBehavior{PathPattern: "*", CachePolicy: &limitless}
	f.Fuzz(func(t *testing.T, status int, control, expires string, minimum int64) {
		got := policy.ErrorTTLFor(policy.ErrorTTLFacts{
			Method: "GET", Behavior: behavior, Status: status, Now: time.Unix(1767225600, 0),
			Header:    http.Header{"Cache-Control": {control}, "Expires": {expires}},
			Responses: []distribution.CustomErrorResponse{{ErrorCode: status, ErrorCachingMinTTL: distribution.Seconds(minimum)}},
		})
		if got.For < 0 || got.For > 100*365*24*time.Hour || got.Rule == "" || got.Why == "" {
			t.Errorf("got %+v", got)
		}
	})
}

// FuzzAdviseResponse reads what origins send as Location: a finding is complete, and for
// any address, there is at most one about it.
func FuzzAdviseResponse(f *testing.F) {
	for _, location := range []string{"https://www.example.com/x", "//www.example.com/x", "?", "http://[::1", "%zz", "HTTP://WWW.EXAMPLE.COM:443/x", "javascript:0", "\x00"} {
		f.Add("/x", location)
	}
	p, _ := distribution.ManagedOriginRequestPolicy("AllViewerExceptHostHeader")
	cache, _ := distribution.ManagedCachePolicy("CachingDisabled")
	behavior := &distribution.CacheBehavior{PathPattern: "*", CachePolicy: cache, OriginRequestPolicy: p}
	origin := distribution.NewOrigin("app", "app.example.net")
	origin.ProtocolPolicy = distribution.OriginHTTPOnly
	f.Fuzz(func(t *testing.T, uri, location string) {
		found := policy.AdviseResponse(policy.AdviceFacts{
			Behavior: behavior, Origin: &origin, Method: "GET", Scheme: "https", Host: "www.example.com", URI: uri, Status: 301, Location: location,
			Sent: []policy.Field{{Name: "Host", Value: "app.example.net"}}, Serves: func(h string) bool { return strings.Contains(h, "example") },
		})
		if len(found) > 1 {
			t.Fatalf("%d findings", len(found))
		}
		for _, finding := range found {
			if finding.Observed == "" || finding.Hint == "" || finding.Verdict != policy.Warn {
				t.Errorf("got %+v", finding)
			}
		}
	})
}
