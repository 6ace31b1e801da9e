package originconn

import (
	"context"
	"crypto"
	"net"
	"slices"

	"github.com/edgesim/edgesim/internal/tlslegacy"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// shakeLegacyHands performs the TLS handshake with our own client: exactly the documented
// versions, suites, curves and signature schemes, in the documented order (CF-TLS-09,
// CF-TLS-10, CF-TLS-16, CF-TLS-18, CF-TLS-20).
func (c *Client) shakeLegacyHands(ctx context.Context, t *Target, w *wire, h *Handshake) (net.Conn, *policy.Cause) {
	conn := tlslegacy.Client(w, c.legacyConfig(t, h))
	w.recording = true
	err := conn.HandshakeContext(ctx)
	w.recording = false
	h.noteLegacy(conn.ConnectionState())
	if err != nil {
		h.keepFlight(w.transcript)
		flight := tlswire.ParseFlight(w.transcript)
		facts := handshakeFacts(t, h, &flight, err)
		noteViolation(&facts, err)
		h.FirstBytes = facts.NotTLS
		return nil, policy.JudgeHandshake(facts)
	}
	w.transcript = nil
	return conn, nil
}

// legacyConfig converts an offer for the legacy client.
func (c *Client) legacyConfig(t *Target, h *Handshake) *tlslegacy.Config {
	config := &tlslegacy.Config{
		Versions:   slices.DeleteFunc(slices.Clone(t.Offer.Versions), func(v uint16) bool { return v > policy.VersionTLS12 }),
		Suites:     t.Offer.Suites,
		Groups:     t.Offer.Groups,
		Signatures: policy.SignatureSchemes(),
		ServerName: t.SNI,
		VerifyPeerCertificate: func(raw [][]byte) error {
			h.PeerCertificates = raw
			return nil
		},
		ClientCertificate: func(*tlslegacy.CertificateRequest) (*tlslegacy.Certificate, error) {
			h.ClientCertificateRequested = true
			return legacyCertificate(t), nil
		},
	}
	if c.KeyLog != nil {
		config.KeyLogWriter = c.KeyLog
	}
	return config
}

// legacyCertificate returns the target's client certificate, or nil.
func legacyCertificate(t *Target) *tlslegacy.Certificate {
	if t.ClientCertificate == nil {
		return nil
	}
	key, ok := t.ClientCertificate.PrivateKey.(crypto.Signer)
	if !ok {
		return nil
	}
	return &tlslegacy.Certificate{Chain: t.ClientCertificate.Certificate, Key: key}
}

// noteLegacy copies what the legacy client reports about the handshake.
func (h *Handshake) noteLegacy(s tlslegacy.ConnectionState) {
	h.Version, h.CipherSuite, h.Curve, h.Signature = s.Version, s.Suite, s.Group, s.SignatureScheme
	h.PeerCertificates = s.RawCertificates
	h.ClientCertificateRequested, h.ClientCertificateSent = s.CertificateRequest != nil, s.ClientCertificateSent
	if a := s.AlertReceived; a != nil {
		h.Alert = &tlswire.Alert{Level: a.Level, Description: a.Description}
	}
}
