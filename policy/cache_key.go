package policy

import (
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// CacheKey returns the text that identifies an entry in a distribution's cache:
// the path, and the parts of query, fields and cookies that the cache policy or
// the legacy settings name (CF-CACHE-02). It excludes the viewer's scheme
// (CF-CONN-07) and Vary (CF-CACHE-65). GET and HEAD share a key (CF-CACHE-76,
// inferred); OPTIONS has its own (CF-CACHE-32).
//
// The first line is the URI, preceded by the method if that is OPTIONS. Each
// further line is a field, as "Name: value".
func CacheKey(f RequestFacts) string {
	s := selectionOf(f.Behavior)
	// What an origin request policy forwards is not in the key.
	s.headers, s.cookies, s.query, s.added = selectNothing, selectNothing, selectNothing, nil
	if v := f.Behavior.ForwardedValues; s.legacy && v.QueryString && len(v.QueryStringCacheKeys) > 0 {
		s.cacheQuery = distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: v.QueryStringCacheKeys}
	}
	f.Origin = &noOrigin
	uri := s.uri(&f)
	encoding := s.acceptEncoding(f.Header["Accept-Encoding"], &f)
	if f.Method != http.MethodOptions && len(encoding) == 0 && len(s.cacheHeaders.Items) == 0 && s.cacheCookies.Behavior == distribution.SelectNone {
		return uri // the hot path
	}
	var b strings.Builder
	if f.Method == http.MethodOptions {
		b.WriteString("OPTIONS ")
	}
	b.WriteString(uri)
	part := func(name string, values ...string) {
		for _, value := range values {
			b.WriteByte('\n')
			b.WriteString(name)
			b.WriteString(": ")
			b.WriteString(value)
		}
	}
	if s.header("Host") {
		part("Host", strings.ToLower(f.Host))
	}
	if !(len(encoding) == 1 && &encoding[0] == &onlyIdentity[0]) { // CF-COMP-04: not in the key
		part("Accept-Encoding", encoding...)
	}
	names := slices.Clone(s.cacheHeaders.Items)
	slices.Sort(names)
	for _, name := range names { // CF-CACHE-66 to CF-CACHE-69
		if key := http.CanonicalHeaderKey(name); key != "Host" && key != "Accept-Encoding" {
			part(key, f.Header[key]...)
		}
	}
	own := s.cloudFrontNames()
	for _, field := range own.appendTo(nil, &f) {
		part(field.Name, field.Value)
	}
	part("Cookie", s.cookieHeader(UnsignedCookies(f.Header["Cookie"], f.Behavior))...) // CF-SIGN-52
	return b.String()
}

var noOrigin distribution.Origin

// KeyURI returns the URI in a key, which an invalidation names.
func KeyURI(key string) string {
	uri, _, _ := strings.Cut(key, "\n")
	return strings.TrimPrefix(uri, "OPTIONS ")
}

// bothInKey is how both formats appear in a key.
const bothInKey = "\nAccept-Encoding: br,gzip"

// OtherEncodings returns the keys of further copies that can serve a viewer that
// accepts both formats if its own key has no copy: the first one cached is reused
// (CF-COMP-11).
func OtherEncodings(key string, b *distribution.CacheBehavior) []string {
	s := selectionOf(b)
	if !s.gzip || !s.brotli || s.legacy || !strings.Contains(key, bothInKey) {
		return nil
	}
	before, after, _ := strings.Cut(key, bothInKey)
	return []string{before + "\nAccept-Encoding: br" + after, before + "\nAccept-Encoding: gzip" + after}
}
