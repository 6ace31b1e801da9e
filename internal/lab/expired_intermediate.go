package lab

import (
	"crypto/tls"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// expiredIntermediate is an origin that renews its leaf and still sends the
// intermediate of years ago.
func expiredIntermediate() Fault {
	return Fault{
		Name:   "expired-intermediate",
		Title:  "The certificate of the origin is valid, but the intermediate it sends has expired.",
		Cause:  policy.CauseCertExpired,
		Rules:  []policy.RuleID{"CF-CERT-01"},
		Status: 502,
		Scheme: "https",
		start:  serveChain(expiredIntermediateChain),
	}
}

// expiredIntermediateChain returns a valid leaf and an intermediate that expired a month
// ago.
func expiredIntermediateChain(s *site) (tls.Certificate, error) {
	old, err := s.authority.root.Issue(pki.Template{
		CommonName: "edgesim lab expired intermediate",
		IsCA:       true,
		NotBefore:  s.authority.now.AddDate(-5, 0, 0),
		NotAfter:   s.authority.now.AddDate(0, -1, 0),
	})
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := old.Issue(s.authority.leaf(s.host))
	if err != nil {
		return tls.Certificate{}, err
	}
	return pki.TLS(leaf, old), nil
}
