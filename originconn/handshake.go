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

// shakeHands makes the TLS handshake with crypto/tls as the target's offer says
// and notes the facts, whether it succeeds or not. It does not judge the
// certificates: verify does.
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

// clientConfig is the crypto/tls form of an offer. Versions, suites and groups
// are always explicit. crypto/tls knows no sets with holes and no SSLv3: the
// version chosen is compared with the set afterwards.
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
		// The chain is judged in verify.go on what was sent. This is the one
		// place of the program that may say so.
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

// errClientSignature is a request that the client certificate's key cannot
// answer: the origin takes none of its signature schemes.
var errClientSignature = errors.New("the origin takes no signature of the client certificate's key")

// canSign says whether a certificate's key is of a kind that one of the schemes
// is for. Versions before TLS 1.2 name no schemes and take any.
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

// note copies what crypto/tls knows of the handshake.
func (h *Handshake) note(state tls.ConnectionState) {
	if state.Version != 0 && state.CipherSuite != 0 {
		h.Version, h.CipherSuite, h.Curve = state.Version, state.CipherSuite, uint16(state.CurveID)
		if h.ALPN != nil {
			h.ALPN.Agreed = state.NegotiatedProtocol
		}
	}
}

// noteFlight adds what the origin's bytes say, for handshakes that failed.
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

// flightLimit is how much is kept of what an origin sent in a failed handshake:
// more than any flight has whose certificates are worth looking at.
const flightLimit = 64 << 10

// keepFlight keeps the bytes of a handshake that failed.
func (h *Handshake) keepFlight(transcript []byte) {
	h.Flight = bytes.Clone(transcript[:min(len(transcript), flightLimit)])
}
