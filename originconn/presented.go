package originconn

import (
	"context"
	"slices"
	"sync"

	"github.com/edgesim/edgesim/internal/tlsscan"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// Presented is a chain of certificates that an origin shows to a part of an
// offer: to one version, and to one kind of key.
type Presented struct {
	// Version and Suite are what the origin chose, KeyType the kind of key that
	// was asked for, "RSA" or "ECDSA".
	Version, Suite uint16
	KeyType        string
	// Group is that of ECDHE in TLS 1.2 and older; 0 where there is none.
	Group uint16
	// Chain is as sent, in DER.
	Chain [][]byte
	// Findings are the judgments on the chain, see [policy.JudgeChain].
	Findings []policy.Finding
}

// Cause is the failure that decides on the chain; nil if it passes.
func (p *Presented) Cause() *policy.Cause {
	if deciding, failed := policy.DecidingFinding(p.Findings); failed {
		return policy.CauseOf(deciding)
	}
	return nil
}

// Presented asks an origin for every certificate that it can present to the
// target's offer, by hellos that allow one version and one kind of key each, and
// judges all of them. Which of several CloudFront gets is not documented. No
// handshake is completed; the hellos go out side by side, each over a connection
// of its own, two for each version of the offer. What is not answered is left
// out. The error is a [*policy.Cause]: the origin could not be reached.
func (c *Client) Presented(ctx context.Context, t Target) ([]Presented, error) {
	endpoints, cause := c.resolve(ctx, &t, &Attempt{Number: 1})
	if cause != nil {
		return nil, cause
	}
	ctx, cancel := context.WithTimeout(ctx, ScanOptions{Timeout: t.ConnectTimeout}.WithDefaults().Timeout)
	defer cancel()
	hellos := tlsscan.CertificateHellos(t.Offer, t.SNI)
	answers := make([]*Presented, len(hellos))
	var asking sync.WaitGroup
	for i, h := range hellos {
		asking.Go(func() { answers[i] = c.presented(ctx, &t, endpoints, h) })
	}
	asking.Wait()
	var all []Presented
	for _, p := range answers {
		if p != nil {
			all = append(all, *p)
		}
	}
	return all, nil
}

// presented asks for one certificate; nil if there is none.
func (c *Client) presented(ctx context.Context, t *Target, to []endpoint, h tlsscan.CertificateHello) *Presented {
	sent, err := h.Hello.Build()
	if err != nil {
		return nil
	}
	answer, cause := c.ask(t, to)(ctx, sent)
	hello := answer.Flight.ServerHello
	if cause != nil || hello == nil || hello.Version != h.Version || len(answer.Flight.Certificates) == 0 || !answered(&h.Hello, &answer.Flight) {
		return nil
	}
	p := &Presented{Version: hello.Version, Suite: hello.Suite, KeyType: h.KeyType, Group: answer.Flight.KeyExchangeGroup, Chain: answer.Flight.Certificates}
	p.Findings = policy.JudgeChain(policy.ChainFacts{
		Raw: p.Chain, Names: t.AcceptedNames, At: c.now(), Agreed: policy.Agreed{Version: p.Version, Suite: p.Suite},
		Strict: t.Strict, Memo: &c.links, Trust: c.trust(), Stop: func() bool { return ctx.Err() != nil },
	})
	if ctx.Err() != nil {
		return nil
	}
	return p
}

// answered says whether an answer keeps to the hello: a suite that was not
// offered, or a signature, shows what CloudFront would not take.
func answered(hello *tlswire.ClientHello, f *tlswire.Flight) bool {
	return slices.Contains(hello.Suites, f.ServerHello.Suite) && (f.Signature == 0 || slices.Contains(hello.Signatures, f.Signature))
}

// ShakeHands makes a connection as [Client.Connect] does and closes it. It does
// not find out why an origin refuses.
func (c *Client) ShakeHands(ctx context.Context, t Target) *Attempt {
	t.unexplained = true
	conn, attempt := c.Connect(ctx, t)
	if conn != nil {
		conn.Close()
	}
	return attempt
}
