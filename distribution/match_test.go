package distribution_test

import (
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// patterns returns a distribution with one behavior for each pattern.
func patterns(list ...string) *distribution.Distribution {
	d := &distribution.Distribution{DefaultBehavior: distribution.NewCacheBehavior("default")}
	for _, p := range list {
		b := distribution.NewCacheBehavior("origin")
		b.PathPattern = p
		d.Behaviors = append(d.Behaviors, b)
	}
	return d
}

func TestMatch(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, rule string
		patterns   string // separated by spaces
		path       string
		want       string // the pattern that answers; "*" is the default behavior
	}{
		{"first match wins", "CF-PATH-02", "/a/b* /a*", "/a/b/c", "/a/b*"},
		{"order, not precision", "CF-PATH-02", "/a* /a/b*", "/a/b/c", "/a*"},
		{"default comes last", "CF-PATH-02", "/a*", "/b", "*"},
		{"no behaviors", "CF-PATH-02", "", "/b", "*"},
		{"case matters", "CF-PATH-02", "*.jpg", "/LOGO.JPG", "*"},
		{"star is any number, slashes too", "CF-PATH-02", "/images/*.jpg", "/images/2026/11/logo.jpg", "/images/*.jpg"},
		{"star is none", "CF-PATH-02", "/a*b", "/ab", "/a*b"},
		{"star in the middle", "CF-PATH-02", "/*/x/*", "/a/b/x/c", "/*/x/*"},
		{"question mark is one character", "CF-PATH-02", "/a?c", "/abc", "/a?c"},
		{"question mark is not none", "CF-PATH-02", "/a?c", "/ac", "*"},
		{"question mark is not two", "CF-PATH-02", "/a?c", "/abbc", "*"},
		{"leading slash is optional", "CF-PATH-02", "images/*", "/images/a", "images/*"},
		{"optional slash is not a character", "CF-PATH-02", "?a", "/a", "*"},
		{"whole path", "CF-PATH-02", "/images", "/images/a", "*"},
		{"folder alone", "CF-PATH-02", "/images/*", "/images", "*"},
		{"root", "CF-PATH-02", "/", "/", "/"},
		{"several stars", "CF-PATH-02", "/*a*b*c", "/xxaxxbxxbxxc", "/*a*b*c"},
		{"query is ignored", "CF-PATH-03", "/a", "/a?b=/../c", "/a"},
		{"query does not match", "CF-PATH-03", "/*.jpg", "/a?x=.jpg", "*"},
		{"parent segment", "CF-PATH-04", "/a/b* /a*", "/a/b/..?c=1", "/a*"},
		{"parent segment inside", "CF-PATH-04", "/b", "/a/../b", "/b"},
		{"above the root", "CF-PATH-04", "/b", "/../../b", "/b"},
		{"same segment", "CF-PATH-04", "/a/b", "/a/./b", "/a/b"},
		{"same segment last", "CF-PATH-04", "/a/", "/a/.", "/a/"},
		{"repeated slashes", "CF-PATH-04", "/a/b", "//a///b", "/a/b"},
		{"repeated slashes last", "CF-PATH-04", "/a/", "/a//", "/a/"},
		{"dots that are not a segment", "CF-PATH-04", "/a..b/.c", "/a..b/.c", "/a..b/.c"},
		{"encoded dots stay", "CF-PATH-04", "/b", "/a/%2e%2e/b", "*"},
		{"empty path", "CF-PATH-02", "/a", "", "*"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := patterns(strings.Fields(row.patterns)...).Match(row.path).PathPattern; got != row.want {
				t.Errorf("%s: got %q, want %q", row.rule, got, row.want)
			}
		})
	}
}

func TestMatchDoesNotAllocate(t *testing.T) { // not parallel: AllocsPerRun counts the whole process
	d := patterns("/api/*", "*.jpg", "/a/*/c?/*.png", "/static/*")
	if n := testing.AllocsPerRun(100, func() { d.Match("/static/2026/11/app.js?v=1") }); n != 0 {
		t.Errorf("got %v allocations for a normal path, want 0", n)
	}
}

// TestMatchIsNotExponential would not end in this universe with a matcher
// that tries every way to divide the path among the stars.
func TestMatchIsNotExponential(t *testing.T) {
	t.Parallel()
	d := patterns(strings.Repeat("*a", 127) + "b")
	path := "/" + strings.Repeat("a", 8191)
	start := time.Now()
	if got := d.Match(path).PathPattern; got != "*" {
		t.Errorf("got %q, want the default behavior", got)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

// FuzzMatch compares the matcher with a plain recursive one.
func FuzzMatch(f *testing.F) {
	for _, seed := range [][2]string{{"/a*b?c", "/axxbyc"}, {"*.jpg", "/a/b.jpg"}, {"", ""}, {"/", "//"}, {"**?", "/ab"}, {"/a/*", "/a/./../a/b"}} {
		f.Add(seed[0], seed[1])
	}
	f.Fuzz(func(t *testing.T, pattern, path string) {
		if len(pattern) > 12 || len(path) > 24 {
			t.Skip("the reference is exponential")
		}
		got := patterns(pattern).Match(path) != nil && patterns(pattern).Match(path).TargetOriginID == "origin"
		if want := slowMatch(strings.TrimPrefix(pattern, "/"), strings.TrimPrefix(slowNormalize(path), "/")); got != want {
			t.Errorf("pattern %q, path %q: got %v, want %v", pattern, path, got, want)
		}
	})
}

// slowMatch defines what the wildcards mean, one line for each.
func slowMatch(pattern, path string) bool {
	switch {
	case pattern == "":
		return path == ""
	case pattern[0] == '*':
		return slowMatch(pattern[1:], path) || path != "" && slowMatch(pattern, path[1:])
	case path == "":
		return false
	default:
		return (pattern[0] == '?' || pattern[0] == path[0]) && slowMatch(pattern[1:], path[1:])
	}
}

// slowNormalize resolves segments on a list.
func slowNormalize(path string) string {
	path, _, _ = strings.Cut(path, "?")
	var kept []string
	segments := strings.Split(path, "/")
	for _, s := range segments {
		switch {
		case s == ".." && len(kept) > 0:
			kept = kept[:len(kept)-1]
		case s != "" && s != "." && s != "..":
			kept = append(kept, s)
		}
	}
	last := segments[len(segments)-1]
	if out := "/" + strings.Join(kept, "/"); out != "/" && (last == "" || last == "." || last == "..") {
		return out + "/"
	} else {
		return out
	}
}

func BenchmarkMatch(b *testing.B) {
	d := patterns("/api/*", "*.jpg", "/a/*/c?/*.png", "/static/*")
	b.ReportAllocs()
	for b.Loop() {
		d.Match("/static/2026/11/app.js?v=1")
	}
}
