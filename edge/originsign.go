package edge

import (
	"net/http"

	"github.com/edgesim/edgesim/internal/sigv4"
	"github.com/edgesim/edgesim/policy"
)

// signOrigin signs a plan's request if the origin's access control asks for it: after all
// functions (CF-OAC-45), and regardless of any existing Authorization (CF-OAC-01).
func (e *Edge) signOrigin(x *exchange, v *ViewerRequest, p *Plan, page bool) {
	if p.Origin.AccessControl == nil && p.Origin.AccessControlID == "" {
		return
	}
	host := ""
	before := map[string]string{}
	for _, f := range p.Request.Header {
		name := http.CanonicalHeaderKey(f.Name)
		if name == "Host" {
			host = f.Value
		}
		if policy.IsSignatureField(name) {
			before[name] = f.Value
		}
	}
	s, found := policy.SignatureFor(policy.SignatureFacts{Origin: p.Origin, Viewer: v.Header, HasBody: p.Request.Body != nil, Host: host})
	x.signing = found
	for _, f := range found {
		x.find(f)
	}
	if s == nil {
		return
	}
	scheme := "http"
	if p.Target.TLS {
		scheme = "https"
	}
	credentials, ok := e.Credentials[s.AccessControl]
	if !ok {
		credentials = sigv4.MadeUp
	}
	message := sigv4.Message{Method: p.Request.Method, Scheme: scheme, URI: p.Request.RequestURI, Fields: p.Request.Header}
	fields, err := sigv4.Sign(message, *s, credentials, e.Clock.Now())
	if err != nil { // a path that is not a URI: S3 refuses it, signed or not
		x.find(policy.Finding{Rule: "CF-OAC-25", Verdict: policy.Warn, Subject: "origin \"" + p.Origin.ID + "\"", Observed: "the request could not be signed: " + err.Error()})
		return
	}
	p.Request.Header = fields
	var changes policy.ChangeLog
	for _, f := range fields {
		if !policy.IsSignatureField(f.Name) || f.Value == before[f.Name] {
			continue
		}
		kind := policy.ChangeAdded
		if before[f.Name] != "" {
			kind = policy.ChangeChanged
		}
		changes.Add(policy.Change{Leg: policy.LegRequest, Field: f.Name, Kind: kind, From: before[f.Name], To: f.Value, By: policy.ByAccessControl, Rule: "CF-OAC-01"})
	}
	p.Changes = append(p.Changes, changes.List()...)
	if page {
		return
	}
	for _, change := range changes.List() {
		x.log.Add(change)
	}
}

// tellSigning tells the viewer of an error response what is known to be wrong with the
// signature.
func (x *exchange) tellSigning(status int) {
	if status < 400 || x.hint != "" {
		return
	}
	for _, f := range x.signing {
		if f.Verdict == policy.Warn {
			x.notes, x.hint = append(x.notes, f.Observed), f.Hint
			return
		}
	}
}
