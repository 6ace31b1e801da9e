package policy_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestResponseFields proves what becomes of an origin's response fields:
// CF-RESP-02 to CF-RESP-05 and CF-RESP-12 to CF-RESP-14.
func TestResponseFields(t *testing.T) {
	t.Parallel()
	nothing := &distribution.CacheBehavior{CachePolicy: cachePolicy(none, none, none)}
	cookies := &distribution.CacheBehavior{CachePolicy: cachePolicy(none, selection("whitelist", "a"), none)}
	oldCookies := legacy()
	oldCookies.ForwardedValues.Cookies = selection("all")
	for _, row := range []struct {
		rule, name string
		behavior   *distribution.CacheBehavior
		passes     bool
	}{
		{"CF-RESP-02 CF-COOKIE-01", "Set-Cookie", nothing, false},
		{"CF-RESP-02 legacy", "Set-Cookie", legacy(), false},
		{"CF-COOKIE-02 legacy", "Set-Cookie", oldCookies, true},
		{"CF-COOKIE-03", "Set-Cookie", cookies, true},
		{"CF-COOKIE-02", "Set-Cookie", allViewer(), true},
		{"CF-RESP-03", "Trailer", allViewer(), false},
		{"CF-RESP-04", "Upgrade", allViewer(), false},
		{"CF-RESP-05", "Transfer-Encoding", allViewer(), false},
		{"CF-RESP-12", "X-Cache", allViewer(), false},
		{"CF-RESP-13", "X-Amz-Cf-Pop", allViewer(), false},
		{"CF-RESP-14", "X-Amz-Cf-Id", allViewer(), false},
		{"forged", "X-Edgesim-Cause", allViewer(), false},
		{"CF-RESP-11 is added to", "Via", nothing, true},
		{"CF-RESP-20", "Location", nothing, true},
		{"anything else", "X-Powered-By", nothing, true},
		{"anything else", "Server", nothing, true},
	} {
		out := policy.ViewerHeader(http.Header{row.name: {"x"}}, row.behavior, nil)
		if _, got := out[row.name]; got != row.passes {
			t.Errorf("%s: %s passes: %t, want %t", row.rule, row.name, got, row.passes)
		}
	}
}

// TestVary proves CF-RESP-06 to CF-RESP-09 (CF-RESP-07, CF-RESP-08): Vary names only what
// the origin could see.
func TestVary(t *testing.T) {
	t.Parallel()
	nothing := &distribution.CacheBehavior{CachePolicy: cachePolicy(none, none, none)}
	keyed := &distribution.CacheBehavior{CachePolicy: cachePolicy(selection("whitelist", "Accept-Language"), none, none)}
	for _, row := range []struct {
		name     string
		behavior *distribution.CacheBehavior
		origin   []string
		want     string
	}{
		{"CF-RESP-06", nothing, []string{"Accept-Encoding, Cookie"}, "Accept-Encoding, Cookie"},
		{"CF-RESP-06 letter case", nothing, []string{"accept-encoding"}, "accept-encoding"},
		{"CF-RESP-07", adds("CloudFront-Is-Mobile-Viewer"), []string{"User-Agent"}, "User-Agent"},
		{"CF-RESP-07 legacy", legacy("CloudFront-Is-Tablet-Viewer"), []string{"User-Agent"}, "User-Agent"},
		{"CF-RESP-07 not by another field of the edge", adds("CloudFront-Viewer-Country"), []string{"User-Agent"}, ""},
		{"CF-RESP-08", keyed, []string{"Accept-Language"}, "Accept-Language"},
		{"CF-RESP-08 a field of the edge", adds("CloudFront-Viewer-Country"), []string{"CloudFront-Viewer-Country"}, "CloudFront-Viewer-Country"},
		{"CF-RESP-08 all headers", allViewer(), []string{"Origin, X-Anything"}, "Origin, X-Anything"},
		{"CF-RESP-09", nothing, []string{"Origin"}, ""},
		{"CF-RESP-09 in part", keyed, []string{"Accept-Encoding, Origin", "Accept-Language,User-Agent"}, "Accept-Encoding, Accept-Language"},
		{"CF-RESP-09 in legacy, too", legacy(), []string{"Origin"}, ""},
		{"the wildcard is kept", nothing, []string{"*"}, "*"},
		{"empty", nothing, []string{" , "}, ""},
	} {
		origin := http.Header{"Vary": row.origin}
		got := strings.Join(policy.ViewerHeader(origin, row.behavior, nil)["Vary"], " | ")
		if got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// TestResponseHeaderTable compares the table with the catalog.
func TestResponseHeaderTable(t *testing.T) {
	t.Parallel()
	for _, row := range policy.ResponseHeaders() {
		if row.Rule == "" {
			continue
		}
		if _, ok := policy.RuleByID(row.Rule); !ok {
			t.Errorf("%s: there is no rule %s", row.Name, row.Rule)
		}
	}
}

// TestContentRange proves CF-RESP-25.
func TestContentRange(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		status int
		value  string
		length int64
		fails  bool
	}{
		{"agree", 206, "bytes 0-99/200", 100, false},
		{"CF-RESP-25 too long", 206, "bytes 0-99/200", 200, true},
		{"CF-RESP-25 too short", 206, "bytes 0-99/*", 99, true},
		{"no length", 206, "bytes 0-99/200", -1, false},
		{"another status", 200, "bytes 0-99/200", 200, false},
		{"several parts", 206, "", 512, false},
		{"not a range", 206, "bytes */200", 0, false},
		{"backwards", 206, "bytes 9-0/200", 10, false},
	} {
		cause := policy.JudgeContentRange(row.status, http.Header{"Content-Range": {row.value}}, row.length)
		if (cause != nil) != row.fails {
			t.Errorf("%s: got %v", row.name, cause)
		}
		if cause != nil && (cause.Name != policy.CauseResponseInvalid || cause.Rule != "CF-RESP-25" || cause.Status != 502 ||
			cause.DetailedResultType != "OriginContentRangeLengthError" || !cause.Inferred) {
			t.Errorf("%s: got %+v", row.name, cause)
		}
	}
}
