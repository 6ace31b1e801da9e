package policy

import (
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// uri returns the request target: the origin path, the path as sent, and the query
// parameters that the policies select.
func (s *selection) uri(f *RequestFacts) string {
	path, query, hasQuery := strings.Cut(f.URI, "?")
	if path == "/" && f.DefaultRootObject != "" {
		path = "/" + f.DefaultRootObject // CF-PATH-05; with a leading slash it would be another path, which a bucket does not have (CF-S3-71)
		f.Log.Add(Change{LegRequest, "uri", ChangeChanged, "/", path, ByDefaultRootObject, "CF-PATH-05"})
	}
	if f.Origin.Path != "" {
		f.Log.Add(Change{LegRequest, "uri", ChangeChanged, path, f.Origin.Path + path, ByOriginPath, "CF-PATH-01"})
		path = f.Origin.Path + path // CF-PATH-01
	}
	if hasQuery {
		before := query
		if query, hasQuery = s.queryString(query); f.Log != nil && (!hasQuery || len(query) != len(before)) {
			f.logQuery(s, before)
		}
	}
	switch {
	case !hasQuery:
		return targetSafe(path) // CF-QS-01
	case len(path)+1+len(query) == len(f.URI):
		return targetSafe(f.URI) // nothing was changed
	}
	return targetSafe(path + "?" + query)
}

// queryString returns the forwarded parameters, as sent and in order. In legacy mode that
// is all or none: a list of cache keys does not limit what is sent (CF-QS-02).
func (s *selection) queryString(query string) (string, bool) {
	if all(s.cacheQuery) || all(s.query) {
		return query, true
	}
	if s.cacheQuery.Behavior == distribution.SelectNone && s.query.Behavior == distribution.SelectNone {
		return "", false
	}
	var kept []string
	for parameter := range strings.SplitSeq(query, "&") { // CF-QS-03
		name, _, _ := strings.Cut(parameter, "=")
		if selects(name, s.cacheQuery, s.query, exactly) {
			kept = append(kept, parameter)
		}
	}
	return strings.Join(kept, "&"), len(kept) > 0
}

func all(v distribution.ValueSelection) bool { return v.Behavior == distribution.SelectAll }

// targetSafe escapes the bytes that would end a request line. A parsed request target has
// none.
func targetSafe(target string) string {
	for i := range len(target) {
		if c := target[i]; c <= ' ' || c == 0x7f {
			return escapeTarget(target)
		}
	}
	return target
}

func escapeTarget(target string) string {
	var b strings.Builder
	for i := range len(target) {
		if c := target[i]; c <= ' ' || c == 0x7f {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}
