package tlswire

import "fmt"

// The limits of reading. A server that exceeds them is malformed.
const (
	// MaxRecord is the largest payload of a record in bytes: 2^14 of content
	// and 2048 of expansion (RFC 5246 section 6.2.3).
	MaxRecord = 16384 + 2048
	// MaxMessage is the largest handshake message in bytes. It is crypto/tls's limit for a
	// certificate message.
	MaxMessage = 256 << 10
	// MaxFlight is how many bytes of a flight are read at most: more than the largest
	// message with everything around it.
	MaxFlight = 512 << 10
	// MaxUseless is how many records in a row may be useless: empty ones, warnings,
	// ChangeCipherSpec.
	MaxUseless = 32
	// MaxNotTLS is how many of the first bytes are kept as evidence if they are not a TLS
	// record.
	MaxNotTLS = 512
)

// Record types (RFC 8446 section 5.1).
const (
	recordChangeCipherSpec = 20
	recordAlert            = 21
	recordHandshake        = 22
	recordApplicationData  = 23

	recordHeaderLen = 5
)

// Alert is a plaintext TLS alert.
type Alert struct {
	// Level is 1 for a warning and 2 for a fatal alert.
	Level uint8
	// Description is the alert's number, e.g. 40.
	Description uint8
}

// String returns the RFC's name and the number, e.g. "handshake_failure(40)".
func (a Alert) String() string {
	return fmt.Sprintf("%s(%d)", AlertName(a.Description), a.Description)
}

// Fatal reports whether the server aborted with this alert.
func (a Alert) Fatal() bool { return a.Level == 2 }

// Flight is what a server sent in answer to a ClientHello, as far as it is readable:
// everything up to ServerHelloDone in TLS 1.2 and older; in TLS 1.3 the ServerHello, and
// the rest if there is a key for it; an alert at any time. The zero value is the flight of
// a server that sent nothing.
type Flight struct {
	// NotTLS holds the first bytes, at most MaxNotTLS, if they are not a TLS record: an
	// answer in plain HTTP or SSH, or an SSLv2 server's hello.
	NotTLS []byte
	// RecordVersion is the version in the header of the first record.
	RecordVersion uint16
	// Alert is the first fatal plaintext alert, or the first alert if none is fatal; nil if
	// there is none.
	Alert *Alert
	// ServerHello is the server's choice; nil if there was none. If a HelloRetryRequest was
	// followed by a ServerHello, it is the latter.
	ServerHello *ServerHello
	// Retried means that a HelloRetryRequest came before ServerHello.
	Retried bool
	// Certificates are the certificates in DER as the server sent them, in order. TLS 1.3
	// encrypts them, so they are missing there without a key.
	Certificates [][]byte
	// CertificateRequested means that the server requested a client certificate. TLS 1.3
	// encrypts that too.
	CertificateRequested bool
	// KeyExchangeGroup is the named group in the ServerKeyExchange of an ECDHE suite in TLS
	// 1.2 and older; 0 if there is none.
	KeyExchangeGroup uint16
	// Signature is the scheme of the ServerKeyExchange in TLS 1.2 and of the
	// CertificateVerify in TLS 1.3; 0 if there is none.
	Signature uint16
	// DHBits is the size of the prime in the ServerKeyExchange of a DHE suite.
	DHBits int
	// SupportedGroups are the groups that a TLS 1.3 server names on its own, in order:
	// OpenSSL does if it would have preferred another one.
	SupportedGroups []uint16
	// Done means that the server's flight is complete: its ServerHelloDone was seen or, if
	// TLS 1.3 could be decrypted, its Finished.
	Done bool
	// Truncated means that the bytes end within a record or a message.
	Truncated bool
	// Malformed says briefly what violates the rules of TLS; "" if nothing does. What was
	// read before it is kept.
	Malformed string
}

// ParseFlight reads what a server has sent so far, from its first byte. It never fails:
// what it does not understand is left out or noted in the result's NotTLS, Truncated and
// Malformed. The result may refer to stream.
func ParseFlight(stream []byte) Flight {
	r := FlightReader{stable: true}
	r.Write(stream)
	return r.Flight()
}
