package policy

import (
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// selection is what a behavior forwards, from its two policies or from its legacy settings.
type selection struct {
	legacy  bool
	methods []string // the behavior's cached methods

	cacheHeaders, headers distribution.ValueSelection
	cacheCookies, cookies distribution.ValueSelection
	cacheQuery, query     distribution.ValueSelection
	gzip, brotli          bool
	// added are the edge's own fields that the origin request policy adds to what it
	// selects.
	added []string
}

var selectNothing = distribution.ValueSelection{Behavior: distribution.SelectNone}

// selectionOf reads a behavior. In legacy mode the forwarded values take the place of the
// cache policy.
func selectionOf(b *distribution.CacheBehavior) selection {
	s := selection{
		methods:      b.CachedMethods,
		cacheHeaders: selectNothing, headers: selectNothing,
		cacheCookies: selectNothing, cookies: selectNothing,
		cacheQuery: selectNothing, query: selectNothing,
	}
	if v := b.ForwardedValues; v != nil && b.CachePolicy == nil {
		s.forwardedValues(v)
		return s
	}
	if p := b.CachePolicy; p != nil {
		s.cacheHeaders, s.cacheCookies, s.cacheQuery = p.Headers, p.Cookies, p.QueryStrings
		s.gzip, s.brotli = p.Gzip, p.Brotli
	}
	if p := b.OriginRequestPolicy; p != nil {
		s.headers, s.cookies, s.query, s.added = p.Headers, p.Cookies, p.QueryStrings, p.CloudFrontHeaders
	}
	return s
}

// forwardedValues reads the legacy settings, which do not support Brotli.
func (s *selection) forwardedValues(v *distribution.ForwardedValues) {
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
}

// header reports whether the policies select a field. Names are case-insensitive
// (CF-REQ-10).
func (s *selection) header(name string) bool {
	return selects(name, s.cacheHeaders, s.headers, strings.EqualFold)
}

// selects combines a cache policy's and an origin request policy's selection of one kind of
// value (CF-REQ-02 to CF-REQ-08): what either of them names is sent, and two block lists
// both apply.
func selects(name string, cache, origin distribution.ValueSelection, equal func(a, b string) bool) bool {
	if cache.Behavior == distribution.SelectAllExcept && origin.Behavior == distribution.SelectAllExcept {
		return !named(cache, name, equal) && !named(origin, name, equal) // CF-REQ-07
	}
	return chosen(cache, name, equal) || chosen(origin, name, equal)
}

// chosen reports whether one selection picks a name on its own.
func chosen(v distribution.ValueSelection, name string, equal func(a, b string) bool) bool {
	switch v.Behavior {
	case distribution.SelectAll, distribution.SelectAllViewer, distribution.SelectAllViewerAndCloudFront:
		return true
	case distribution.SelectWhitelist:
		return named(v, name, equal)
	case distribution.SelectAllExcept:
		return !named(v, name, equal)
	}
	return false
}

func named(v distribution.ValueSelection, name string, equal func(a, b string) bool) bool {
	for _, item := range v.Items {
		if equal(item, name) {
			return true
		}
	}
	return false
}

func exactly(a, b string) bool { return a == b }

// HeaderDecision says whether a viewer's field is forwarded to the origin, and
// why.
type HeaderDecision struct {
	// Sent says that the viewer's value is forwarded, perhaps normalized or
	// extended.
	Sent bool
	// Rule is the deciding rule.
	Rule RuleID
	// By is the setting that selected the field: "cache policy", "origin request
	// policy" or "forwarded values"; "" if none did.
	By string
	// Treatment is the field's treatment in the documented table.
	Treatment HeaderTreatment
}

// DecideHeader returns what a behavior does with a viewer's field and which rule
// decides, to explain what happened to a header. BuildRequest makes the same
// decision.
func DecideHeader(b *distribution.CacheBehavior, name, method string) HeaderDecision {
	s := selectionOf(b)
	return s.decide(http.CanonicalHeaderKey(name), method)
}

// decide judges a field by its canonical name.
func (s *selection) decide(name, method string) HeaderDecision {
	row := requestHeader(name, method, s.methods)
	d := HeaderDecision{Rule: row.Rule, Treatment: row.Unlisted}
	if name == "Cookie" { // it is selected by its own settings, not by those of headers
		d.Sent = s.cacheCookies.Behavior != distribution.SelectNone || s.cookies.Behavior != distribution.SelectNone
		return d
	}
	switch row.Unlisted {
	case HeaderNever:
		return d
	case HeaderFraming:
		d.Sent = true
		return d
	case HeaderWritten: // for three of these, the viewer's own value is forwarded
		d.Sent = name == "Via" || name == "X-Forwarded-For" || name == "Host" && s.header(name)
		return d
	}
	if by := s.selectedBy(name); by != "" {
		d.Sent, d.By = true, by
		switch {
		case name == "User-Agent":
			d.Rule = "CF-REQ-56"
		case name == "Authorization" && !s.legacy:
			d.Rule = "CF-REQ-24"
		case by == "origin request policy":
			d.Rule = "CF-REQ-08"
		default:
			d.Rule = "CF-REQ-10"
		}
		return d
	}
	switch {
	case name == "User-Agent": // the edge sends its own
	case name == "Accept-Encoding":
		d.Sent = s.normalizes()
	case s.legacy:
		d.Sent = row.Unlisted == HeaderForwarded
	case name == "Authorization":
		d.Rule = "CF-REQ-24"
	case method == "GET" && (name == "Range" || name == "If-Range"):
		d.Sent, d.Rule = true, "CF-RANGE-01"
	default:
		d.Rule = "CF-REQ-02"
	}
	return d
}

// selectedBy returns the setting that selects a field, or "".
func (s *selection) selectedBy(name string) string {
	if !s.header(name) {
		return ""
	}
	switch {
	case s.legacy:
		return "forwarded values"
	case chosen(s.cacheHeaders, name, strings.EqualFold):
		return "cache policy"
	}
	return "origin request policy"
}
