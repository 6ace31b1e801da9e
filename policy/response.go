package policy

import (
	"net/http"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// ViewerHeader converts, in place, the fields of the origin's response to those
// sent to the viewer, as for every response. It removes hop-by-hop fields
// (CF-RESP-03 to CF-RESP-05), Set-Cookie if cookies are not forwarded
// (CF-RESP-02), and names in Vary of fields that the origin never got (CF-RESP-06
// to CF-RESP-09). It returns the map. What settings and the origin's own
// Connection remove is added to the log, which may be nil.
func ViewerHeader(out http.Header, b *distribution.CacheBehavior, log *ChangeLog) http.Header {
	hop := out["Connection"]
	for name := range out {
		if removedFromResponse(name) {
			delete(out, name)
		}
	}
	if len(out["Set-Cookie"]) > 0 && !ForwardsCookies(b) {
		log.responseField(out, "Set-Cookie", nil, ByBehavior, "CF-RESP-02")
	}
	if vary, ok := out["Vary"]; ok {
		log.responseField(out, "Vary", viewerVary(vary, b), ByBehavior, "CF-RESP-09")
	}
	for _, value := range hop {
		for name := range strings.SplitSeq(value, ",") { // RFC 9110 section 7.6.1
			log.responseField(out, http.CanonicalHeaderKey(strings.TrimSpace(name)), nil, "the origin's Connection field", "")
		}
	}
	return out
}

// viewerVary returns the values of Vary that the viewer gets, in order; nil if none is
// left. That "*" is kept is inferred: the table of response fields excludes it from the
// values that are removed.
func viewerVary(values []string, b *distribution.CacheBehavior) []string {
	s := selectionOf(b)
	edgeNames := s.cloudFrontNames()
	var kept []string
	removed := false
	for _, value := range values {
		for name := range strings.SplitSeq(value, ",") {
			if name = strings.TrimSpace(name); name == "" {
				continue
			}
			if s.variesBy(name, &edgeNames) {
				kept = append(kept, name)
			} else {
				removed = true
			}
		}
	}
	switch {
	case len(kept) == 0:
		return nil
	case !removed:
		return values
	}
	return []string{strings.Join(kept, ", ")}
}

// variesBy reports whether a name in Vary means anything to a viewer.
func (s *selection) variesBy(name string, edgeNames *edgeNames) bool {
	switch {
	case name == "*", strings.EqualFold(name, "Accept-Encoding"), strings.EqualFold(name, "Cookie"): // CF-RESP-06
		return true
	case strings.EqualFold(name, "User-Agent") && edgeNames.forwardsDevice(): // CF-RESP-07
		return true
	}
	if s.header(name) { // CF-RESP-08
		return true
	}
	for _, list := range edgeNames {
		for _, listed := range list {
			if strings.EqualFold(listed, name) {
				return true
			}
		}
	}
	return false // CF-RESP-09
}
