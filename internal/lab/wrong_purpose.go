package lab

import (
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// wrongPurpose is an origin with a certificate made for clients.
func wrongPurpose() Fault {
	return Fault{
		Name:   "wrong-purpose",
		Title:  "The certificate of the origin is for TLS clients only (extended key usage clientAuth).",
		Cause:  policy.CauseCertInvalid,
		Rules:  []policy.RuleID{"CF-CERT-04"},
		Status: 502,
		Scheme: "https",
		start: serveChain(changed(func(_ *authority, leaf *pki.Template) {
			leaf.Purpose = pki.ClientAuth
		})),
	}
}
