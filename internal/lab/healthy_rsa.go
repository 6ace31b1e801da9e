package lab

import (
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// healthyRSA is an origin with a 2,048-bit RSA key, made when the first client connects.
func healthyRSA() Fault {
	return Fault{
		Name:   "healthy-rsa",
		Title:  "Nothing is wrong: a complete chain for an RSA 2048 key.",
		Rules:  []policy.RuleID{"CF-CERT-11", "CF-TLS-10"},
		Status: 200,
		Scheme: "https",
		start: serveChainLazily(changed(func(_ *authority, leaf *pki.Template) {
			leaf.KeyKind = pki.RSA2048
		})),
	}
}
