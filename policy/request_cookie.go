package policy

import (
	"slices"
	"strings"
)

// cookieHeader returns the Cookie field with the selected cookies sorted by name
// (CF-COOKIE-03, CF-COOKIE-04), or nil if none is left (CF-COOKIE-01). A field that does
// not consist of name=value pairs is not forwarded at all (CF-COOKIE-06): names must follow
// the grammar in RFC 6265 section 4.1.1; that a value may be any octets, and that an empty
// piece does no harm, is inferred.
func (s *selection) cookieHeader(values []string) []string {
	var kept []string
	for _, value := range values {
		for cookie := range strings.SplitSeq(value, ";") {
			cookie = strings.Trim(cookie, " \t")
			if cookie == "" {
				continue
			}
			name, _, paired := strings.Cut(cookie, "=")
			if !paired || !isFieldName(name) {
				return nil
			}
			if name[0] != '$' && s.cookie(name) { // CF-COOKIE-05
				kept = append(kept, cookie)
			}
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

// cookie reports whether a cookie is selected. Names are case-sensitive; only legacy lists
// have wildcards (CF-COOKIE-09, CF-REQ-11).
func (s *selection) cookie(name string) bool {
	equal := exactly
	if s.legacy {
		equal = wildcardMatch
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
