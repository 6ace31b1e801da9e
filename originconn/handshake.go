package originconn

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"slices"
	"time"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// shakeHands performs the TLS handshake with crypto/tls, offering what the target says, and
// notes the facts, whether it succeeds or not. It does not judge the certificates: verify
// does.
func (c *Client) shakeHands(ctx context.Context, t *Target, w *wire, h *Handshake) (net.Conn, *policy.Cause) {
	config := clientConfig(t, h)
	var secret serverSecret
	config.KeyLogWriter = &secret
	if c.KeyLog != nil {
		config.KeyLogWriter = io.MultiWriter(&secret, c.KeyLog)
	}
	w.recording = true
	conn := tls.Client(w, config)
	err := conn.HandshakeContext(ctx)
	w.recording = false
	h.note(conn.ConnectionState())
	if err != nil {
		flight := tlswire.ParseFlight(w.transcript)
		flight.Decrypt(w.transcript, secret)
		h.noteFlight(flight)
		h.keepFlight(w.transcript)
		return nil, policy.JudgeHandshake(handshakeFacts(t, h, &flight, err))
	}
	h.noteSignature(w.transcript)
	w.transcript = nil
	if cause := policy.JudgeVersion(t.Offer, h.Version); cause != nil {
		return nil, cause
	}
	return conn, nil
}

// clientConfig converts an offer for crypto/tls. Versions, suites and groups are always
// explicit. crypto/tls supports neither version sets with gaps nor SSLv3: the negotiated
// version is compared with the set afterward.
func clientConfig(t *Target, h *Handshake) *tls.Config {
	versions := slices.DeleteFunc(slices.Clone(t.Offer.Versions), func(v uint16) bool { return v < tls.VersionTLS10 })
	var protocols []string
	if h.ALPN != nil {
		protocols = h.ALPN.Offered
	}
	return &tls.Config{
		NextProtos:       protocols,
		ServerName:       t.SNI,
		MinVersion:       slices.Min(versions),
		MaxVersion:       slices.Max(versions),
		CipherSuites:     implementedSuites(t.Offer.Suites),
		CurvePreferences: curves(t.Offer.Groups),
		// verify.go judges the chain as sent. This is the only place in the program allowed
		// to set this.
		InsecureSkipVerify: true,
		VerifyPeerCertificate: func(raw [][]byte, _ [][]*x509.Certificate) error {
			h.PeerCertificates = raw
			return nil
		},
		GetClientCertificate: func(info *tls.CertificateRequestInfo) (*tls.Certificate, error) {
			h.ClientCertificateRequested = true
			switch {
			case t.ClientCertificate == nil:
				return &tls.Certificate{}, nil
			case !canSign(t.ClientCertificate, info.SignatureSchemes):
				return nil, errClientSignature
			}
			h.ClientCertificateSent = true
			return t.ClientCertificate, nil
		},
		Time: time.Now,
	}
}

// errClientSignature means that the client certificate's key cannot sign: the origin
// accepts none of its signature schemes.
var errClientSignature = errors.New("the origin takes no signature of the client certificate's key")

// canSign reports whether a certificate's key is of a kind that one of the schemes
// supports. Versions before TLS 1.2 name no schemes and accept any.
func canSign(c *tls.Certificate, schemes []tls.SignatureScheme) bool {
	kind := ""
	switch c.PrivateKey.(type) {
	case *rsa.PrivateKey:
		kind = "RSA"
	case *ecdsa.PrivateKey:
		kind = "ECDSA"
	}
	return len(schemes) == 0 || kind == "" ||
		slices.ContainsFunc(schemes, func(s tls.SignatureScheme) bool { return tlswire.SignatureKey(uint16(s)) == kind })
}

// implementedSuites returns the documented suites that crypto/tls can offer.
func implementedSuites(documented []uint16) []uint16 {
	var known []uint16
	for _, list := range [][]*tls.CipherSuite{tls.CipherSuites(), tls.InsecureCipherSuites()} {
		for _, suite := range list {
			known = append(known, suite.ID)
		}
	}
	return slices.DeleteFunc(slices.Clone(documented), func(id uint16) bool { return !slices.Contains(known, id) })
}

func curves(groups []uint16) []tls.CurveID {
	ids := make([]tls.CurveID, len(groups))
	for i, g := range groups {
		ids[i] = tls.CurveID(g)
	}
	return ids
}

// note copies what crypto/tls reports about the handshake.
func (h *Handshake) note(state tls.ConnectionState) {
	if state.Version != 0 && state.CipherSuite != 0 {
		h.Version, h.CipherSuite, h.Curve = state.Version, state.CipherSuite, uint16(state.CurveID)
		if h.ALPN != nil {
			h.ALPN.Agreed = state.NegotiatedProtocol
		}
	}
}

// noteFlight adds what the origin's bytes show, for failed handshakes.
func (h *Handshake) noteFlight(f tlswire.Flight) {
	h.Alert, h.FirstBytes = f.Alert, f.NotTLS
	if f.ServerHello != nil {
		h.Version, h.CipherSuite = f.ServerHello.Version, f.ServerHello.Suite
	}
	if h.Curve == 0 {
		h.Curve = f.KeyExchangeGroup
	}
	if len(h.PeerCertificates) == 0 {
		h.PeerCertificates = f.Certificates
	}
	h.ClientCertificateRequested = h.ClientCertificateRequested || f.CertificateRequested
}

// flightLimit is how much is kept of what an origin sent in a failed handshake: more than
// any flight with certificates worth looking at.
const flightLimit = 64 << 10

// keepFlight keeps the bytes of a failed handshake.
func (h *Handshake) keepFlight(transcript []byte) {
	h.Flight = bytes.Clone(transcript[:min(len(transcript), flightLimit)])
}
