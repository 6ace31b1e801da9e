package lab

import (
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// wrongName is an origin with a valid certificate for another site.
func wrongName() Fault {
	return Fault{
		Name:   "wrong-name",
		Title:  "The certificate of the origin is for another name.",
		Cause:  policy.CauseCertNameMismatch,
		Rules:  []policy.RuleID{"CF-NAME-05", "CF-NAME-01", "CF-NAME-10"},
		Status: 502,
		Scheme: "https",
		start: serveChain(changed(func(_ *authority, leaf *pki.Template) {
			leaf.CommonName = "www.other-site.example"
			leaf.DNSNames = []string{"www.other-site.example", "other-site.example"}
		})),
	}
}
