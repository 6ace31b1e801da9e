package tlslegacy

import "crypto/x509"

// ConnectionState is what is known of a connection. It is filled in during the handshake,
// so after a failed handshake it has everything up to the failure, including what caused
// it.
type ConnectionState struct {
	// HandshakeComplete means that the handshake succeeded.
	HandshakeComplete bool
	// Version is the version that the server chose; 0 before its hello.
	Version uint16
	// Suite is the cipher suite that the server chose.
	Suite uint16
	// Group is the ECDHE group that the server chose; 0 with static RSA.
	Group uint16
	// SignatureScheme is how the server signed its key exchange in TLS 1.2; 0 with static
	// RSA and in older versions, which do not number it.
	SignatureScheme uint16
	// RawCertificates is the chain in DER, as sent.
	RawCertificates [][]byte
	// PeerCertificates is the parsed chain, one for each of RawCertificates; nil for one
	// that crypto/x509 cannot parse, and after the first hundred.
	PeerCertificates []*x509.Certificate
	// CertificateRequest is the server's request for a client certificate, nil if it made
	// none.
	CertificateRequest *CertificateRequest
	// ClientCertificateSent means that it got one.
	ClientCertificateSent bool
	// SecureRenegotiation means that the server supports RFC 5746.
	SecureRenegotiation bool
	// ExtendedMasterSecret means that both sides agreed to RFC 7627.
	ExtendedMasterSecret bool
	// RenegotiationRequested means that the server requested a new handshake, which was
	// refused.
	RenegotiationRequested bool
	// AlertReceived is the server's first fatal alert, or its first warning if none is
	// fatal, ignoring close_notify. Nil if there is none.
	AlertReceived *AlertError
	// AlertSent is the last alert sent to the server, except close_notify; nil if there is
	// none.
	AlertSent *AlertError
}

// maxParsed is how many certificates of a chain are parsed: more than any useful chain has,
// less than what a hostile server can send.
const maxParsed = 100

// ConnectionState returns what is known of the connection so far. Its slices are shared and
// must not be modified.
func (c *Conn) ConnectionState() ConnectionState {
	c.stateLock.Lock()
	defer c.stateLock.Unlock()
	// A chain can be long, and most of it is never used: the handshake itself only needs
	// the leaf.
	if s := &c.state; s.PeerCertificates == nil && len(s.RawCertificates) > 0 {
		s.PeerCertificates = make([]*x509.Certificate, len(s.RawCertificates))
		for i, der := range s.RawCertificates[:min(len(s.RawCertificates), maxParsed)] {
			if parsed, err := x509.ParseCertificate(der); err == nil {
				s.PeerCertificates[i] = parsed
			}
		}
	}
	return c.state
}

// note changes the state.
func (c *Conn) note(change func(*ConnectionState)) {
	c.stateLock.Lock()
	defer c.stateLock.Unlock()
	change(&c.state)
}
