package edge

import (
	"bytes"
	"crypto/x509"
	"io"
	"net/http"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// advise explains what may be behind an unwanted outcome, from the configuration and the
// request: in the cause, or in findings on the origin's own answer, which the viewer is
// told as well. It changes nothing else.
func (e *Edge) advise(x *exchange, v *ViewerRequest, o *outcome) {
	x.tellWebSocket()
	sent := x.exchange.Sent
	wanted := o.cause == nil && o.response.Status < 300
	if sent == nil || x.exchange.Forced != "" || wanted && len(v.Header["Authorization"]) == 0 && len(v.Header["Origin"]) == 0 && v.Body == nil {
		return
	}
	origin, ok := x.location.Distribution.Origin(x.exchange.Origin)
	if !ok {
		return
	}
	facts := policy.AdviceFacts{
		Behavior: o.behavior, Origin: origin, Method: v.Method, Scheme: v.Scheme, Host: v.Host, URI: v.URI, Header: v.Header,
		Secure: sent.TLS, Sent: sent.Header, SentURI: sent.URI, Changes: x.log.List(),
	}
	if len(x.location.Distribution.Aliases) > 0 {
		facts.Serves = x.location.Distribution.ServesHost
	}
	if o.cause != nil {
		facts.Carries = carries(x.exchange.Attempts)
		o.cause = policy.AdviseCause(facts, o.cause)
		return
	}
	facts.Status, facts.Location, facts.Answer = o.response.Status, o.response.Header.Get("Location"), o.response.Header
	if facts.Status == http.StatusBadRequest && !facts.Secure {
		facts.Body = peek(o.response)
	}
	x.tellSigning(facts.Status)
	if f, ok := policy.AdviseCORS(facts); ok && wanted && x.hint == "" { // a successful answer that the page cannot read
		x.notes, x.hint = append(x.notes, f.Observed), f.Hint
	}
	for _, finding := range policy.AdviseResponse(facts) {
		x.find(finding)
		if !wanted && x.hint == "" {
			x.notes, x.hint = append(x.notes, finding.Observed), finding.Hint
		}
	}
}

// mostPeeked is how much of a refusal is looked at.
const mostPeeked = 1 << 10

// peek returns the beginning of a body, leaving it to be read in full.
func peek(r *originconn.Response) []byte {
	if r.ContentLength == 0 {
		return nil
	}
	begin := make([]byte, mostPeeked)
	n, err := io.ReadAtLeast(r.Body, begin, min(mostPeeked, max(1, int(min(r.ContentLength, mostPeeked)))))
	rest := io.Reader(r.Body)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		rest = failedBody{err}
	}
	r.Body = &peeked{io.MultiReader(bytes.NewReader(begin[:n]), rest), r.Body}
	return begin[:n]
}

// peeked is a body whose beginning has already been read.
type peeked struct {
	io.Reader
	io.Closer
}

// failedBody follows the beginning of a body whose rest could not be read.
type failedBody struct{ err error }

// Read returns the error.
func (b failedBody) Read([]byte) (int, error) { return 0, b.err }

// tellWebSocket tells a viewer why its WebSocket cannot be set up, regardless of how the
// origin responds (CF-WS-02, CF-WS-06).
func (x *exchange) tellWebSocket() {
	for _, f := range x.exchange.Findings {
		if f.Verdict == policy.Fail && (f.Rule == "CF-WS-02" || f.Rule == "CF-WS-06") {
			x.notes = append(x.notes, string(f.Rule)+" "+f.Observed)
			x.hint = f.Hint
		}
	}
}

// carries returns a function that reports whether the certificate of the last attempt
// covers a name; nil if there was no certificate.
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
