package policy_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// behaviorWith is a behavior with these TTLs, in policy mode or in legacy mode.
func behaviorWith(old bool, least, usual, most distribution.Seconds) *distribution.CacheBehavior {
	b := &distribution.CacheBehavior{PathPattern: "*", CachedMethods: []string{"GET", "HEAD"}}
	if old {
		b.ForwardedValues = &distribution.ForwardedValues{MinTTL: least, DefaultTTL: usual, MaxTTL: most, Cookies: selection("none")}
		return b
	}
	p := cachePolicy(selection("none"), selection("none"), selection("none"))
	p.MinTTL, p.DefaultTTL, p.MaxTTL = least, usual, most
	b.CachePolicy = p
	return b
}

// TestTTLTable is the table of ExpirationDownloadDist cell by cell: the origin's fields by
// Min, Default and Max TTL, in both modes.
func TestTTLTable(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	header := func(pairs ...string) http.Header {
		h := http.Header{}
		for i := 0; i < len(pairs); i += 2 {
			h.Add(pairs[i], pairs[i+1])
		}
		return h
	}
	control := func(value string) http.Header { return header("Cache-Control", value) }
	for _, row := range []struct {
		name   string
		header http.Header
		// want is the TTL in seconds with Min 0, and with Min 60; Default 300, Max 900.
		zero, sixty int
		rule, above policy.RuleID // with Min 0, and with Min 60
	}{
		{"CF-CACHE-03, -04 max-age between", control("max-age=100"), 100, 100, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-04 max-age below Min", control("max-age=10"), 10, 60, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-03 max-age above Max", control("max-age=1000"), 900, 900, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-03 max-age=0", control("max-age=0"), 0, 60, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-05, CF-CACHE-35, CF-CACHE-36 s-maxage before max-age", control("max-age=100, s-maxage=200"), 200, 200, "CF-CACHE-05", "CF-CACHE-05"},
		{"CF-CACHE-05, CF-CACHE-36 s-maxage below Min", control("max-age=100, s-maxage=5"), 5, 60, "CF-CACHE-05", "CF-CACHE-05"},
		{"CF-CACHE-05, CF-CACHE-35, CF-CACHE-36 s-maxage above Max", control("s-maxage=5000, max-age=1"), 900, 900, "CF-CACHE-05", "CF-CACHE-05"},
		{"CF-CACHE-37 s-maxage alone", control("s-maxage=200"), 200, 200, "CF-CACHE-05", "CF-CACHE-05"},
		{"CF-CACHE-06 Expires between", header("Expires", in(200*time.Second)), 200, 200, "CF-CACHE-06", "CF-CACHE-06"},
		{"CF-CACHE-06, CF-CACHE-38 Expires before Min", header("Expires", in(20*time.Second)), 20, 60, "CF-CACHE-06", "CF-CACHE-06"},
		{"CF-CACHE-06, CF-CACHE-38 Expires after Max", header("Expires", in(time.Hour)), 900, 900, "CF-CACHE-06", "CF-CACHE-06"},
		{"CF-CACHE-06 Expires of yesterday", header("Expires", in(-24*time.Hour)), 0, 60, "CF-CACHE-06", "CF-CACHE-06"},
		{"CF-CACHE-98 Expires is absolute, whatever Date says", header("Expires", in(200*time.Second), "Date", in(-time.Hour)), 200, 200, "CF-CACHE-06", "CF-CACHE-06"},
		{"CF-CACHE-61 Date has no part in max-age", header("Cache-Control", "max-age=100", "Date", in(-time.Hour)), 100, 100, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-62 Expires that is not a date", header("Expires", "0"), 0, 60, "CF-CACHE-06", "CF-CACHE-06"},
		{"CF-CACHE-62 Expires with two spaces", header("Expires", strings.Replace(in(200*time.Second), " ", "  ", 1)), 0, 60, "CF-CACHE-06", "CF-CACHE-06"},
		{"CF-CACHE-62 Expires twice", header("Expires", in(200*time.Second), "Expires", in(200*time.Second)), 0, 60, "CF-CACHE-06", "CF-CACHE-06"},
		{"CF-CACHE-06 Expires in an old form", header("Expires", now.Add(200*time.Second).Format(time.ANSIC)), 200, 200, "CF-CACHE-06", "CF-CACHE-06"},
		{"CF-CACHE-07 max-age before Expires", header("Cache-Control", "max-age=100", "Expires", in(time.Second)), 100, 100, "CF-CACHE-07", "CF-CACHE-07"},
		{"CF-CACHE-08, -09 nothing", nil, 300, 300, "CF-CACHE-08", "CF-CACHE-09"},
		{"CF-CACHE-39 public alone", control("public"), 300, 300, "CF-CACHE-08", "CF-CACHE-09"},
		{"CF-CACHE-43 Last-Modified alone", header("Last-Modified", in(-1000*time.Hour)), 300, 300, "CF-CACHE-08", "CF-CACHE-09"},
		{"CF-CACHE-46 Pragma alone", header("Pragma", "no-cache"), 300, 300, "CF-CACHE-08", "CF-CACHE-09"},
		{"CF-CACHE-10, -11 no-cache", control("no-cache"), 0, 60, "CF-CACHE-10", "CF-CACHE-11"},
		{"CF-CACHE-10, -11 no-store", control("No-Store, max-age=100"), 0, 60, "CF-CACHE-10", "CF-CACHE-11"},
		{"CF-CACHE-40, -41 private", control("private, max-age=100"), 0, 60, "CF-CACHE-10", "CF-CACHE-11"},
		{"CF-COOKIE-07 is not no-cache", control(`max-age=100, no-cache="Set-Cookie"`), 100, 100, "CF-CACHE-03", "CF-CACHE-04"},
		{"no-cache of another field", control(`max-age=100, no-cache="X, Y"`), 0, 60, "CF-CACHE-10", "CF-CACHE-11"},
		{"CF-CACHE-57 must-revalidate", control("max-age=100, must-revalidate, proxy-revalidate, must-understand"), 100, 100, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-58 immutable", control("immutable, max-age=100"), 100, 100, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-59 others' fields", header("CDN-Cache-Control", "no-store", "Surrogate-Control", "max-age=5"), 300, 300, "CF-CACHE-08", "CF-CACHE-09"},
		{"CF-CACHE-60 Age", header("Cache-Control", "max-age=100", "Age", "90"), 100, 100, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-63 quoted", control(`max-age="100"`), 100, 100, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-63 spaced", control("max-age = 100"), 100, 100, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-63 doubled", control("max-age=100, max-age=200"), 100, 100, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-63 in two fields", header("Cache-Control", "public", "Cache-Control", "MAX-AGE=100"), 100, 100, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-63 fractional", control("max-age=100.5"), 300, 300, "CF-CACHE-08", "CF-CACHE-09"},
		{"CF-CACHE-64 negative", control("max-age=-100"), 0, 60, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-CACHE-14 more than a hundred years", control("max-age=99999999999999999999"), 900, 900, "CF-CACHE-03", "CF-CACHE-04"},
		{"CF-RESP-10, CF-CACHE-97 Vary: *", header("Cache-Control", "max-age=100", "Vary", "Accept, *"), 0, 100, "CF-RESP-10", "CF-CACHE-04"},
		{"CF-CACHE-65 Vary", header("Cache-Control", "max-age=100", "Vary", "Accept-Language"), 100, 100, "CF-CACHE-03", "CF-CACHE-04"},
	} {
		for _, old := range []bool{false, true} {
			for least, want := range map[distribution.Seconds]int{0: row.zero, 60: row.sixty} {
				k := policy.JudgeKeeping(policy.KeepFacts{Method: "GET", Behavior: behaviorWith(old, least, 300, 900), Status: 200, Header: row.header, Now: now})
				rule := row.rule
				if least > 0 {
					rule = row.above
				}
				if !k.Keep || k.TTL != time.Duration(want)*time.Second || k.Rule != rule || k.Why == "" || k.Most != 900*time.Second {
					t.Errorf("%s, Min %d, legacy %t: got %t for %s by %s (%s), want %d s by %s", row.name, least, old, k.Keep, k.TTL, k.Rule, k.Why, want, rule)
				}
			}
		}
	}
	if k := policy.JudgeKeeping(policy.KeepFacts{Method: "GET", Behavior: behaviorWith(false, 400, 300, 900), Status: 200, Now: now}); k.TTL != 400*time.Second {
		t.Errorf("CF-CACHE-09 Min above Default: got %s", k.TTL)
	}
	if k := policy.JudgeKeeping(policy.KeepFacts{Method: "GET", Behavior: &distribution.CacheBehavior{}, Status: 200, Now: now}); k.TTL != 24*time.Hour || k.Most != 365*24*time.Hour {
		t.Errorf("CF-CACHE-13 legacy defaults: got %s of %s", k.TTL, k.Most)
	}
}

// TestWhatIsKept: which answers are cached at all.
func TestWhatIsKept(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	disabled, _ := distribution.ManagedCachePolicy("CachingDisabled")
	options := behaviorWith(false, 0, 300, 900)
	options.CachedMethods = []string{"GET", "HEAD", "OPTIONS"}
	all := behaviorWith(true, 0, 300, 900)
	all.ForwardedValues.Headers = []string{"*"}
	normal, off := behaviorWith(false, 0, 300, 900), behaviorWith(false, 0, 0, 0)
	for _, row := range []struct {
		name, method string
		behavior     *distribution.CacheBehavior
		status       int
		header       http.Header
		keep         bool
		rule         policy.RuleID
	}{
		{"GET", "GET", normal, 200, nil, true, "CF-CACHE-08"},
		{"HEAD", "HEAD", normal, 200, nil, true, "CF-CACHE-08"},
		{"CF-CACHE-01 POST", "POST", normal, 200, http.Header{"Cache-Control": {"max-age=100"}}, false, "CF-CACHE-01"},
		{"CF-CACHE-01 DELETE", "DELETE", options, 200, nil, false, "CF-CACHE-01"},
		{"CF-CACHE-01 OPTIONS", "OPTIONS", normal, 200, nil, false, "CF-CACHE-01"},
		{"CF-CACHE-32 OPTIONS", "OPTIONS", options, 200, nil, true, "CF-CACHE-08"},
		{"CF-CACHE-12 all TTLs 0", "GET", off, 200, http.Header{"Cache-Control": {"max-age=100"}}, false, "CF-CACHE-12"},
		{"CF-CACHE-12 CachingDisabled", "GET", &distribution.CacheBehavior{CachePolicy: disabled}, 200, nil, false, "CF-CACHE-12"},
		{"CF-CACHE-33 all headers forwarded", "GET", all, 200, nil, false, "CF-CACHE-33"},
		{"CF-CACHE-48 301", "GET", normal, 301, nil, true, "CF-CACHE-08"},
		{"CF-CACHE-48 302", "GET", normal, 302, http.Header{"Cache-Control": {"max-age=5"}}, true, "CF-CACHE-03"},
		{"CF-CACHE-48 303", "GET", normal, 303, nil, true, "CF-CACHE-08"},
		{"CF-CACHE-47 307 without Cache-Control", "GET", normal, 307, http.Header{"Expires": {now.Add(time.Hour).Format(http.TimeFormat)}}, false, "CF-CACHE-47"},
		{"CF-CACHE-47 307 with Cache-Control", "GET", normal, 307, http.Header{"Cache-Control": {"public"}}, true, "CF-CACHE-08"},
		{"CF-CACHE-47 308 with max-age", "GET", normal, 308, http.Header{"Cache-Control": {"max-age=5"}}, true, "CF-CACHE-03"},
		{"a 304 for the viewer's own condition", "GET", normal, 304, nil, false, "CF-CACHE-86"},
	} {
		k := policy.JudgeKeeping(policy.KeepFacts{Method: row.method, Behavior: row.behavior, Status: row.status, Header: row.header, Now: now})
		if k.Keep != row.keep || k.Rule != row.rule || k.Why == "" {
			t.Errorf("%s: kept %t by %s (%s), want %t by %s", row.name, k.Keep, k.Rule, k.Why, row.keep, row.rule)
		}
	}
}

// TestCollapsing proves CF-CACHE-31: where simultaneous requests do not share.
func TestCollapsing(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		least   distribution.Seconds
		control string
		want    bool
	}{
		{0, "", true}, {0, "max-age=1", true}, {0, "private", false}, {0, "no-store", false}, {0, "no-cache", false},
		{0, "max-age=0", false}, {0, "max-age=5, s-maxage=0", false}, {1, "private", true}, {1, "max-age=0", true},
	} {
		h := http.Header{}
		if row.control != "" {
			h.Set("Cache-Control", row.control)
		}
		k := policy.JudgeKeeping(policy.KeepFacts{Method: "GET", Behavior: behaviorWith(false, row.least, 300, 900), Status: 200, Header: h})
		if k.Collapse != row.want {
			t.Errorf("Min %d, %q: collapsed %t, want %t", row.least, row.control, k.Collapse, row.want)
		}
	}
}

// TestStaleTimes: until when a copy is good for what (CF-CACHE-15, CF-CACHE-16,
// CF-CACHE-17, CF-CACHE-19, CF-CACHE-40).
func TestStaleTimes(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	const fresh, while, failing, none = policy.ReuseFresh, policy.ReuseWhile, policy.ReuseError, policy.ReuseNone
	for _, row := range []struct {
		name, control string
		at            map[int]policy.Reuse // seconds after it was received; Max TTL is 900
	}{
		{"CF-CACHE-17 until Max TTL", "max-age=100", map[int]policy.Reuse{0: fresh, 99: fresh, 100: failing, 899: failing, 900: none}},
		{"CF-CACHE-15", "max-age=100, stale-while-revalidate=50", map[int]policy.Reuse{99: fresh, 100: while, 149: while, 150: failing, 900: none}},
		{"CF-CACHE-15 Max TTL is less", "max-age=100, stale-while-revalidate=5000", map[int]policy.Reuse{100: while, 899: while, 900: none}},
		{"CF-CACHE-16", "max-age=100, stale-if-error=50", map[int]policy.Reuse{99: fresh, 100: failing, 149: failing, 150: none}},
		{"CF-CACHE-16 Max TTL is less", "max-age=100, stale-if-error=5000", map[int]policy.Reuse{899: failing, 900: none}},
		{"CF-CACHE-19", "max-age=100, stale-if-error=0", map[int]policy.Reuse{99: fresh, 100: none}},
		{"CF-CACHE-40 no-store", "no-store", map[int]policy.Reuse{0: failing, 899: failing, 900: none}},
		{"CF-CACHE-40 stopped", "no-cache, stale-if-error=0", map[int]policy.Reuse{0: none}},
		{"no-cache is never served unasked", "no-cache, stale-while-revalidate=50", map[int]policy.Reuse{0: failing}},
		{"CF-CACHE-42 max-age of Max TTL", "max-age=900", map[int]policy.Reuse{899: fresh, 900: none}},
	} {
		k := policy.JudgeKeeping(policy.KeepFacts{Method: "GET", Behavior: behaviorWith(false, 0, 300, 900), Status: 200, Header: http.Header{"Cache-Control": {row.control}}, Now: now})
		times := k.Times(now)
		for at, want := range row.at {
			if got := times.At(now.Add(time.Duration(at) * time.Second)); got != want {
				t.Errorf("%s after %d s: %q, want %q", row.name, at, got, want)
			}
		}
	}
	k := policy.JudgeKeeping(policy.KeepFacts{Method: "GET", Behavior: behaviorWith(false, 0, 300, 900), Status: 200, Header: http.Header{"Cache-Control": {"max-age=100"}}, Now: now})
	times := k.Times(now)
	for status, want := range map[int]bool{500: true, 502: true, 504: true, 599: true, 404: false, 403: false} { // CF-CACHE-18, CF-CACHE-56, CF-TIME-12
		if got := times.StandsIn(now.Add(200*time.Second), status); got != want {
			t.Errorf("the copy stands in for a %d: %t, want %t", status, got, want)
		}
	}
	if times.StandsIn(now.Add(900*time.Second), 503) {
		t.Error("the copy stands in after Max TTL")
	}
}
