package tlswire

import (
	"crypto/ecdh"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
)

// ClientHello is what a hand-built ClientHello offers: any lists, including ones that no
// library would send.
type ClientHello struct {
	// Versions are the protocol versions, a set in any order. They go into
	// supported_versions, newest first, if TLS 1.3 is among them, so that gaps are allowed;
	// otherwise only the newest can be expressed. SSLv3 alone makes a hello without
	// extensions, as a server of that age expects.
	Versions []uint16
	// Suites are the cipher suites in the order offered.
	Suites []uint16
	// Groups are the named groups in the order offered.
	Groups []uint16
	// KeyShares are the groups for which TLS 1.3 gets a real key share, in this order:
	// X25519, P-256, P-384 or P-521. With none, the key share is empty, which results in a
	// HelloRetryRequest that names suite and group.
	KeyShares []uint16
	// Signatures are the signature schemes in the order offered. Versions before TLS 1.2 do
	// not have them.
	Signatures []uint16
	// SNI is the server name; "" sends none.
	SNI string
	// ALPN are the application protocols; with none, the extension is omitted.
	ALPN []string
	// SessionID is the session to resume, at most 32 bytes.
	SessionID []byte
	// SessionTicket offers an empty session ticket: a server that issues them says so in
	// its ServerHello (TLS 1.2 and older).
	SessionTicket bool
	// ExtendedMasterSecret offers RFC 7627, which some servers insist on.
	ExtendedMasterSecret bool
	// Compressions are compression methods besides null, offered before it.
	Compressions []uint8
	// Fragment is the maximum payload of a record; 0 means one record, up to the limit.
	Fragment int
}

// SentHello is a ClientHello as bytes, with what is needed to understand the answer to it.
type SentHello struct {
	// Records is the hello in records, as sent.
	Records []byte
	// message is the handshake message without record headers; keys are the private keys of
	// the key shares.
	message []byte
	keys    map[uint16]*ecdh.PrivateKey
}

const (
	versionSSL30 = 0x0300
	versionTLS10 = 0x0301
	versionTLS12 = 0x0303
	versionTLS13 = 0x0304
)

// maxPlaintext is the maximum payload of a record (RFC 8446 section 5.1).
const maxPlaintext = 1 << 14

// messageClientHello is the type of the handshake message.
const messageClientHello = 1

// Marshal returns the hello as TLS records, or nil if Build would return an error. It is
// for a hello whose answer is read with [ParseFlight].
func (h ClientHello) Marshal() []byte {
	sent, err := h.Build()
	if err != nil {
		return nil
	}
	return sent.Records
}

// Build builds the hello. An error means that it cannot be encoded: no version, a list that
// is too long, a key share of a group that is not implemented here.
func (h ClientHello) Build() (*SentHello, error) {
	if err := h.check(); err != nil {
		return nil, fmt.Errorf("building a ClientHello: %w", err)
	}
	keys, err := makeKeys(h.KeyShares)
	if err != nil {
		return nil, fmt.Errorf("building a ClientHello: %w", err)
	}
	newest := min(slices.Max(h.Versions), versionTLS12)
	var body builder
	body.u16(newest)
	random := make([]byte, 32)
	rand.Read(random)
	body = append(body, random...)
	body.vector(1, func(b *builder) { *b = append(*b, h.SessionID...) })
	body.vector(2, func(b *builder) { b.u16s(h.Suites) })
	body.vector(1, func(b *builder) { *b = append(append(*b, h.Compressions...), 0) })
	if newest >= versionTLS10 {
		body.vector(2, func(b *builder) { h.extensions(b, keys) })
	}
	message := builder{messageClientHello}
	message.vector(3, func(b *builder) { *b = append(*b, body...) })
	return &SentHello{Records: h.records(message, min(newest, versionTLS10)), message: message, keys: keys}, nil
}

// check finds what cannot be encoded.
func (h ClientHello) check() error {
	switch {
	case len(h.Versions) == 0:
		return errors.New("no version")
	case max(len(h.Versions), 2*len(h.Compressions)) > 127, max(len(h.Suites), len(h.Groups), len(h.Signatures)) > 1<<13:
		return errors.New("a list is too long")
	case len(h.SNI) > 1<<13:
		return errors.New("the server name is too long")
	case len(h.SessionID) > 32:
		return errors.New("the session id has more than 32 bytes")
	case h.Fragment < 0 || h.Fragment > maxPlaintext:
		return errors.New("no such size of a record")
	}
	total := 0
	for _, name := range h.ALPN {
		if total += len(name) + 1; len(name) == 0 || len(name) > 255 || total > 1<<13 {
			return errors.New("an application protocol has no form on the wire")
		}
	}
	return nil
}

// records splits the message into as many records as needed.
func (h ClientHello) records(message []byte, version uint16) []byte {
	size := h.Fragment
	if size == 0 {
		size = maxPlaintext
	}
	var out builder
	for part := range slices.Chunk(message, size) {
		out = append(out, recordHandshake)
		out.u16(version)
		out.vector(2, func(b *builder) { *b = append(*b, part...) })
	}
	return out
}
