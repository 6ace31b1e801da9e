package policy

import (
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// responseField sets a field of a response, or removes it if values is nil, and notes the
// change. It also works on a nil log.
func (l *ChangeLog) responseField(h http.Header, name string, values []string, by string, rule RuleID) {
	before, had := h[name]
	if values == nil {
		delete(h, name)
	} else {
		h[name] = values
	}
	if l == nil || !had && values == nil || had && slices.Equal(before, values) {
		return
	}
	l.Add(Change{LegResponse, name, kindOf(had, values != nil), strings.Join(before, ", "), strings.Join(values, ", "), by, rule})
}

func kindOf(before, after bool) ChangeKind {
	switch {
	case !before:
		return ChangeAdded
	case !after:
		return ChangeDropped
	}
	return ChangeChanged
}

// customHeader notes an origin custom header, which replaces an existing field (CF-HDR-02).
func (l *ChangeLog) customHeader(fields []Field, h distribution.Header) {
	c := Change{LegRequest, h.Name, ChangeAdded, "", h.Value, ByOriginCustomHeader, "CF-HDR-01"}
	for i := range fields {
		if strings.EqualFold(fields[i].Name, h.Name) {
			c.Kind, c.From, c.Rule = ChangeChanged, fields[i].Value, "CF-HDR-02"
		}
	}
	l.Add(c)
}

// logField notes what happened to a field of the viewer. What the documentation removes or
// writes regardless of configuration is not noted, see [AllChanges].
func (f *RequestFacts) logField(s *selection, name string, came, values []string) {
	if f.Log == nil || slices.Equal(came, values) {
		return
	}
	if name == "Cookie" {
		f.logCookies(s, came, values != nil)
		return
	}
	d := s.decide(name, f.Method)
	switch d.Treatment {
	case HeaderNever, HeaderWritten, HeaderFraming:
		return
	}
	by := settingNamed(f.Behavior, true)
	if values != nil && name == "Accept-Encoding" {
		by, d.Rule = settingNamed(f.Behavior, false), "CF-COMP-02"
	}
	f.Log.Add(Change{LegRequest, name, kindOf(len(came) > 0, len(values) > 0), strings.Join(came, ", "), strings.Join(values, ", "), by, d.Rule})
}

// logCookies notes the cookies that are not forwarded; anyKept is false if none is
// forwarded.
func (f *RequestFacts) logCookies(s *selection, came []string, anyKept bool) {
	for _, value := range came {
		for cookie := range strings.SplitSeq(value, ";") {
			name, secret, paired := strings.Cut(strings.Trim(cookie, " \t"), "=")
			if !paired { // it has no name
				name, secret = "", name
			}
			rule := RuleID("CF-COOKIE-03")
			switch {
			case name == "" && secret == "":
				continue
			case !paired || !isFieldName(name):
				rule = "CF-COOKIE-06"
			case name[0] == '$':
				rule = "CF-COOKIE-05"
			case s.cookie(name) && anyKept:
				continue
			case s.cookie(name): // selected, but the whole field is not forwarded
				rule = "CF-COOKIE-06"
			case !anyKept:
				rule = "CF-COOKIE-01"
			}
			f.Log.Add(Change{LegRequest, "cookie " + name, ChangeDropped, secret, "", settingNamed(f.Behavior, true), rule})
		}
	}
}

// logQuery notes the query parameters that are not forwarded.
func (f *RequestFacts) logQuery(s *selection, query string) {
	rule := RuleID("CF-QS-04")
	if s.cacheQuery.Behavior == distribution.SelectNone && s.query.Behavior == distribution.SelectNone {
		rule = "CF-QS-01"
	}
	for parameter := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(parameter, "=")
		if parameter != "" && !selects(name, s.cacheQuery, s.query, exactly) {
			f.Log.Add(Change{LegRequest, "query " + name, ChangeDropped, value, "", settingNamed(f.Behavior, true), rule})
		}
	}
}

// settingNamed names the setting of a behavior that selects what goes to origins: its
// origin request policy or its cache policy, by name, or the forwarded values.
func settingNamed(b *distribution.CacheBehavior, origin bool) string {
	by, name := ByCachePolicy, ""
	switch {
	case origin && b.OriginRequestPolicy != nil:
		by, name = ByOriginPolicy, b.OriginRequestPolicy.Name
	case b.CachePolicy != nil:
		name = b.CachePolicy.Name
	case b.ForwardedValues != nil:
		by = ByForwardedValues
	}
	if name != "" {
		by += " " + name
	}
	return by
}
