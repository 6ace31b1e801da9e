package lab

import (
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// healthyCNOnly is an origin whose certificate has no subject alternative name. Browsers
// refuse it; CloudFront documents that it also checks the CN.
func healthyCNOnly() Fault {
	return Fault{
		Name:   "healthy-cn-only",
		Title:  "Nothing is wrong for CloudFront: the host is in the CN only, not in a SAN.",
		Rules:  []policy.RuleID{"CF-CERT-16"},
		Status: 200,
		Scheme: "https",
		start: serveChain(changed(func(_ *authority, leaf *pki.Template) {
			leaf.DNSNames = nil
		})),
	}
}
