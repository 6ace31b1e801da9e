package lab

import (
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// badSignature is an origin whose certificate was damaged or tampered with.
func badSignature() Fault {
	return Fault{
		Name:   "bad-signature",
		Title:  "The signature of the certificate of the origin is wrong.",
		Cause:  policy.CauseCertInvalid,
		Rules:  []policy.RuleID{"CF-CERT-04"},
		Status: 502,
		Scheme: "https",
		start: serveChain(changed(func(_ *authority, leaf *pki.Template) {
			leaf.Flaw = pki.BadSignature
		})),
	}
}
