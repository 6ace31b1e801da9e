package lab

import (
	"crypto/tls"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// selfSigned is an origin with a certificate made by following a tutorial.
func selfSigned() Fault {
	return Fault{
		Name:   "self-signed",
		Title:  "The certificate of the origin is self-signed.",
		Cause:  policy.CauseCertSelfSigned,
		Rules:  []policy.RuleID{"CF-CERT-03", "CF-CERT-10"},
		Status: 502,
		Scheme: "https",
		start:  serveChain(selfSignedLeaf),
	}
}

// selfSignedLeaf returns one certificate that is only signed by itself.
func selfSignedLeaf(s *site) (tls.Certificate, error) {
	leaf, err := pki.SelfSign(s.authority.leaf(s.host))
	if err != nil {
		return tls.Certificate{}, err
	}
	return pki.TLS(leaf), nil
}
