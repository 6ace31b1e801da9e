package tlslegacy

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// helloRandomAt is the position of the random in a ClientHello: after the message's header
// and the version.
const helloRandomAt = messageHeaderLen + 2

// clientHello returns the hello as a message and as the record to send. It is built by
// tlswire, so that it equals the hello that asks a server for the reason of a refusal. In
// SSLv3 it has the record version 0x0300 and no extensions.
func (cfg *Config) clientHello() (message, record []byte, err error) {
	sent, err := tlswire.ClientHello{
		Versions: cfg.Versions, Suites: cfg.offeredSuites(), Groups: cfg.Groups, Signatures: cfg.Signatures,
		SNI: cfg.ServerName, ExtendedMasterSecret: cfg.ExtendedMasterSecret,
	}.Build()
	if err != nil {
		return nil, nil, fmt.Errorf("offering TLS: %w", err)
	}
	if len(sent.Records) > recordHeaderLen+maxPlaintext {
		return nil, nil, errors.New("offering TLS: the hello does not fit into one record")
	}
	message = sent.Records[recordHeaderLen:]
	_, err = io.ReadFull(cfg.random(), message[helloRandomAt:helloRandomAt+randomLen])
	return message, sent.Records, err
}

// serverHello is the server's choice.
type serverHello struct {
	version, suite uint16
	random         []byte
	compression    uint8
	// renegotiation is the content of the extension of RFC 5746; nil if the server does not
	// support it.
	renegotiation []byte
	// extendedMaster means that the server agrees to RFC 7627.
	extendedMaster bool
	// extensions are the numbers of all extensions, as received.
	extensions []uint16
}

// Extensions that a ServerHello may have here.
const (
	extServerName           = 0
	extSupportedGroups      = 10
	extECPointFormats       = 11
	extExtendedMasterSecret = 23
	extRenegotiationInfo    = 0xff01
)

// parseServerHello parses a ServerHello (RFC 5246 section 7.4.1.3). The session id is
// skipped, as sessions are never resumed. check judges which extensions are allowed.
func parseServerHello(body []byte) (*serverHello, error) {
	in := &input{rest: body}
	h := &serverHello{version: in.u16(), random: in.bytes(randomLen)}
	if session := in.vector(1); len(session.rest) > 32 {
		return nil, malformed("ServerHello")
	}
	h.suite, h.compression = in.u16(), in.u8()
	if in.whole() {
		return h, nil // no extensions: SSLv3, or an old server
	}
	extensions := in.vector(2)
	for len(extensions.rest) > 0 {
		number := extensions.u16()
		body := extensions.vector(2)
		if extensions.failed || slices.Contains(h.extensions, number) || !h.extension(number, &body) {
			return nil, malformed("ServerHello")
		}
		h.extensions = append(h.extensions, number)
	}
	if !in.whole() || !extensions.whole() {
		return nil, malformed("ServerHello")
	}
	return h, nil
}

// extension notes the contents of one extension, and reports whether it is well formed.
func (h *serverHello) extension(number uint16, body *input) bool {
	switch number {
	case extRenegotiationInfo:
		info := body.vector(1)
		h.renegotiation = append([]byte{}, info.rest...)
		return body.whole()
	case extExtendedMasterSecret:
		h.extendedMaster = true
		return len(body.rest) == 0
	case extServerName:
		return len(body.rest) == 0 // RFC 6066 section 3: an empty acknowledgment
	case extECPointFormats:
		formats := body.vector(1)
		return body.whole() && slices.Contains(formats.rest, pointUncompressed)
	}
	return true
}

// pointUncompressed is the point format that everyone must support (RFC 8422 section
// 5.1.2).
const pointUncompressed = 0

// offersExtension reports whether the hello had an extension that a server may answer (RFC
// 5246 section 7.4.1.4). Only the client sends signature algorithms. A server must not
// answer with groups before TLS 1.3, either, but some load balancers do, and other clients
// tolerate it.
func (cfg *Config) offersExtension(number uint16) bool {
	if cfg.newest() == VersionSSL30 {
		return false
	}
	switch number {
	case extServerName:
		return cfg.ServerName != ""
	case extSupportedGroups, extECPointFormats:
		return len(cfg.Groups) > 0
	case extExtendedMasterSecret:
		return cfg.ExtendedMasterSecret
	case extRenegotiationInfo:
		return true
	}
	return false
}

// check reports what in the server's choice was not offered.
func (h *serverHello) check(cfg *Config) error {
	illegal := func(reason Reason, value uint16, alert uint8, format string, args ...any) error {
		return &ProtocolError{Reason: reason, Value: value, Alert: alert, Detail: fmt.Sprintf(format, args...)}
	}
	for _, number := range h.extensions {
		if !cfg.offersExtension(number) {
			return illegal(ReasonUnofferedExtension, number, alertUnsupportedExtension, "the server answered extension %d, which it was not asked for", number)
		}
	}
	suite := suiteByID(h.suite)
	switch {
	case !slices.Contains(cfg.Versions, h.version):
		return illegal(ReasonUnofferedVersion, h.version, alertProtocolVersion, "the server chose %s", tlswire.VersionName(h.version))
	case suite == nil || !slices.Contains(cfg.offeredSuites(), h.suite):
		return illegal(ReasonUnofferedSuite, h.suite, alertIllegalParameter, "the server chose %s", tlswire.SuiteName(h.suite))
	case suite.oldest > h.version:
		return illegal(ReasonSuiteVersion, h.suite, alertIllegalParameter, "the server chose %s in %s",
			tlswire.SuiteName(h.suite), tlswire.VersionName(h.version))
	case h.compression != 0:
		return illegal(ReasonUnofferedCompression, 0, alertIllegalParameter, "the server chose the compression %d", h.compression)
	case len(h.renegotiation) > 0:
		return illegal(ReasonSecureRenegotiation, 0, alertHandshakeFailure, "it is not that of a first handshake")
	}
	return nil
}
