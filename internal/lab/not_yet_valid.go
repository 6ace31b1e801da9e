package lab

import (
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// notYetValid is an origin whose certificate was installed too early, or whose issuer had a
// wrong clock.
func notYetValid() Fault {
	return Fault{
		Name:   "not-yet-valid",
		Title:  "The certificate of the origin becomes valid only tomorrow.",
		Cause:  policy.CauseCertNotYetValid,
		Rules:  []policy.RuleID{"CF-CERT-02"},
		Status: 502,
		Scheme: "https",
		start: serveChain(changed(func(a *authority, leaf *pki.Template) {
			leaf.NotBefore = a.now.AddDate(0, 0, 1)
		})),
	}
}
