package lab

import (
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// p521Key is an origin with an elliptic-curve key larger than CloudFront supports.
func p521Key() Fault {
	return Fault{
		Name:   "p521-key",
		Title:  "The certificate of the origin is for a key on P-521; CloudFront supports P-256 and P-384.",
		Cause:  policy.CauseCertInvalid,
		Rules:  []policy.RuleID{"CF-CERT-13"},
		Status: 502,
		Scheme: "https",
		start: serveChain(changed(func(_ *authority, leaf *pki.Template) {
			leaf.KeyKind = pki.P521
		})),
	}
}
