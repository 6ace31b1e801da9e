package edge

import (
	"crypto/x509"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// advise tells what may be behind an outcome that nobody wanted, from the
// configuration and what was sent: in the cause, or in findings on the origin's
// own answer, which the viewer is told as well. It changes nothing else.
func (e *Edge) advise(x *exchange, v *ViewerRequest, o *outcome) {
	x.tellWebSocket()
	sent := x.exchange.Sent
	wanted := o.cause == nil && o.response.Status < 300
	if sent == nil || x.exchange.Forced != "" || wanted && len(v.Header["Authorization"]) == 0 {
		return
	}
	origin, ok := x.location.Distribution.Origin(x.exchange.Origin)
	if !ok {
		return
	}
	facts := policy.AdviceFacts{
		Behavior: o.behavior, Origin: origin, Method: v.Method, Scheme: v.Scheme, Host: v.Host, URI: v.URI, Header: v.Header,
		Secure: sent.TLS, Sent: sent.Header,
	}
	if len(x.location.Distribution.Aliases) > 0 {
		facts.Serves = x.location.Distribution.ServesHost
	}
	if o.cause != nil {
		facts.Carries = carries(x.exchange.Attempts)
		o.cause = policy.AdviseCause(facts, o.cause)
		return
	}
	facts.Status, facts.Location = o.response.Status, o.response.Header.Get("Location")
	for _, finding := range policy.AdviseResponse(facts) {
		x.find(finding)
		if !wanted && x.hint == "" {
			x.notes, x.hint = append(x.notes, finding.Observed), finding.Hint
		}
	}
}

// tellWebSocket tells a viewer why its WebSocket cannot be set up, whatever the
// origin makes of the request (CF-WS-02, CF-WS-06).
func (x *exchange) tellWebSocket() {
	for _, f := range x.exchange.Findings {
		if f.Verdict == policy.Fail && (f.Rule == "CF-WS-02" || f.Rule == "CF-WS-06") {
			x.notes = append(x.notes, string(f.Rule)+" "+f.Observed)
			x.hint = f.Hint
		}
	}
}

// carries answers whether the certificate of the last attempt is for a name; nil
// if there was none.
func carries(attempts []*originconn.Attempt) func(string) bool {
	if len(attempts) == 0 {
		return nil
	}
	h := attempts[len(attempts)-1].Handshake
	if h == nil || len(h.PeerCertificates) == 0 {
		return nil
	}
	leaf, err := x509.ParseCertificate(h.PeerCertificates[0])
	if err != nil {
		return nil
	}
	return func(name string) bool { return leaf.VerifyHostname(name) == nil }
}
