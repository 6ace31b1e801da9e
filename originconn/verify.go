package originconn

import (
	"context"
	"errors"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// judgeWithin is how long to judge certificates that explain a handshake which used up its
// own time.
const judgeWithin = time.Second

// verify judges all certificates that the origin sent by all rules, and returns the cause
// of the deciding failure, or nil. It judges a failed handshake, too: a chain that explains
// the failure is a better answer than the failure. A judgment ends with ctx, and with the
// viewer: a connection that was not judged is never used, not even by the next viewer.
func (c *Client) verify(ctx context.Context, t *Target, a *Attempt) *policy.Cause {
	if a.Handshake == nil || len(a.Handshake.PeerCertificates) == 0 {
		return nil
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return policy.NotJudgedInTime(t.Address(), t.ConnectTimeout, ctx.Err())
	}
	if ctx.Err() != nil {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(context.WithoutCancel(ctx), judgeWithin)
		defer cancel()
	}
	findings := policy.JudgeChain(policy.ChainFacts{
		Raw:   a.Handshake.PeerCertificates,
		Names: t.AcceptedNames, NamePatterns: t.NamePatterns,
		At:     c.now(),
		Agreed: policy.Agreed{Version: a.Handshake.Version, Suite: a.Handshake.CipherSuite},
		Strict: t.Strict,
		Memo:   &c.links,
		Trust:  c.trust(),
		Stop:   func() bool { return ctx.Err() != nil },
	})
	if ctx.Err() != nil { // not all of them have been judged
		return policy.NotJudgedInTime(t.Address(), t.ConnectTimeout, ctx.Err())
	}
	a.Findings = append(a.Findings, findings...)
	deciding, failed := policy.DecidingFinding(findings)
	if !failed {
		return nil
	}
	return policy.CauseOf(deciding)
}
