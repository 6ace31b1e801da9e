package policy

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// telling are the viewer's fields by which applications distinguish requests.
var telling = []string{"Authorization", "Cookie", "Host", "Origin"}

// Unkeyed returns the parts of a viewer's request that an origin gets but the
// cache key does not contain, among those by which applications vary their
// responses: Host, Origin, Authorization and the cookies. The values are the
// viewer's; nil means none.
func Unkeyed(b *distribution.CacheBehavior, host string, viewer http.Header) []Field {
	if b.OriginRequestPolicy == nil || b.CachePolicy == nil {
		return nil // in legacy mode, what is sent is in the key
	}
	s := selectionOf(b)
	var fields []Field
	for _, name := range telling {
		values := viewer[name]
		switch name {
		case "Host":
			values = []string{host}
		case "Cookie":
			if keyed := s.cacheCookies.Behavior; keyed == distribution.SelectAll || s.cookies.Behavior == distribution.SelectNone {
				continue
			}
			values = cookiesBeside(&s, values)
			if len(values) > 0 {
				fields = append(fields, Field{name, values[0]})
			}
			continue
		}
		if len(values) > 0 && s.header(name) && !chosen(s.cacheHeaders, name, strings.EqualFold) {
			fields = append(fields, Field{name, strings.Join(values, ", ")})
		}
	}
	return fields
}

// cookiesBeside returns the cookies that are sent but not in the key.
func cookiesBeside(s *selection, values []string) []string {
	beside := *s
	equal := exactly
	var kept []string
	for _, value := range values {
		for cookie := range strings.SplitSeq(value, ";") {
			cookie = strings.TrimSpace(cookie)
			name, _, _ := strings.Cut(cookie, "=")
			if cookie != "" && beside.cookie(name) && !chosen(s.cacheCookies, name, equal) {
				kept = append(kept, cookie)
			}
		}
	}
	if kept == nil {
		return nil
	}
	slices.Sort(kept)
	return []string{strings.Join(kept, "; ")}
}

// AdviseKey warns of a response whose own Vary says that it depends on a field
// which the origin gets and the cache key does not contain (CF-CACHE-65): every
// viewer will get the first viewer's response.
func AdviseKey(answer http.Header, unkeyed []Field) []Finding {
	var found []Finding
	for _, f := range unkeyed {
		if !slices.ContainsFunc(varyNames(answer), func(name string) bool { return strings.EqualFold(name, f.Name) }) {
			continue
		}
		found = append(found, Finding{
			Rule: "CF-CACHE-65", Verdict: Warn, Subject: "the cache key",
			Observed: fmt.Sprintf("the origin says Vary: %s, and %s is sent to it but is not in the cache key: this answer is kept for all values of it", f.Name, f.Name),
			Expected: f.Name + " in the cache key, as Vary has no part in it",
			Hint:     fmt.Sprintf("put %s into the cache policy, or remove it from the origin request policy", f.Name),
		})
	}
	return found
}

// SharedAcross warns of a cached copy made for a request that differs from this
// one in what the origin got and the cache key does not contain; nil if nothing
// differs. It does not reveal credentials. From is the exchange that made the
// copy.
func SharedAcross(answer http.Header, then, now []Field, from string) *Finding {
	var differ []string
	var names []string
	for _, f := range now { // what the first request did not have at all
		if !slices.ContainsFunc(then, func(was Field) bool { return was.Name == f.Name }) {
			then = append(then[:len(then):len(then)], Field{Name: f.Name})
		}
	}
	for _, was := range then {
		at := slices.IndexFunc(now, func(f Field) bool { return f.Name == was.Name })
		is := ""
		if at >= 0 {
			is = now[at].Value
		}
		if is == was.Value || was.Name == "Host" && strings.EqualFold(is, was.Value) {
			continue
		}
		names = append(names, was.Name)
		switch was.Name {
		case "Authorization", "Cookie":
			differ = append(differ, "kept for "+map[bool]string{true: "no ", false: "another "}[was.Value == ""]+was.Name)
		default:
			differ = append(differ, fmt.Sprintf("kept for %s %q, served to %s %q", was.Name, was.Value, was.Name, is))
		}
	}
	if len(differ) == 0 {
		return nil
	}
	rule := RuleID("CF-CACHE-66")
	switch names[0] {
	case "Authorization":
		rule = "CF-CACHE-87"
	case "Host":
		rule = "CF-CACHE-74"
	}
	return &Finding{
		Rule: rule, Verdict: Warn, Subject: "the cache key",
		Observed: fmt.Sprintf("%s: exchange %s brought this copy, and the cache key is the same", strings.Join(differ, "; "), from),
		Hint:     fmt.Sprintf("if the answer depends on %s, put it into the cache policy; otherwise remove it from the origin request policy", strings.Join(names, " or ")),
	}
}
