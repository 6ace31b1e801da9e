package lab

import (
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// rsaOversized is an origin with an RSA key above the documented maximum. The key is made
// when the first client connects, which takes most of a second.
func rsaOversized() Fault {
	return Fault{
		Name:   "rsa-oversized",
		Title:  "The certificate of the origin is for an RSA key of 4,104 bits; CloudFront supports up to 4,096.",
		Cause:  policy.CauseCertInvalid,
		Rules:  []policy.RuleID{"CF-CERT-12"},
		Status: 502,
		Scheme: "https",
		start: serveChainLazily(changed(func(_ *authority, leaf *pki.Template) {
			leaf.KeyKind = pki.RSA4104
		})),
	}
}
