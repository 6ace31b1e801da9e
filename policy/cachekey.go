package policy

import (
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// CacheKey returns the text that tells the entries of one distribution's cache
// apart: the path, and of query, fields and cookies what the cache policy or the
// legacy settings name (CF-CACHE-02). The viewer's scheme is no part of it
// (CF-CONN-07), GET and HEAD share a key, and OPTIONS has its own (CF-CACHE-32).
func CacheKey(f RequestFacts) string {
	s := selectionOf(f.Behavior)
	// What an origin request policy sends on is not in the key.
	s.headers, s.cookies, s.query, s.added = selectNothing, selectNothing, selectNothing, nil
	if v := f.Behavior.ForwardedValues; s.legacy && v.QueryString && len(v.QueryStringCacheKeys) > 0 {
		s.cacheQuery = distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: v.QueryStringCacheKeys}
	}
	f.Origin = &distribution.Origin{}
	var b strings.Builder
	if f.Method == "OPTIONS" {
		b.WriteString("OPTIONS ")
	}
	b.WriteString(s.uri(&f))
	part := func(name string, values ...string) {
		if len(values) > 0 {
			b.WriteString("\x00" + name + "\x00" + strings.Join(values, ","))
		}
	}
	if s.header("Host") {
		part("Host", strings.ToLower(f.Host))
	}
	part("Accept-Encoding", s.acceptEncoding(f.Header["Accept-Encoding"], &f)...)
	names := slices.Clone(s.cacheHeaders.Items)
	slices.Sort(names)
	for _, name := range names {
		if key := http.CanonicalHeaderKey(name); key != "Host" && key != "Accept-Encoding" {
			part(key, f.Header[key]...)
		}
	}
	own := s.cloudFrontNames()
	for _, field := range own.appendTo(nil, &f) {
		part(field.Name, field.Value)
	}
	part("Cookie", s.cookieHeader(f.Header["Cookie"])...)
	return b.String()
}
