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

// listedLifetime is how long an origin is trusted to sign as listed without being asked
// again.
const listedLifetime = 10 * time.Minute

// judgeSignature judges the signature of a TLS 1.2 handshake made by crypto/tls, which
// offers RSA-PSS there. The documented list does not have it (CF-TLS-18, CF-TLS-21), and
// most origins pick it if offered. Such an origin is connected to again with the legacy
// client, which offers only the list: that answer counts. If it uses the same kind of key
// exchange, later connections may use crypto/tls again. HTTP/2 needs ALPN, which the legacy
// client lacks, and is not judged.
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

// sameExchange reports whether two suites use the same kind of key exchange and
// certificate.
func sameExchange(a, b uint16) bool {
	exchange, by := tlswire.KeyExchange(a)
	again, as := tlswire.KeyExchange(b)
	return exchange == again && by == as
}

// noteSignature takes the scheme of a TLS 1.2 handshake from what the origin sent.
func (h *Handshake) noteSignature(transcript []byte) {
	if h.Version == policy.VersionTLS12 {
		flight := tlswire.ParseFlight(transcript)
		h.signature = flight.Signature
	}
}
