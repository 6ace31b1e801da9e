package originconn

import (
	"context"
	"slices"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// ScanOptions bound a scan. Zero values mean the defaults.
type ScanOptions struct {
	// MaxConnections is the most connections that are opened. Default: 40.
	MaxConnections int
	// Parallelism is the most connections that are open at a time, the ones that
	// are still being opened included. Default: 16.
	Parallelism int
	// Timeout bounds one connection, dialing included. Default: 5 s.
	Timeout time.Duration
	// Budget bounds the scan. Default: 20 s.
	Budget time.Duration
}

func (o ScanOptions) withDefaults() ScanOptions {
	if o.MaxConnections <= 0 {
		o.MaxConnections = 40
	}
	if o.Parallelism <= 0 {
		o.Parallelism = 16
	}
	if o.Timeout <= 0 {
		o.Timeout = 5 * time.Second
	}
	if o.Budget <= 0 {
		o.Budget = 20 * time.Second
	}
	return o
}

// Scan finds out what an origin's TLS would accept: it sends hellos made by
// hand, over connections of its own, and reads what each one draws. No handshake
// is completed and no request is sent. What the target offers plays no part,
// except that documented values are asked for first; its SNI does.
//
// It asks in waves, each of questions that do not depend on each other; an
// ordinary server takes two to four waves of two round trips. Each suite that is
// accepted takes a connection to be seen: of a server with more than about thirty
// the seldom ones (CCM, ARIA, Camellia) stay open, and the report says so.
// Only the first address is asked.
//
// The error is a [*policy.Cause] and means that the origin could not be asked at
// all. An origin that answers, with whatever it may be, gives a report; where a
// limit cut it short, the report says so.
func (c *Client) Scan(ctx context.Context, t Target, options ScanOptions) (*ScanReport, error) {
	o := options.withDefaults()
	started := time.Now()
	ctx, cancel := context.WithTimeout(ctx, o.Budget)
	defer cancel()
	a := &Attempt{Number: 1, Start: started}
	endpoints, cause := c.resolve(ctx, &t, a)
	if cause != nil {
		return nil, cause
	}
	s := &scan{
		asker: asker{client: c, target: &t, endpoints: endpoints, options: o, slots: make(chan struct{}, o.Parallelism)},
		stop:  cancel,
	}
	s.run(ctx)
	if s.answered == 0 && s.dialCause != nil {
		return nil, s.dialCause
	}
	r := s.report()
	r.Duration = time.Since(started)
	return r, nil
}

// suites13 are the suites of TLS 1.3 that go along with that version. The
// documented list has none; these are the ones that every stack has (CF-TLS-31).
var suites13 = []uint16{0x1301, 0x1302, 0x1303}

// signatures13 are the schemes that TLS 1.3 cannot do without for an RSA
// certificate; the documented list has none of them (CF-TLS-21).
var signatures13 = []uint16{0x0804, 0x0805, 0x0806}

// ExactAnswer is what one hello with the exact documented list drew.
type ExactAnswer struct {
	// Address is the ip:port that was asked.
	Address string `json:"address"`
	// Hello is the hello as it was sent, in TLS records.
	Hello []byte `json:"hello"`
	// Flight is what came back, as far as it is readable.
	Flight tlswire.Flight `json:"flight"`
	// TimedOut says that the wait for it ended before the origin did.
	TimedOut bool `json:"timedOut,omitempty"`
}

// Accepted says whether the origin answered with a ServerHello that the offer
// allows, in its version and in its suite.
func (a *ExactAnswer) Accepted(o policy.Offer) bool {
	hello := a.Flight.ServerHello
	return hello != nil && o.Allows(hello.Version) && slices.Contains(offeredSuites(o, hello.Version), hello.Suite)
}

// ProbeExact sends one hello with exactly what the target offers: its versions,
// its suites and groups in their order, and the documented signature schemes.
// Where TLS 1.3 is offered, its suites come first and the schemes that it needs
// last. What comes back is the evidence of how the origin treats CloudFront. The
// error is a [*policy.Cause]: the origin could not be reached.
func (c *Client) ProbeExact(ctx context.Context, t Target) (*ExactAnswer, error) {
	o := ScanOptions{MaxConnections: 1, Parallelism: 1, Timeout: t.ConnectTimeout}.withDefaults()
	a := &Attempt{Number: 1, Start: time.Now()}
	endpoints, cause := c.resolve(ctx, &t, a)
	if cause != nil {
		return nil, cause
	}
	sent, err := exactHello(&t).Build()
	if err != nil {
		return nil, policy.NewCause(policy.CauseTLSHandshakeFailure, err.Error(), err)
	}
	asker := asker{client: c, target: &t, endpoints: endpoints, options: o, slots: make(chan struct{}, 1)}
	answer := asker.send(ctx, sent)
	if !answer.asked && asker.dialCause != nil {
		return nil, asker.dialCause
	}
	return &ExactAnswer{Address: asker.address, Hello: sent.Records, Flight: answer.flight, TimedOut: answer.timedOut}, nil
}

// exactHello is the hello of the target's offer.
func exactHello(t *Target) tlswire.ClientHello {
	hello := tlswire.ClientHello{
		Versions: t.Offer.Versions, Suites: t.Offer.Suites, Groups: t.Offer.Groups,
		Signatures: policy.SignatureSchemes(), SNI: t.SNI,
	}
	if t.Offer.Allows(policy.VersionTLS13) {
		hello.Suites = append(append([]uint16{}, suites13...), t.Offer.Suites...)
		hello.Signatures = append(policy.SignatureSchemes(), signatures13...)
		for _, g := range t.Offer.Groups[:min(1, len(t.Offer.Groups))] {
			hello.KeyShares = []uint16{g}
		}
	}
	if onlySSL3(t.Offer.Versions) {
		hello.Suites = withoutECDHE(hello.Suites)
	}
	return hello
}

// onlySSL3 says whether SSLv3 is the only version (CF-TLS-04).
func onlySSL3(versions []uint16) bool {
	return len(versions) == 1 && versions[0] == policy.VersionSSL30
}

// withoutECDHE leaves out what SSLv3 has no way to name a curve for.
func withoutECDHE(suites []uint16) []uint16 {
	var kept []uint16
	for _, suite := range suites {
		if tlswire.SuiteInVersion(suite, policy.VersionSSL30) {
			kept = append(kept, suite)
		}
	}
	return kept
}
