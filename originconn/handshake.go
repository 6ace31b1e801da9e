package originconn

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"syscall"
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
		return nil, handshakeCause(t, h, flight, err)
	}
	w.transcript = nil
	if !t.Offer.Allows(h.Version) {
		return nil, policy.NewCause(policy.CauseTLSProtocolMismatch,
			fmt.Sprintf("the origin chose %s; allowed: %s", policy.VersionName(h.Version), t.Offer.VersionNames()), nil)
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
	h.Flight = bytes.Clone(cut(transcript, flightLimit))
}

// Alerts with a meaning of their own (RFC 8446 section 6).
const (
	alertBadCertificate       = 42
	alertHandshakeFailure     = 40
	alertProtocolVersion      = 70
	alertInsufficientSecurity = 71
	alertUnrecognizedName     = 112
	alertCertificateRequired  = 116
	alertNoProtocol           = 120 // RFC 7301 section 3.2
)

// handshakeCause classifies a failed handshake by the facts: what the origin
// sent, the alert's number, the error number. Text is never looked at.
func handshakeCause(t *Target, h *Handshake, f tlswire.Flight, err error) *policy.Cause {
	switch {
	case errors.Is(err, errClientSignature):
		return clientCertificateCause(&Attempt{Handshake: h}, err)
	case isTimeout(err):
		return policy.NewCause(policy.CauseConnectTimeout,
			fmt.Sprintf("%s accepted the connection, but did not finish the TLS handshake within %s", t.Address(), t.ConnectTimeout), err)
	case len(f.NotTLS) > 0:
		cause := policy.NewCause(policy.CauseTLSNotTLS,
			fmt.Sprintf("%s does not speak TLS; its answer begins with %q", t.Address(), cut(f.NotTLS, 40)), err)
		cause.Hint = "serve TLS on this port, or set the origin protocol policy to http-only and its HTTP port"
		return cause
	case h.Alert != nil && (h.Alert.Fatal() || f.ServerHello != nil && f.ServerHello.Version == policy.VersionTLS13):
		// In TLS 1.3 the level says nothing (RFC 8446 section 6); before it, a
		// warning ends no handshake.
		return alertCause(t, h, err)
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE):
		return policy.NewCause(policy.CauseConnectReset, fmt.Sprintf("%s reset the connection during the TLS handshake", t.Address()), err)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return policy.NewCause(policy.CauseTLSHandshakeFailure, fmt.Sprintf("%s closed the connection during the TLS handshake", t.Address()), err)
	case f.ServerHello != nil && !t.Offer.Allows(f.ServerHello.Version):
		return policy.NewCause(policy.CauseTLSProtocolMismatch,
			fmt.Sprintf("%s answered with %s; offered: %s", t.Address(), policy.VersionName(f.ServerHello.Version), t.Offer.VersionNames()), err)
	case f.ServerHello != nil && f.ServerHello.Version <= policy.VersionTLS12 && !slices.Contains(t.Offer.Suites, f.ServerHello.Suite):
		return policy.NewCause(policy.CauseTLSNoSharedCipher,
			fmt.Sprintf("%s chose %s, which was not offered", t.Address(), tlswire.SuiteName(f.ServerHello.Suite)), err)
	}
	return policy.NewCause(policy.CauseTLSHandshakeFailure, fmt.Sprintf("the TLS handshake with %s failed: %v", t.Address(), err), err)
}

// alertCause classifies a handshake that the origin ended with an alert.
func alertCause(t *Target, h *Handshake, err error) *policy.Cause {
	said := fmt.Sprintf("%s refused the TLS handshake with alert %s", t.Address(), h.Alert)
	switch d := h.Alert.Description; {
	case d == alertProtocolVersion:
		cause := policy.NewCause(policy.CauseTLSProtocolMismatch, said+"; offered: "+t.Offer.VersionNames(), err)
		cause.Hint = "allow one of these versions on the origin, or add the origin's to OriginSslProtocols"
		return cause
	case d == alertNoProtocol && h.ALPN != nil:
		return noHTTP2(t, "refused the handshake with alert "+h.Alert.String(), err)
	case d == alertInsufficientSecurity:
		return policy.NewCause(policy.CauseTLSNoSharedCipher, said, err)
	case d == alertCertificateRequired, h.ClientCertificateRequested && len(h.PeerCertificates) > 0:
		return clientCertificateCause(&Attempt{Handshake: h}, err)
	case d == alertUnrecognizedName:
		cause := policy.NewCause(policy.CauseTLSHandshakeFailure, fmt.Sprintf("%s: it has no certificate for the name %q", said, t.SNI), err)
		cause.Hint = "serve a certificate for this name, or choose an origin request policy that sends the origin's own name"
		return cause
	}
	return policy.NewCause(policy.CauseTLSHandshakeFailure, said, err)
}

// cut returns at most n bytes.
func cut(b []byte, n int) []byte { return b[:min(n, len(b))] }
