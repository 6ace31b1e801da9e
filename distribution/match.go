package distribution

import (
	"bytes"
	"strings"
)

// Match returns the behavior for a request path: the first, in order of precedence,
// whose path pattern matches, or else the default one (CF-PATH-02). The path is the
// raw request path; its query is ignored (CF-PATH-03). Repeated slashes and dot
// segments are normalized for matching only: the origin receives the raw path
// (CF-PATH-04). Percent-encoded bytes are compared without decoding; the
// documentation does not mention them.
func (d *Distribution) Match(path string) *CacheBehavior {
	if len(d.Behaviors) > 0 {
		path = normalize(path)
		for i := range d.Behaviors {
			if matchPattern(d.Behaviors[i].PathPattern, path) {
				return &d.Behaviors[i]
			}
		}
	}
	return &d.DefaultBehavior
}

// PathMatches reports whether a path pattern matches the raw path of a request, by
// the rules of [Distribution.Match] (CF-PATH-02 to CF-PATH-04).
func PathMatches(pattern, path string) bool { return matchPattern(pattern, normalize(path)) }

// matchPattern reports whether a path pattern matches a normalized path. Matching is
// case-sensitive; * stands for any number of characters and ? for exactly one, including
// slashes; a leading slash is optional in the pattern (CF-PATH-02).
//
// On a mismatch it backtracks only to the latest *, so the time is bounded by len(pattern)
// times len(path), and a pattern has at most 255 characters.
func matchPattern(pattern, path string) bool {
	pattern = strings.TrimPrefix(pattern, "/")
	path = strings.TrimPrefix(path, "/")
	var p, s int
	star, resume := -1, 0
	for s < len(path) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, resume = p, s
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == path[s]):
			p++
			s++
		case star >= 0:
			resume++
			p, s = star+1, resume
		default:
			return false
		}
	}
	for p < len(pattern) && pattern[p] == '*' {
		p++
	}
	return p == len(pattern)
}

// normalize removes the query from a path, merges repeated slashes and resolves dot
// segments (RFC 3986, section 5.2.4). It allocates only if there is something to change.
func normalize(path string) string {
	if i := strings.IndexByte(path, '?'); i >= 0 {
		path = path[:i]
	}
	if !abnormal(path) {
		return path
	}
	out := make([]byte, 0, len(path)+1)
	slash := false // whether the result ends in a slash
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
			slash = true
		case "..":
			out = out[:max(bytes.LastIndexByte(out, '/'), 0)]
			slash = true
		default:
			out = append(append(out, '/'), segment...)
			slash = false
		}
	}
	if slash {
		out = append(out, '/')
	}
	return string(out)
}

// abnormal reports whether a path has an empty or a dot segment, not counting empty ones at
// either end.
func abnormal(path string) bool {
	rest := strings.TrimPrefix(path, "/")
	for {
		switch {
		case strings.HasPrefix(rest, "/"), rest == ".", rest == "..",
			strings.HasPrefix(rest, "./"), strings.HasPrefix(rest, "../"):
			return true
		}
		i := strings.IndexByte(rest, '/')
		if i < 0 {
			return false
		}
		rest = rest[i+1:]
	}
}
