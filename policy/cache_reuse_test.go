package policy_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestValidators: which conditional request asks for an expired copy (CF-REQ-67,
// CF-REQ-68, CF-REQ-69, CF-CACHE-100, CF-RESP-10).
func TestValidators(t *testing.T) {
	t.Parallel()
	plain, cookies, onlySent := behaviorWith(false, 0, 300, 900), behaviorWith(true, 0, 300, 900), behaviorWith(false, 0, 300, 900)
	cookies.ForwardedValues.Cookies = selection("all")
	onlySent.OriginRequestPolicy = originRequestPolicy(selection("none"), selection("all"), selection("none"))
	both := http.Header{"Etag": {`"v1"`}, "Last-Modified": {"Mon, 23 Nov 2026 12:00:00 GMT"}}
	with := func(h http.Header, name, value string) http.Header {
		h = h.Clone()
		h.Set(name, value)
		return h
	}
	for _, row := range []struct {
		name     string
		behavior *distribution.CacheBehavior
		header   http.Header
		want     string
	}{
		{"CF-REQ-67, CF-REQ-68", plain, both, `[{If-None-Match "v1"} {If-Modified-Since Mon, 23 Nov 2026 12:00:00 GMT}]`},
		{"CF-REQ-67", plain, http.Header{"Etag": {`W/"v1"`}}, `[{If-None-Match W/"v1"}]`},
		{"CF-REQ-68", plain, http.Header{"Last-Modified": {"Mon, 23 Nov 2026 12:00:00 GMT"}}, `[{If-Modified-Since Mon, 23 Nov 2026 12:00:00 GMT}]`},
		{"CF-CACHE-100", plain, http.Header{}, `[]`},
		{"CF-REQ-69 cookies in the key", cookies, both, `[]`},
		{"CF-REQ-69 cookies that are only sent", onlySent, both, `[]`},
		{"CF-RESP-10", plain, with(both, "Vary", "*"), `[]`},
		{"no-store", plain, with(both, "Cache-Control", "no-store"), `[]`},
		{"no-cache", plain, with(both, "Cache-Control", "no-cache"), `[{If-None-Match "v1"} {If-Modified-Since Mon, 23 Nov 2026 12:00:00 GMT}]`},
	} {
		k := policy.JudgeKeeping(policy.KeepFacts{Method: "GET", Behavior: row.behavior, Status: 200, Header: row.header})
		if got := fmt.Sprint(k.Validators(row.header)); got != row.want {
			t.Errorf("%s: %s, want %s", row.name, got, row.want)
		}
	}
}

// TestWithoutConditions: the edge's own request has none of the viewer's conditions, and
// the viewer's fields are not modified.
func TestWithoutConditions(t *testing.T) {
	t.Parallel()
	viewer := http.Header{"Range": {"bytes=0-1"}, "If-None-Match": {"x"}, "If-Range": {"y"}, "Accept": {"z"}}
	if got := policy.WithoutConditions(viewer); len(got) != 1 || got.Get("Accept") != "z" || len(viewer) != 4 {
		t.Errorf("got %v, the viewer's are %v", got, viewer)
	}
}

// TestRevalidated: how a 304 changes a copy's fields (CF-CACHE-84, CF-CACHE-85).
func TestRevalidated(t *testing.T) {
	t.Parallel()
	copied := http.Header{"Etag": {`W/"v1"`}, "Content-Type": {"text/html"}, "Content-Encoding": {"br"}, "Cache-Control": {"max-age=10"}, "X-Old": {"1"}, "Date": {"then"}}
	got := policy.Revalidated(copied, http.Header{"Etag": {`"v1"`}, "Content-Length": {"0"}, "Content-Encoding": {"identity"}, "Content-Security-Policy": {"x"}, "Cache-Control": {"max-age=20"}, "Date": {"now"}, "Connection": {"close"}, "X-New": {"2"}})
	want := "map[Cache-Control:[max-age=20] Content-Encoding:[br] Content-Security-Policy:[x] Content-Type:[text/html] Date:[now] Etag:[W/\"v1\"] X-New:[2] X-Old:[1]]"
	if fmt.Sprint(got) != want {
		t.Errorf("got %v", got)
	}
	if copied.Get("Date") != "then" {
		t.Error("the copy itself was changed")
	}
}

// TestAge: how old an answer from the cache is (CF-RESP-15, CF-CACHE-60).
func TestAge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	times := policy.CopyTimes{Stored: now}
	for _, row := range []struct {
		after time.Duration
		came  []string
		want  int64
	}{
		{0, nil, 0}, {1999 * time.Millisecond, nil, 1}, {time.Hour, []string{"30"}, 3630}, {time.Second, []string{"x"}, 1}, {time.Second, []string{"1", "2"}, 1},
		{-time.Hour, nil, 0}, {0, []string{"99999999999999999"}, 3153600000},
	} {
		if got := times.Age(now.Add(row.after), http.Header{"Age": row.came}); got != row.want {
			t.Errorf("after %s, %q: %d, want %d", row.after, row.came, got, row.want)
		}
	}
}

// TestNotModified: which conditions of a viewer a copy meets (CF-CACHE-86).
func TestNotModified(t *testing.T) {
	t.Parallel()
	modified := "Mon, 23 Nov 2026 12:00:00 GMT"
	copied := http.Header{"Etag": {`W/"v,1"`}, "Last-Modified": {modified}}
	for _, row := range []struct {
		viewer http.Header
		want   bool
	}{
		{http.Header{}, false},
		{http.Header{"If-None-Match": {`"v,1"`}}, true},
		{http.Header{"If-None-Match": {`"x", W/"v,1"`}}, true},
		{http.Header{"If-None-Match": {`"x"`, `"v,1"`}}, true},
		{http.Header{"If-None-Match": {`*`}}, true},
		{http.Header{"If-None-Match": {`"x"`}}, false},
		{http.Header{"If-None-Match": {`"x`}}, false},
		{http.Header{"If-None-Match": {`v,1`}}, false},
		{http.Header{"If-None-Match": {`"x"`}, "If-Modified-Since": {modified}}, false},
		{http.Header{"If-Modified-Since": {modified}}, true},
		{http.Header{"If-Modified-Since": {"Mon, 23 Nov 2026 11:59:59 GMT"}}, false},
		{http.Header{"If-Modified-Since": {"yesterday"}}, false},
	} {
		if got := policy.NotModified("GET", row.viewer, copied); got != row.want {
			t.Errorf("%v: %t, want %t", row.viewer, got, row.want)
		}
	}
	if policy.NotModified("OPTIONS", http.Header{"If-None-Match": {"*"}}, copied) {
		t.Error("a 304 for OPTIONS")
	}
	h := http.Header{"Content-Length": {"5"}, "Content-Type": {"text/html"}, "Content-Location": {"/x"}, "Etag": {`"v1"`}}
	if policy.NotModifiedHeader(h); len(h) != 2 {
		t.Errorf("a 304 has %v", h)
	}
}

// TestRangeOfCopy: the parts of a whole object in the cache (CF-RANGE-02,
// CF-RANGE-04, CF-CACHE-82).
func TestRangeOfCopy(t *testing.T) {
	t.Parallel()
	copied := http.Header{"Etag": {`"v1"`}, "Last-Modified": {"Mon, 23 Nov 2026 12:00:00 GMT"}}
	for _, row := range []struct{ ask, condition, want string }{
		{"", "", "whole"},
		{"bytes=0-9", "", "0-9"},
		{"bytes=90-", "", "90-99"},
		{"bytes=-10", "", "90-99"},
		{"bytes=-1000", "", "0-99"},
		{"bytes=90-1000", "", "90-99"},
		{"bytes=0-0,10-19, -5", "", "0-0 10-19 95-99"},
		{"bytes=0-9,200-300", "", "0-9"},
		{"bytes=100-", "", "none"},
		{"bytes=-0", "", "none"},
		{"bytes=10-19,0-9", "", "whole"}, // CF-RANGE-04
		{"bytes=0-19,10-29", "", "whole"},
		{"bytes=90-99,-5", "", "whole"},
		{"bytes=9-0", "", "whole"},
		{"lines=0-9", "", "whole"},
		{"bytes=0-9", `"v1"`, "0-9"},
		{"bytes=0-9", `"v2"`, "whole"},
		{"bytes=0-9", `W/"v1"`, "whole"},
		{"bytes=0-9", "Mon, 23 Nov 2026 12:00:00 GMT", "0-9"},
		{"bytes=0-9", "Mon, 23 Nov 2026 12:00:01 GMT", "whole"},
	} {
		viewer := http.Header{}
		if row.ask != "" {
			viewer.Set("Range", row.ask)
		}
		if row.condition != "" {
			viewer.Set("If-Range", row.condition)
		}
		parts, whole := policy.RangeOfCopy("GET", viewer, copied, 100)
		if got := tellParts(parts, whole); got != row.want {
			t.Errorf("%s %s: %s, want %s", row.ask, row.condition, got, row.want)
		}
	}
	if _, whole := policy.RangeOfCopy("HEAD", http.Header{"Range": {"bytes=0-9"}}, copied, 100); !whole {
		t.Error("a range of a HEAD")
	}
	if parts, whole := policy.RangeOfCopy("GET", http.Header{"Range": {"bytes=-5"}}, copied, 0); whole || len(parts) > 0 {
		t.Errorf("of an empty object: %v, %t", parts, whole)
	}
}

func tellParts(parts []policy.ByteRange, whole bool) string {
	if whole {
		return "whole"
	}
	if len(parts) == 0 {
		return "none"
	}
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "%d-%d ", p.First, p.Last)
	}
	return strings.TrimSpace(b.String())
}

// FuzzRangeOfCopy: for every request, the parts lie within the object, in order.
func FuzzRangeOfCopy(f *testing.F) {
	f.Add("bytes=0-9,20-,-5", int64(100))
	f.Add("bytes=-9223372036854775807", int64(3))
	f.Fuzz(func(t *testing.T, ask string, size int64) {
		parts, _ := policy.RangeOfCopy("GET", http.Header{"Range": {ask}}, nil, size)
		last := int64(-1)
		for _, p := range parts {
			if p.First <= last || p.Last < p.First || p.Last >= size {
				t.Fatalf("%q of %d: %v", ask, size, parts)
			}
			last = p.Last
		}
	})
}

// TestWholeSize: the size of the whole that a part announces.
func TestWholeSize(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"bytes 0-9/100": "{0 9} 100 true", "bytes 0-9/*": "{0 9} 0 false", "bytes 90-100/100": "{90 100} 100 false", "x": "{0 0} 0 false"} {
		part, size, ok := policy.WholeSize(text)
		if got := fmt.Sprint(part, size, ok); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	if got := (policy.ByteRange{First: 5, Last: 9}).ContentRange(100); got != "bytes 5-9/100" {
		t.Errorf("got %q", got)
	}
}

// TestInvalidation: what an item is and what it removes.
func TestInvalidation(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		item, uri string
		tags      string
		want      bool
	}{
		{"/images/a.jpg", "/images/a.jpg", "", true},
		{"/images/a.jpg", "/images/A.jpg", "", false}, // CF-INV-02
		{"/img/*", "/img/a/b.jpg?x=1", "", true},      // CF-INV-04, CF-INV-07, CF-INV-10
		{"/i*g/", "/img/", "", false},
		{"/i*g/", "/i*g/", "", true},
		{"/*", "/anything", "", true}, // CF-INV-05
		{"/dir*", "/dir-x", "", true}, // CF-INV-06
		{"/dir*", "/dir", "", true},   // CF-INV-06
		{"/dir/*", "/dir", "", false}, // CF-INV-06
		{"/dir/*", "/dir-x", "", false},
		{"/a.jpg?x=1", "/a.jpg?x=1", "", true},   // CF-INV-08
		{"/a.jpg", "/a.jpg?x=1", "", false},      // CF-INV-08
		{"/a.jpg*", "/a.jpg?x=1", "", true},      // CF-INV-08
		{"/a.jpg", "/a.jpg", "", true},           // CF-INV-09, CF-INV-13, CF-INV-18
		{"/dir", "/dir/", "", false},             // CF-INV-16
		{"/index.html", "/index.html", "", true}, // CF-INV-14
		{"/", "/index.html", "", true},           // CF-INV-14, inferred
		{"/a%20b", "/a%20b", "", true},           // CF-INV-12
		{"/a", "/%61", "", false},                // CF-INV-12: compared as they stand
		{"#News", "/x", "news,sport", true},      // CF-INV-42, CF-INV-44, CF-INV-46, CF-INV-48
		{"#news", "/x", "sport", false},
		{"#news", "/news", "", false},
	} {
		item, err := policy.ReadInvalidation(row.item)
		if err != nil {
			t.Errorf("%s: %v", row.item, err)
			continue
		}
		if got := item.Invalidates(row.uri, strings.Split(row.tags, ","), "index.html"); got != row.want {
			t.Errorf("%s removes %s (%s): %t, want %t", row.item, row.uri, row.tags, got, row.want)
		}
	}
	for _, bad := range []string{
		"", "images/a.jpg", "*", // CF-INV-01, CF-INV-37
		"/~user", "/a b", "/ü", "/a<b", // CF-INV-11, CF-INV-12
		"/" + strings.Repeat("x", 4000),                            // CF-INV-03
		"#", "#a*", "#a,b", "#a b", "#" + strings.Repeat("x", 257), // CF-INV-43, CF-INV-45
	} {
		if _, err := policy.ReadInvalidation(bad); err == nil {
			t.Errorf("%q is taken", bad[:min(len(bad), 20)])
		}
	}
	if _, err := policy.ReadInvalidation("/" + strings.Repeat("x", 3999)); err != nil {
		t.Errorf("CF-INV-03: %v", err)
	}
}

// TestCacheTags: how tags are read (CF-INV-41, CF-INV-42, CF-INV-43).
func TestCacheTags(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprint(policy.CacheTags([]string{" News , sport,,ü, a b", "x!~"})); got != "[news sport x!~]" {
		t.Errorf("got %s", got)
	}
	many := strings.Repeat("t,", 60) + strings.Repeat("x", 257)
	if got := policy.CacheTags([]string{many}); len(got) != 50 {
		t.Errorf("%d tags", len(got))
	}
	if got := policy.CacheTags([]string{strings.Repeat("x", 257) + "," + strings.Repeat("y", 256)}); len(got) != 1 || got[0][0] != 'y' {
		t.Errorf("got %d", len(got))
	}
}
