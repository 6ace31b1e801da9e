package lab

import (
	"crypto/tls"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// wrongOrder is an origin whose chain file was pasted together in the wrong order. Browsers
// sort it; CloudFront documents that it does not.
func wrongOrder() Fault {
	return Fault{
		Name:   "wrong-order",
		Title:  "The origin sends its two intermediates in the wrong order.",
		Cause:  policy.CauseCertWrongOrder,
		Rules:  []policy.RuleID{"CF-CERT-05"},
		Status: 502,
		Scheme: "https",
		start:  serveChain(shuffledChain),
	}
}

// shuffledChain returns leaf, outer, inner, where inner is the leaf's issuer and
// outer is inner's.
func shuffledChain(s *site) (tls.Certificate, error) {
	outer, err := s.authority.intermediate(s.authority.root, "edgesim lab outer intermediate")
	if err != nil {
		return tls.Certificate{}, err
	}
	inner, err := s.authority.intermediate(outer, "edgesim lab inner intermediate")
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := inner.Issue(s.authority.leaf(s.host))
	if err != nil {
		return tls.Certificate{}, err
	}
	return pki.TLS(leaf, outer, inner), nil
}
