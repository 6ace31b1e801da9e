package originconn

import (
	"context"
	"slices"
	"sync"

	"github.com/edgesim/edgesim/internal/tlsscan"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// Presented is a certificate chain that an origin presents for part of an offer:
// one version and one kind of key.
type Presented struct {
	// Version and Suite are what the origin selected; KeyType is the kind of key
	// requested, "RSA" or "ECDSA".
	Version, Suite uint16
	KeyType        string
	// Group is the ECDHE group in TLS 1.2 and earlier; 0 if there is none.
	Group uint16
	// Chain is the chain as sent, in DER.
	Chain [][]byte
	// Findings are the judgments of the chain, see [policy.JudgeChain].
	Findings []policy.Finding
}

// Cause returns the failure that decides on the chain; nil if the chain passes.
func (p *Presented) Cause() *policy.Cause {
	if deciding, failed := policy.DecidingFinding(p.Findings); failed {
		return policy.CauseOf(deciding)
	}
	return nil
}

// Presented finds every certificate that an origin presents for the target's
// offer and judges all of them. It sends ClientHellos that each allow one version
// and one kind of key: two per version of the offer, in parallel, each over a
// connection of its own. No handshake is completed, and unanswered ones are
// omitted. Which of several certificates CloudFront gets is not documented. The
// error is a [*policy.Cause]: the origin could not be reached.
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

// presented requests one certificate; nil if there is none.
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

// answered reports whether an answer conforms to the hello: a suite or a signature that was
// not offered shows something that CloudFront would not accept.
func answered(hello *tlswire.ClientHello, f *tlswire.Flight) bool {
	return slices.Contains(hello.Suites, f.ServerHello.Suite) && (f.Signature == 0 || slices.Contains(hello.Signatures, f.Signature))
}

// ShakeHands makes a connection as [Client.Connect] does and closes it. It does
// not investigate why an origin refuses the handshake.
func (c *Client) ShakeHands(ctx context.Context, t Target) *Attempt {
	t.unexplained = true
	conn, attempt := c.Connect(ctx, t)
	if conn != nil {
		conn.Close()
	}
	return attempt
}
