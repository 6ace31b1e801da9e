package originconn

import (
	"github.com/edgesim/edgesim/policy"
)

// verify judges the certificates that the origin sent, all of them by all
// rules, and returns the cause that the deciding failure stands for, or nil.
// It judges a failed handshake, too: a chain that explains the failure is a
// better answer than the failure.
func (c *Client) verify(t *Target, a *Attempt) *policy.Cause {
	if a.Handshake == nil || len(a.Handshake.PeerCertificates) == 0 {
		return nil
	}
	findings := policy.JudgeChain(policy.ChainFacts{
		Raw:    a.Handshake.PeerCertificates,
		Names:  t.AcceptedNames,
		At:     c.now(),
		Strict: t.Strict,
		Memo:   &c.links,
		Trust:  c.trust(),
	})
	a.Findings = append(a.Findings, findings...)
	deciding, failed := policy.DecidingFinding(findings)
	if !failed {
		return nil
	}
	return policy.CauseOf(deciding)
}
