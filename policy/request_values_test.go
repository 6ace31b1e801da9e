package policy_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestCookies proves what becomes of a viewer's Cookie.
func TestCookies(t *testing.T) {
	t.Parallel()
	old := func(forward string, names ...string) *distribution.CacheBehavior {
		b := legacy()
		b.ForwardedValues.Cookies = selection(distribution.Selection(forward), names...)
		return b
	}
	with := func(cache, origin distribution.ValueSelection) *distribution.CacheBehavior {
		return &distribution.CacheBehavior{CachePolicy: cachePolicy(none, cache, none), OriginRequestPolicy: originRequestPolicy(none, origin, none)}
	}
	all, list, block := selection("all"), selection("whitelist", "b"), selection("allExcept", "b")
	for _, row := range []struct {
		name     string
		behavior *distribution.CacheBehavior
		sent     []string
		want     string
	}{
		{"CF-COOKIE-01 none", with(none, none), []string{"a=1"}, ""},
		{"CF-COOKIE-01 legacy none", old("none"), []string{"a=1"}, ""},
		{"CF-COOKIE-01 legacy unset", old(""), []string{"a=1"}, ""},
		{"CF-COOKIE-02 all", with(all, none), []string{"a=1; b=2"}, "a=1; b=2"},
		{"CF-COOKIE-02 legacy all", old("all"), []string{"a=1; b=2"}, "a=1; b=2"},
		{"CF-COOKIE-03 some", with(none, list), []string{"a=1; b=2; c=3"}, "b=2"},
		{"CF-COOKIE-03 none of them there", with(none, list), []string{"a=1"}, ""},
		{"CF-COOKIE-03 the case of names counts", with(none, list), []string{"B=2"}, ""},
		{"CF-COOKIE-04 by name, the order of the same name kept", with(all, none), []string{"z=1; b=2; a=3; b=1; B=0"}, "B=0; a=3; b=2; b=1; z=1"},
		{"CF-COOKIE-04 several fields, as over HTTP/2", with(all, none), []string{"b=2", "a=1"}, "a=1; b=2"},
		{"CF-COOKIE-05", with(all, none), []string{"$Version=1; a=1; $Path=/"}, "a=1"},
		{"CF-COOKIE-06 no value", with(all, none), []string{"a=1; session"}, ""},
		{"CF-COOKIE-06 no name", with(all, none), []string{"=1; a=1"}, ""},
		{"CF-COOKIE-06 a name that is none", with(all, none), []string{"a b=1; c=2"}, ""},
		{"CF-COOKIE-06 empty value", with(all, none), []string{"a=; b=\"\""}, `a=; b=""`},
		{"CF-COOKIE-06 equal signs in the value", with(all, none), []string{"a=b=c=="}, "a=b=c=="},
		{"CF-COOKIE-06 semicolon at the end", with(all, none), []string{"a=1;"}, "a=1"},
		{"CF-COOKIE-09 any number", old("whitelist", "sess*_id"), []string{"sess_id=1; session_id=2; sess_idx=3"}, "sess_id=1; session_id=2"},
		{"CF-COOKIE-09 exactly one", old("whitelist", "a?"), []string{"a=0; ab=1; abc=2"}, "ab=1"},
		{"CF-REQ-11, CF-CACHE-73 no wildcards in policies", with(selection("whitelist", "a*"), none), []string{"ab=1; a*=2"}, "a*=2"},
		{"CF-REQ-04", with(list, block), []string{"a=1; b=2"}, "a=1; b=2"},
		{"CF-REQ-05", with(all, block), []string{"a=1; b=2"}, "a=1; b=2"},
		{"CF-REQ-06", with(block, list), []string{"a=1; b=2"}, "a=1; b=2"},
		{"CF-REQ-07", with(block, selection("allExcept", "a")), []string{"a=1; b=2; c=3"}, "c=3"},
	} {
		got := strings.Join(sent(row.behavior, policy.RequestFacts{Header: http.Header{"Cookie": row.sent}}, "Cookie"), " | ")
		if got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// TestQueryStrings proves what becomes of the query string in the legacy mode
// and at the edges of the syntax; TestBuildRequestURI has the policies.
func TestQueryStrings(t *testing.T) {
	t.Parallel()
	old := func(forward bool, keys ...string) *distribution.CacheBehavior {
		b := legacy()
		b.ForwardedValues.QueryString, b.ForwardedValues.QueryStringCacheKeys = forward, keys
		return b
	}
	list := &distribution.CacheBehavior{CachePolicy: cachePolicy(none, none, selection("whitelist", "a", "%61", ""))}
	for _, row := range []struct {
		name     string
		behavior *distribution.CacheBehavior
		uri      string
		want     string
	}{
		{"CF-QS-01 legacy", old(false), "/x?a=1", "/x"},
		{"CF-QS-01 keys alone forward nothing", old(false, "a"), "/x?a=1", "/x"},
		{"CF-QS-02 all", old(true), "/x?b=2&a=1", "/x?b=2&a=1"},
		{"CF-QS-02 all, though one is keyed", old(true, "a"), "/x?b=2&a=1", "/x?b=2&a=1"},
		{"CF-QS-02 as sent", old(true), "/x?&&a;b=?&%zz", "/x?&&a;b=?&%zz"},
		{"CF-QS-02 an empty query", old(true), "/x?", "/x?"},
		{"CF-QS-03 the semicolon is not a delimiter", list, "/x?a=1;b=2&b=3", "/x?a=1;b=2"},
		{"CF-QS-04 names are compared as sent", list, "/x?%61=1&A=2&a=3", "/x?%61=1&a=3"},
		{"CF-QS-04 repeated, and without a value", list, "/x?a&b&a=", "/x?a&a="},
		{"CF-QS-04 without a name", list, "/x?=1&b=2", "/x?=1"},
	} {
		row.behavior.TargetOriginID = "o"
		got := policy.BuildRequest(policy.RequestFacts{
			Method: "GET", URI: row.uri, Proto: "HTTP/1.1", Behavior: row.behavior, Origin: &distribution.Origin{DomainName: "o"},
		}).URI
		if got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// TestAcceptEncodingEdges completes TestAcceptEncoding: only one format on, the
// legacy mode, and what an origin request policy cannot change.
func TestAcceptEncodingEdges(t *testing.T) {
	t.Parallel()
	formats := func(gzip, brotli bool, items ...string) *distribution.CacheBehavior {
		p := cachePolicy(none, none, none)
		p.Gzip, p.Brotli = gzip, brotli
		return &distribution.CacheBehavior{CachePolicy: p, OriginRequestPolicy: originRequestPolicy(selection("whitelist", items...), none, none)}
	}
	for _, row := range []struct {
		name     string
		behavior *distribution.CacheBehavior
		proto    string
		sent     string
		want     string
	}{
		{"CF-COMP-04 wildcard", formats(true, true), "HTTP/1.1", "*", "identity"},
		{"CF-COMP-04 empty", formats(true, true), "HTTP/1.1", "", "identity"},
		{"CF-COMP-04 both refused", formats(true, true), "HTTP/1.1", "gzip;q=0, br; Q=0.000", "identity"},
		{"CF-COMP-05 only gzip, no gzip accepted", formats(true, false), "HTTP/1.1", "br", "identity"},
		{"CF-COMP-05 only Brotli", formats(false, true), "HTTP/1.1", "gzip, br", "br"},
		{"CF-COMP-07 disabled, in the ORP", formats(false, false, "Accept-Encoding"), "HTTP/1.1", "zstd, br;q=0.5", "zstd, br;q=0.5"},
		{"CF-COMP-08 enabled, in the ORP", formats(true, true, "Accept-Encoding"), "HTTP/1.1", "zstd, gzip", "gzip"},
		{"CF-COMP-09 even in the ORP", formats(false, false, "Accept-Encoding"), "HTTP/1.0", "gzip", ""},
		{"CF-REQ-19 legacy has no Brotli", legacy(), "HTTP/1.1", "br, gzip", "gzip"},
		{"CF-REQ-19 legacy, neither", legacy(), "HTTP/1.1", "br", ""},
	} {
		f := policy.RequestFacts{Proto: row.proto, Header: http.Header{"Accept-Encoding": {row.sent}}}
		if got := strings.Join(sent(row.behavior, f, "Accept-Encoding"), "|"); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

// TestRange proves CF-RANGE-01 and CF-RANGE-04: which ranges go to the origin,
// whatever is selected.
func TestRange(t *testing.T) {
	t.Parallel()
	nothing := &distribution.CacheBehavior{CachePolicy: cachePolicy(none, none, none)}
	for _, row := range []struct {
		rule    string
		value   string
		forward bool
	}{
		{"CF-RANGE-01", "bytes=0-99", true},
		{"CF-RANGE-01", "bytes=100-", true},
		{"CF-RANGE-01", "bytes=-500", true},
		{"CF-RANGE-01", "bytes=100-200,300-400", true},
		{"CF-RANGE-01", "bytes=0-0, 2-2, -1", true},
		{"CF-RANGE-04", "bytes=300-400,100-200", false},
		{"CF-RANGE-04", "bytes=100-200,150-250", false},
		{"CF-RANGE-04", "bytes=100-200,200-250", false},
		{"CF-RANGE-04", "bytes=100-,200-300", false},
		{"CF-RANGE-04", "bytes=-5,0-1", false},
		{"CF-RANGE-04", "bytes=200-100", false},
		{"CF-RANGE-04", "bytes=--5", false},
		{"CF-RANGE-04", "bytes=+1-5", false},
		{"CF-RANGE-04", "bytes=", false},
		{"CF-RANGE-04", "bytes=-", false},
		{"CF-RANGE-04", "bytes=1-2,", false},
		{"CF-RANGE-04", "items=0-1", false},
		{"CF-RANGE-04", "0-1", false},
		{"CF-RANGE-04", "bytes=0-99999999999999999999", false},
	} {
		for mode, b := range map[string]*distribution.CacheBehavior{"nothing selected": nothing, "AllViewer": allViewer(), "legacy": legacy()} {
			f := policy.RequestFacts{Header: http.Header{"Range": {row.value}, "If-Range": {`"v"`}}}
			if got := sent(b, f, "Range"); slices.Equal(got, []string{row.value}) != row.forward {
				t.Errorf("%s, %s: Range %q arrives as %q", row.rule, mode, row.value, got)
			}
			if got := sent(b, f, "If-Range"); (got != nil) != row.forward {
				t.Errorf("%s, %s: If-Range beside %q arrives as %q", row.rule, mode, row.value, got)
			}
		}
		if _, why := policy.JudgeRange([]string{row.value}); (why == "") != row.forward {
			t.Errorf("%q: why is %q", row.value, why)
		}
	}
	if ok, _ := policy.JudgeRange([]string{"bytes=0-1", "bytes=2-3"}); ok {
		t.Error("CF-RANGE-04: two Range fields pass")
	}
	alone := policy.RequestFacts{Header: http.Header{"If-Range": {`"v"`}}}
	if all, none := sent(allViewer(), alone, "If-Range"), sent(nothing, alone, "If-Range"); all == nil || none != nil {
		t.Errorf("If-Range without a Range is as any field: it arrives as %q where all are selected, as %q where none is", all, none)
	}
	for _, name := range []string{"Range", "If-Range"} {
		if d := policy.DecideHeader(nothing, name, "GET"); !d.Sent || d.Rule != "CF-RANGE-01" {
			t.Errorf("%s of a GET: %+v", name, d)
		}
		if d := policy.DecideHeader(nothing, name, "HEAD"); d.Sent {
			t.Errorf("%s of a HEAD: %+v", name, d)
		}
	}
	f := policy.RequestFacts{Method: "HEAD", Header: http.Header{"Range": {"bytes=0-1"}}}
	if got := sent(nothing, f, "Range"); got != nil {
		t.Errorf("CF-REQ-02: Range of a HEAD arrives as %q though nothing selects it", got)
	}
}

func FuzzJudgeRange(f *testing.F) {
	for _, s := range []string{"bytes=0-1", "bytes=1-2,3-", "bytes=-5", "bytes=9-1", "x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, value string) {
		if ok, why := policy.JudgeRange([]string{value}); ok == (why != "") {
			t.Errorf("%q: ok %t, why %q", value, ok, why)
		}
	})
}

func FuzzCookies(f *testing.F) {
	f.Add("a=1; b=2; $x=3")
	f.Add(";;=;")
	b := &distribution.CacheBehavior{CachePolicy: cachePolicy(none, selection("allExcept", "b"), none)}
	f.Fuzz(func(t *testing.T, value string) {
		for _, got := range sent(b, policy.RequestFacts{Header: http.Header{"Cookie": {value}}}, "Cookie") {
			again := sent(b, policy.RequestFacts{Header: http.Header{"Cookie": {got}}}, "Cookie")
			if !slices.Equal(again, []string{got}) {
				t.Errorf("%q becomes %q, and that %q", value, got, again)
			}
		}
	})
}
