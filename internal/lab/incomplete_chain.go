package lab

import (
	"crypto/tls"

	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// incompleteChain is an origin configured with only the certificate (cert.pem instead of
// fullchain.pem). Browsers hide the mistake by fetching what is missing from the address in
// the certificate; CloudFront is not known to.
func incompleteChain() Fault {
	return Fault{
		Name:   "incomplete-chain",
		Title:  "The origin sends its certificate without the intermediate that issued it.",
		Cause:  policy.CauseCertIncompleteChain,
		Rules:  []policy.RuleID{"CF-CERT-06"},
		Status: 502,
		Scheme: "https",
		start:  serveChain(leafAlone),
	}
}

// leafAlone returns the leaf without its issuer, but with the address where the issuer
// could be found.
func leafAlone(s *site) (tls.Certificate, error) {
	template := s.authority.leaf(s.host)
	template.CAIssuers = []string{"http://ca." + labDomain + "/issuing.cer"}
	leaf, err := s.authority.issuing.Issue(template)
	if err != nil {
		return tls.Certificate{}, err
	}
	return pki.TLS(leaf), nil
}
