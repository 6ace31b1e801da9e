package lab

import (
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// healthyWildcard is an origin whose certificate names only *.lab.edgesim.example.
func healthyWildcard() Fault {
	return Fault{
		Name:   "healthy-wildcard",
		Title:  "Nothing is wrong: the certificate covers the host by a wildcard name.",
		Rules:  []policy.RuleID{"CF-CERT-17", "CF-NAME-01"},
		Status: 200,
		Scheme: "https",
		start: serveChain(changed(func(_ *authority, leaf *pki.Template) {
			leaf.CommonName = "*." + labDomain
			leaf.DNSNames = []string{"*." + labDomain}
		})),
	}
}
