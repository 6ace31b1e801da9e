package tlswire

import "bytes"

// Handshake message types (RFC 5246 section 7.4).
const (
	messageServerHello        = 2
	messageCertificate        = 11
	messageServerKeyExchange  = 12
	messageCertificateRequest = 13
	messageServerHelloDone    = 14

	messageHeaderLen = 4
)

// helloRetryRandom is the random of a ServerHello that is a HelloRetryRequest (RFC 8446
// section 4.1.3).
var helloRetryRandom = []byte{
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
}

// ServerHello is what a server chose.
type ServerHello struct {
	// Version is the protocol version: that of the supported_versions extension if present,
	// otherwise that of the message itself.
	Version uint16
	// Suite is the cipher suite.
	Suite uint16
	// Group is the group of the key share (TLS 1.3), or in a HelloRetryRequest the one that
	// the server wants; 0 if there is none.
	Group uint16
	// HelloRetryRequest means that this is not a choice yet but a request to try again with
	// the named group.
	HelloRetryRequest bool
	// ALPN is the application protocol chosen; "" if none was, and always in
	// TLS 1.3, which encrypts it.
	ALPN string
	// SessionID is the id by which the session could be resumed (TLS 1.2 and older); nil if
	// the server gave none.
	SessionID []byte
	// Compression is the compression method; 0 means none.
	Compression uint8
	// SecureRenegotiation means that the server supports RFC 5746.
	SecureRenegotiation bool
	// ExtendedMasterSecret means that it agreed to RFC 7627.
	ExtendedMasterSecret bool
	// SessionTicket means that it will issue a session ticket (RFC 5077).
	SessionTicket bool
	// keyShare is the server's public key in TLS 1.3.
	keyShare []byte
}

// message notes the contents of one handshake message and reports whether to continue.
// Messages without facts for a Flight are skipped. The message includes its header, which
// is part of what TLS 1.3 hashes.
func (r *FlightReader) message(kind byte, message []byte) bool {
	body := message[messageHeaderLen:]
	switch kind {
	case messageServerHello:
		hello, ok := parseServerHello(body)
		if !ok {
			return r.malformed("the ServerHello cannot be read")
		}
		r.flight.Retried = r.flight.Retried || r.awaitsRetry()
		r.flight.ServerHello = hello
		r.opaque = hello.Version >= versionTLS13 && !hello.HelloRetryRequest
		if r.opaque {
			r.unlock(message)
		}
	case messageCertificate:
		certificates, ok := parseCertificates(body)
		if !ok {
			return r.malformed("the Certificate message cannot be read")
		}
		r.flight.Certificates = certificates
	case messageServerKeyExchange:
		r.flight.keyExchange(body)
	case messageCertificateRequest:
		r.flight.CertificateRequested = true
	case messageServerHelloDone:
		r.flight.Done = true
	}
	return true
}

// parseServerHello parses the body of a ServerHello or HelloRetryRequest.
func parseServerHello(body []byte) (*ServerHello, bool) {
	in := input(body)
	version, random := in.u16(), in.bytes(32)
	session := in.bytes(in.u8())
	suite, compression := in.u16(), in.u8()
	if in.failed() {
		return nil, false
	}
	hello := &ServerHello{
		Version: uint16(version), Suite: uint16(suite),
		HelloRetryRequest: bytes.Equal(random, helloRetryRandom), Compression: uint8(compression),
	}
	if len(session) > 0 {
		hello.SessionID = session
	}
	if len(in) == 0 {
		return hello, true // no extensions: SSLv3, or an old server
	}
	extensions := input(in.bytes(in.u16()))
	for len(extensions) > 0 && !extensions.failed() {
		number := extensions.u16()
		hello.extension(number, extensions.bytes(extensions.u16()))
	}
	return hello, !in.failed() && !extensions.failed()
}

// extension notes the contents of one extension of the hello. One that is too short is
// ignored.
func (h *ServerHello) extension(number int, data input) {
	switch number {
	case extSupportedVersions:
		if v := data.u16(); !data.failed() {
			h.Version = uint16(v)
		}
	case extKeyShare:
		if v := data.u16(); !data.failed() {
			h.Group = uint16(v)
			h.keyShare = data.bytes(data.u16())
		}
	case extALPN:
		list := input(data.bytes(data.u16()))
		if name := list.bytes(list.u8()); !data.failed() && !list.failed() {
			h.ALPN = string(name)
		}
	case extRenegotiationInfo:
		h.SecureRenegotiation = true
	case extExtendedMasterSecret:
		h.ExtendedMasterSecret = true
	case extSessionTicket:
		h.SessionTicket = true
	}
}

// parseCertificates parses the body of a Certificate message of TLS 1.2 and older: a list
// of certificates, each with a three-byte length.
func parseCertificates(body []byte) ([][]byte, bool) {
	in := input(body)
	list := input(in.bytes(in.u24()))
	var certificates [][]byte
	for len(list) > 0 && !list.failed() {
		if der := list.bytes(list.u24()); len(der) > 0 {
			certificates = append(certificates, der)
		}
	}
	return certificates, !in.failed() && !list.failed() && len(in) == 0
}
