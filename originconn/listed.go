package originconn

import (
	"context"
	"errors"
	"net"
	"slices"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// listedLifetime bounds how long an origin is believed to sign as listed without
// being asked again.
const listedLifetime = 10 * time.Minute

// judgeSignature judges the signature of a handshake in TLS 1.2 that crypto/tls
// made. It offers RSA-PSS there, which the documented list does not have
// (CF-TLS-18, CF-TLS-21), and most origins take it where it is offered. Such an
// origin is connected to again on the second road, which offers the list alone:
// that answer counts. Where it is the same kind of key exchange, later
// connections may go the first road again. HTTP/2 needs ALPN, which the second
// road lacks, and is not judged.
func (c *Client) judgeSignature(ctx context.Context, t *Target, key string, to []endpoint, a *Attempt, w *wire, plain net.Conn) (*wire, net.Conn, *policy.Cause) {
	h := a.Handshake
	if h.Version != policy.VersionTLS12 || h.signature == 0 || t.HTTP2 || slices.Contains(policy.SignatureSchemes(), h.signature) {
		return w, plain, nil
	}
	if same, known := c.listed.get(key); known && same {
		return w, plain, nil
	}
	plain.Close()
	first, findings := *h, slices.Clone(a.Findings)
	a.Findings = slices.DeleteFunc(a.Findings, func(f policy.Finding) bool { return f.Rule != "CF-CONN-10" })
	w, plain, cause := c.travel(ctx, t, to, a, roadLegacy, whyUnlisted+tlswire.SignatureName(h.signature))
	switch {
	case cause == nil && sameExchange(first.CipherSuite, a.Handshake.CipherSuite):
		c.listed.putFor(key, true, listedLifetime)
	case cause == nil:
		c.roads.put(key, true)
	case errors.Is(ctx.Err(), context.Canceled), exhausted(cause.Err):
	case cause.Name == policy.CauseTLSHandshakeFailure, cause.Name == policy.CauseTLSNoSharedCipher, cause.Name == policy.CauseTLSNoSharedCurve:
		a.Handshake, a.Findings = &first, findings
		cause = policy.UnlistedSignature(t.Address(), tlswire.SignatureName(first.signature), t.Offer, cause.Err)
	}
	return w, plain, cause
}

// sameExchange says whether two suites agree on a key in the same way, with the
// same kind of certificate.
func sameExchange(a, b uint16) bool {
	exchange, by := tlswire.KeyExchange(a)
	again, as := tlswire.KeyExchange(b)
	return exchange == again && by == as
}

// noteSignature keeps the scheme of a handshake in TLS 1.2 from what the origin
// sent.
func (h *Handshake) noteSignature(transcript []byte) {
	if h.Version == policy.VersionTLS12 {
		flight := tlswire.ParseFlight(transcript)
		h.signature = flight.Signature
	}
}
