package lab

import (
	"crypto/tls"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// healthyDeep is an origin whose leaf is below three intermediates, all sent and in order.
func healthyDeep() Fault {
	return Fault{
		Name:   "healthy-deep",
		Title:  "Nothing is wrong: the leaf stands below three intermediates, all sent in order.",
		Rules:  []policy.RuleID{"CF-CERT-05", "CF-CERT-06"},
		Status: 200,
		Scheme: "https",
		start:  serveChain(deepChain),
	}
}

// deepChain returns leaf, third, second and first intermediate.
func deepChain(s *site) (tls.Certificate, error) {
	first, err := s.authority.intermediate(s.authority.root, "edgesim lab intermediate 1")
	if err != nil {
		return tls.Certificate{}, err
	}
	second, err := s.authority.intermediate(first, "edgesim lab intermediate 2")
	if err != nil {
		return tls.Certificate{}, err
	}
	third, err := s.authority.intermediate(second, "edgesim lab intermediate 3")
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := third.Issue(s.authority.leaf(s.host))
	if err != nil {
		return tls.Certificate{}, err
	}
	return pki.TLS(leaf, third, second, first), nil
}
