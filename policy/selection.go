package policy

import (
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// selection is what a behavior sends on, from its two policies or from its
// legacy settings.
type selection struct {
	legacy  bool
	methods []string // the behavior's cached methods

	cacheHeaders, headers distribution.ValueSelection
	cacheCookies, cookies distribution.ValueSelection
	cacheQuery, query     distribution.ValueSelection
	gzip, brotli          bool
}

var selectNothing = distribution.ValueSelection{Behavior: distribution.SelectNone}

// selectionOf reads a behavior. In legacy mode the forwarded values stand in
// the place of the cache policy.
func selectionOf(b *distribution.CacheBehavior) selection {
	s := selection{
		methods:      b.CachedMethods,
		cacheHeaders: selectNothing, headers: selectNothing,
		cacheCookies: selectNothing, cookies: selectNothing,
		cacheQuery: selectNothing, query: selectNothing,
	}
	if v := b.ForwardedValues; v != nil && b.CachePolicy == nil {
		s.legacy, s.gzip = true, true
		s.cacheHeaders = distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: v.Headers}
		if slices.Contains(v.Headers, "*") {
			s.cacheHeaders = distribution.ValueSelection{Behavior: distribution.SelectAllViewer}
		}
		s.cacheCookies = v.Cookies
		if s.cacheCookies.Behavior == "" {
			s.cacheCookies = selectNothing
		}
		if v.QueryString {
			s.cacheQuery.Behavior = distribution.SelectAll // CF-QS-02
		}
		return s
	}
	if p := b.CachePolicy; p != nil {
		s.cacheHeaders, s.cacheCookies, s.cacheQuery = p.Headers, p.Cookies, p.QueryStrings
		s.gzip, s.brotli = p.Gzip, p.Brotli
	}
	if p := b.OriginRequestPolicy; p != nil {
		s.headers, s.cookies, s.query = p.Headers, p.Cookies, p.QueryStrings
	}
	return s
}

// header says whether the policies select a field. Names are compared without
// regard to case (CF-REQ-10).
func (s selection) header(name string) bool {
	return selects(name, s.cacheHeaders, s.headers, strings.EqualFold)
}

// selects combines a cache policy's and an origin request policy's selection of
// one kind of value (CF-REQ-02 to CF-REQ-08): what either of them names is sent,
// and of two block lists both hold.
func selects(name string, cache, origin distribution.ValueSelection, equal func(a, b string) bool) bool {
	in := func(v distribution.ValueSelection) bool {
		return slices.ContainsFunc(v.Items, func(item string) bool { return equal(item, name) })
	}
	if cache.Behavior == distribution.SelectAllExcept && origin.Behavior == distribution.SelectAllExcept {
		return !in(cache) && !in(origin) // CF-REQ-07
	}
	for _, v := range []distribution.ValueSelection{cache, origin} {
		switch v.Behavior {
		case distribution.SelectAll, distribution.SelectAllViewer, distribution.SelectAllViewerAndCloudFront:
			return true
		case distribution.SelectWhitelist:
			if in(v) {
				return true
			}
		case distribution.SelectAllExcept:
			if !in(v) {
				return true
			}
		}
	}
	return false
}

// sends says whether a viewer's field goes on: what is selected, and in legacy
// mode also what the documented table forwards unless it is listed there.
func (s selection) sends(name, method string) bool {
	if s.header(name) {
		return true
	}
	return s.legacy && !s.legacyRemoves(name, method)
}

// legacyRemoves is the documented table of the legacy mode (CF-REQ-12 to
// CF-REQ-43): these fields are removed unless listed; others are forwarded.
func (s selection) legacyRemoves(name, method string) bool {
	switch name {
	case "Accept", "Accept-Charset", "Accept-Language", "Referer", "Expect", "X-Http-Method-Override", "User-Agent":
		return true
	case "Authorization":
		return method == "GET" || method == "HEAD" || method == "OPTIONS" && slices.Contains(s.methods, "OPTIONS")
	}
	return false
}

func exactly(a, b string) bool { return a == b }

// uri is the request target: the origin path, the path as sent, and the query
// parameters that the policies select.
func (s selection) uri(f RequestFacts) string {
	path, query, hasQuery := strings.Cut(f.URI, "?")
	if path == "/" && f.DefaultRootObject != "" {
		path = "/" + strings.TrimPrefix(f.DefaultRootObject, "/") // CF-PATH-05
	}
	path = f.Origin.Path + path // CF-PATH-01
	if !hasQuery {
		return path
	}
	if all(s.cacheQuery) || all(s.query) {
		return path + "?" + query
	}
	var kept []string
	for _, parameter := range strings.Split(query, "&") { // CF-QS-03
		name, _, _ := strings.Cut(parameter, "=")
		if selects(name, s.cacheQuery, s.query, exactly) {
			kept = append(kept, parameter)
		}
	}
	if len(kept) == 0 {
		return path // CF-QS-01
	}
	return path + "?" + strings.Join(kept, "&")
}

func all(v distribution.ValueSelection) bool { return v.Behavior == distribution.SelectAll }

// cookieHeader returns the Cookie field with the selected cookies in the order
// of their names, or nil when none is left (CF-COOKIE-01 to CF-COOKIE-06).
func (s selection) cookieHeader(values []string) []string {
	var kept []string
	for _, value := range values {
		for _, cookie := range strings.Split(value, ";") {
			cookie = strings.TrimSpace(cookie)
			name, _, paired := strings.Cut(cookie, "=")
			if !paired || name == "" || strings.HasPrefix(name, "$") || !s.cookie(name) {
				continue
			}
			kept = append(kept, cookie)
		}
	}
	if len(kept) == 0 {
		return nil
	}
	slices.SortStableFunc(kept, func(a, b string) int {
		an, _, _ := strings.Cut(a, "=")
		bn, _, _ := strings.Cut(b, "=")
		return strings.Compare(an, bn)
	})
	return []string{strings.Join(kept, "; ")}
}

func (s selection) cookie(name string) bool {
	equal := exactly
	if s.legacy {
		equal = wildcardMatch // CF-COOKIE-09
	}
	return selects(name, s.cacheCookies, s.cookies, equal)
}

// wildcardMatch matches a name against a pattern with * and ?.
func wildcardMatch(pattern, name string) bool {
	star, mark := -1, 0
	i, j := 0, 0
	for j < len(name) {
		switch {
		case i < len(pattern) && pattern[i] == '*':
			star, mark = i, j
			i++
		case i < len(pattern) && (pattern[i] == '?' || pattern[i] == name[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[i:], "*") == ""
}

// normalizes says whether Accept-Encoding is rewritten rather than treated as
// any other field (CF-COMP-07, CF-COMP-08).
func (s selection) normalizes() bool { return s.gzip || s.brotli }

// acceptEncoding normalises Accept-Encoding to the enabled formats that the
// viewer accepts (CF-COMP-01 to CF-COMP-05); nil removes it (CF-COMP-09).
func (s selection) acceptEncoding(values []string, proto string) []string {
	if proto == "HTTP/1.0" {
		return nil
	}
	var formats []string
	for _, format := range []struct {
		name    string
		enabled bool
	}{{"br", s.brotli}, {"gzip", s.gzip}} {
		if format.enabled && accepts(values, format.name) {
			formats = append(formats, format.name)
		}
	}
	if len(formats) == 0 {
		if s.legacy {
			return nil
		}
		return []string{"identity"}
	}
	return []string{strings.Join(formats, ",")}
}

// accepts says whether an Accept-Encoding names a format without refusing it.
func accepts(values []string, format string) bool {
	for _, value := range values {
		for _, part := range strings.Split(value, ",") {
			name, quality, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(name), format) {
				q := strings.ReplaceAll(quality, " ", "")
				return q != "q=0" && q != "q=0.0" && q != "q=0.00" && q != "q=0.000"
			}
		}
	}
	return false
}
