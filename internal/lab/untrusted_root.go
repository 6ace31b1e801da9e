package lab

import (
	"crypto/tls"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// untrustedRoot is an origin with a certificate of a company's own CA. It also sends the
// root, so that clearly nothing is missing.
func untrustedRoot() Fault {
	return Fault{
		Name:   "untrusted-root",
		Title:  "The chain of the origin is complete, but it ends at a private root that CloudFront does not trust.",
		Cause:  policy.CauseCertUntrustedRoot,
		Rules:  []policy.RuleID{"CF-CERT-07", "CF-CERT-08", "CF-CERT-10"},
		Status: 502,
		Scheme: "https",
		start:  serveChain(privateChain),
	}
}

// privateChain returns leaf, intermediate and root of a CA that is on no list.
func privateChain(s *site) (tls.Certificate, error) {
	root, err := pki.NewCA(pki.Template{
		CommonName: "edgesim lab private root",
		NotBefore:  s.authority.now.AddDate(-10, 0, 0),
		NotAfter:   s.authority.now.AddDate(10, 0, 0),
	})
	if err != nil {
		return tls.Certificate{}, err
	}
	intermediate, err := s.authority.intermediate(root, "edgesim lab private issuing CA")
	if err != nil {
		return tls.Certificate{}, err
	}
	leaf, err := intermediate.Issue(s.authority.leaf(s.host))
	if err != nil {
		return tls.Certificate{}, err
	}
	return pki.TLS(leaf, intermediate, root), nil
}
