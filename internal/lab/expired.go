package lab

import (
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// expired is an origin whose certificate was not renewed.
func expired() Fault {
	return Fault{
		Name:   "expired",
		Title:  "The certificate of the origin expired yesterday.",
		Cause:  policy.CauseCertExpired,
		Rules:  []policy.RuleID{"CF-CERT-01"},
		Status: 502,
		Scheme: "https",
		start: serveChain(changed(func(a *authority, leaf *pki.Template) {
			leaf.NotAfter = a.now.AddDate(0, 0, -1)
		})),
	}
}
