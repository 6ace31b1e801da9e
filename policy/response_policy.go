package policy

import (
	"net/http"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// ResponsePolicyFacts is what a response headers policy is applied to.
type ResponsePolicyFacts struct {
	// Policy is the behavior's policy; nil changes nothing.
	Policy *distribution.ResponseHeadersPolicy
	// Method and Request are those of the viewer's request.
	Method  string
	Request http.Header
	// Generated says that the edge generated the response itself. It also gets what
	// the policy adds (CF-ERR-36); that nothing is removed from it is inferred.
	Generated bool
	// Log receives the policy's changes. Default: none.
	Log *ChangeLog
}

// by returns the policy's name for the log.
func (f *ResponsePolicyFacts) by() string {
	if f.Log == nil || f.Policy.Name == "" {
		return ByResponsePolicy
	}
	return ByResponsePolicy + " " + f.Policy.Name
}

// ApplyResponsePolicy applies a response headers policy to the fields of a
// viewer's response. It removes first and adds afterwards, so a field that is in
// both parts is sent. A field from the origin is kept unless the policy overrides
// it. The policy cannot change the message framing.
func ApplyResponsePolicy(h http.Header, f ResponsePolicyFacts) {
	p := f.Policy
	if p == nil {
		return
	}
	w := responseWriter{h, f.Log, f.by()}
	if !f.Generated {
		w.remove(p.Remove)
	}
	if p.CORS != nil {
		w.applyCORS(p.CORS, f.Method, f.Request)
	}
	for i := range p.Headers {
		w.set(p.Headers[i].Name, p.Headers[i].Value, p.Headers[i].Override)
	}
}

// responseWriter changes the fields of a response on behalf of a policy.
type responseWriter struct {
	header http.Header
	log    *ChangeLog
	by     string
}

// remove removes the fields that the policy lists. A removed Server is replaced by the
// edge's own; so is Date, which is written last.
func (w *responseWriter) remove(names []string) {
	for _, name := range names {
		if distribution.ProtectedResponseHeader(name) { // CF-RESP-30
			continue
		}
		key := http.CanonicalHeaderKey(name)
		var values []string
		if key == "Server" {
			values = []string{"CloudFront"}
		}
		w.log.responseField(w.header, key, values, w.by, "")
	}
}

// set sets a field unless the origin's own takes precedence.
func (w *responseWriter) set(name, value string, override bool) {
	if !isFieldName(name) || !isFieldValue(value) || distribution.ProtectedResponseHeader(name) {
		return
	}
	key := http.CanonicalHeaderKey(name)
	if _, ok := w.header[key]; !ok || override {
		w.log.responseField(w.header, key, []string{value}, w.by, "")
	}
}

// WantsServerTiming reports whether a response gets Server-Timing: a sample of
// all responses does, and every response to a request for it (CF-REQ-71).
// Sampling is based on the exchange's id, so it is reproducible.
func WantsServerTiming(p *distribution.ResponseHeadersPolicy, request http.Header, id string) bool {
	if p == nil || !p.ServerTiming && p.ServerTimingRate <= 0 {
		return false
	}
	for _, value := range request["Pragma"] {
		for directive := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.TrimSpace(directive), "server-timing") {
				return true
			}
		}
	}
	return draw(id) < p.ServerTimingRate
}
