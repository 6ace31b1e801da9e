package originconn

import (
	"context"
	"errors"
	"net"
	"slices"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// secure opens a TCP connection, performs the handshake over it and judges the
// certificates. If crypto/tls is refused for lack of something documented that only the
// legacy client supports, it tries the legacy client, over a connection of its own; if both
// are refused, it looks for the reason.
func (c *Client) secure(ctx context.Context, t *Target, to []endpoint, a *Attempt) (*wire, net.Conn, *policy.Cause) {
	key := t.key()
	road, why := c.startingRoad(t, key)
	w, plain, cause := c.travel(ctx, t, to, a, road, why)
	if cause != nil && (errors.Is(ctx.Err(), context.Canceled) || exhausted(cause.Err)) {
		return w, plain, cause // it says nothing about the origin
	}
	if cause == nil && road == roadCryptoTLS {
		if w, plain, cause = c.judgeSignature(ctx, t, key, to, a, w, plain); cause != nil {
			return nil, nil, cause
		}
	}
	if cause != nil && road == roadCryptoTLS && c.legacyMayHelp(t, key, cause) {
		if c.exactHelloAccepted(ctx, t) {
			w, plain, cause = c.secondRoad(ctx, t, key, to, a, cause)
		} else {
			c.roads.put(key, false)
		}
	}
	switch {
	case cause == nil:
		c.explained.forget(key)
	case cause.Rule == "CF-TLS-24": // already reported
	case why == whyBefore:
		c.roads.forget(key)
	case t.unexplained:
	case cause.Stage == policy.StageHandshake:
		cause = c.explain(ctx, t, key, a, cause)
	case cause.Stage == policy.StageDial && cause.Rule != "CF-CONN-10":
		cause = c.explainDial(ctx, t, key, a, cause)
	}
	return w, plain, cause
}

// exactHelloWithin is how long to wait for the answer to CloudFront's own hello: an origin
// that just refused another one is not slow.
const exactHelloWithin = 2 * time.Second

// exactHelloAccepted reports whether the origin answers CloudFront's own hello, the whole
// documented list together with TLS 1.3, with a version that the legacy client supports.
// That client leaves TLS 1.3 out of its hello, so without this check it could reach an
// origin that refuses CloudFront. An offer without TLS 1.3 is what it sends anyway.
func (c *Client) exactHelloAccepted(ctx context.Context, t *Target) bool {
	if !t.Offer.Allows(policy.VersionTLS13) {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, exactHelloWithin)
	defer cancel()
	answer, err := c.ProbeExact(ctx, *t)
	return err == nil && answer.Accepted(t.Offer) && answer.Flight.ServerHello.Version <= policy.VersionTLS12
}

// secondRoad tries the legacy client after crypto/tls was refused. Its result counts if it
// got further than crypto/tls; otherwise the first refusal stands.
func (c *Client) secondRoad(ctx context.Context, t *Target, key string, to []endpoint, a *Attempt, refusal *policy.Cause) (*wire, net.Conn, *policy.Cause) {
	first, findings := a.Handshake, slices.Clone(a.Findings)
	a.Findings = slices.DeleteFunc(a.Findings, func(f policy.Finding) bool { return f.Rule != "CF-CONN-10" })
	w, plain, cause := c.travel(ctx, t, to, a, roadLegacy, whyRefused+refusal.Detail)
	further := cause == nil || cause.Stage == policy.StageVerify || cause.Name == policy.CauseTLSClientCertificateRequired
	c.roads.put(key, further)
	if !further {
		a.Handshake, a.Findings = first, findings
		return nil, nil, refusal
	}
	return w, plain, cause
}

// travel makes one TCP connection and one handshake on one road, and judges the
// certificates.
func (c *Client) travel(ctx context.Context, t *Target, to []endpoint, a *Attempt, road, why string) (*wire, net.Conn, *policy.Cause) {
	tcp, cause := c.dial(ctx, t, to, a)
	if cause != nil {
		return nil, nil, cause
	}
	w := &wire{Conn: tcp}
	a.Handshake = &Handshake{Road: road, Why: why, SNI: t.SNI, Offered: t.Offer}
	if t.HTTP2 {
		a.Handshake.ALPN = &ALPN{Offered: []string{protocolHTTP2}}
	}
	shake := c.shakeHands
	if road == roadLegacy {
		shake = c.shakeLegacyHands
	}
	started := time.Now()
	plain, cause := shake(ctx, t, w, a.Handshake)
	a.Phases.Handshake += time.Since(started)
	if verdict := c.verify(ctx, t, a); verdict != nil {
		cause = verdict // certificates explain a failed handshake, too
	}
	if alpn := a.Handshake.ALPN; cause == nil && alpn != nil && alpn.Agreed != protocolHTTP2 {
		cause = policy.NoHTTP2(t.Address(), "did not choose it", nil)
	}
	if cause != nil {
		tcp.Close()
		return nil, nil, cause
	}
	return w, plain, nil
}
