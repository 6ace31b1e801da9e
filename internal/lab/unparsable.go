package lab

import (
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// unparsable is an origin whose certificate file was truncated.
func unparsable() Fault {
	return Fault{
		Name:   "unparsable",
		Title:  "What the origin sends as its certificate is not a certificate.",
		Cause:  policy.CauseCertInvalid,
		Rules:  []policy.RuleID{"CF-CERT-04"},
		Status: 502,
		Scheme: "https",
		start: serveChain(changed(func(_ *authority, leaf *pki.Template) {
			leaf.Flaw = pki.Unparsable
		})),
	}
}
