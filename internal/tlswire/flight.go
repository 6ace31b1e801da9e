package tlswire

import "fmt"

// The limits of reading. A server that goes beyond them is malformed.
const (
	// MaxRecord is the largest payload of a record in bytes: 2^14 of content
	// and 2048 of expansion (RFC 5246 section 6.2.3).
	MaxRecord = 16384 + 2048
	// MaxMessage is the largest handshake message in bytes. It is the limit
	// that crypto/tls has for a certificate message.
	MaxMessage = 256 << 10
	// MaxNotTLS is how many of the first bytes are kept as evidence when they
	// are no TLS record.
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

// Fatal says whether the server gave up with this alert.
func (a Alert) Fatal() bool { return a.Level == 2 }

// Flight is what a server sent in answer to a ClientHello, as far as it is
// readable without a key: everything up to ServerHelloDone in TLS 1.2 and
// older, the ServerHello alone in TLS 1.3, and an alert at any time. The zero
// value is the flight of a server that sent nothing.
type Flight struct {
	// NotTLS holds the first bytes, at most MaxNotTLS, when they are no TLS
	// record: an answer in plain HTTP, in SSH, an SSLv2 server's hello.
	NotTLS []byte
	// RecordVersion is the version in the header of the first record.
	RecordVersion uint16
	// Alert is the first fatal plaintext alert, or the first alert if none is
	// fatal; nil if there is none.
	Alert *Alert
	// ServerHello is the server's choice; nil if none came. When a
	// HelloRetryRequest was followed by a ServerHello, it is the latter.
	ServerHello *ServerHello
	// Retried says that a HelloRetryRequest came before ServerHello.
	Retried bool
	// Certificates are the certificates in DER as the server sent them, in its
	// order. TLS 1.3 encrypts them, so they are missing there.
	Certificates [][]byte
	// CertificateRequested says that the server asked for a client
	// certificate. TLS 1.3 encrypts that too.
	CertificateRequested bool
	// KeyExchangeGroup is the named group in the ServerKeyExchange of an ECDHE
	// suite in TLS 1.2 and older; 0 if there is none.
	KeyExchangeGroup uint16
	// Done says that the ServerHelloDone was seen (TLS 1.2 and older).
	Done bool
	// Truncated says that the bytes end within a record or a message.
	Truncated bool
	// Malformed says in a few words what breaks the rules of TLS; "" if
	// nothing does. What was read before it is kept.
	Malformed string
}

// ParseFlight reads what a server sent so far, from its first byte. It never
// fails: what is not understood is left out or said in the result's NotTLS,
// Truncated and Malformed. It copies nothing, so the result refers to stream.
func ParseFlight(stream []byte) Flight {
	r := reader{rest: stream}
	if !startsLikeTLS(stream) {
		r.flight.NotTLS = stream[:min(len(stream), MaxNotTLS)]
		return r.flight
	}
	if len(stream) >= recordHeaderLen {
		r.flight.RecordVersion = uint16(stream[1])<<8 | uint16(stream[2])
	}
	for r.record() {
	}
	if len(r.handshake) > 0 && !r.opaque && r.flight.Malformed == "" {
		r.flight.Truncated = true
	}
	if len(r.alert) == 1 {
		r.flight.Truncated = true
	}
	return r.flight
}

// startsLikeTLS says whether these bytes can be the beginning of a TLS record
// that a server sends; an empty beginning can.
func startsLikeTLS(b []byte) bool {
	if len(b) > 0 && (b[0] < recordChangeCipherSpec || b[0] > recordApplicationData) {
		return false
	}
	if len(b) > 1 && b[1] != 3 {
		return false
	}
	return len(b) < recordHeaderLen || int(b[3])<<8|int(b[4]) <= MaxRecord
}

// reader walks over records and puts the messages in them together.
type reader struct {
	flight Flight
	rest   []byte
	// handshake and alert are the bytes of messages not complete yet.
	handshake, alert []byte
	// opaque is set once what follows is encrypted.
	opaque bool
}

// record reads one record and says whether to go on.
func (r *reader) record() bool {
	if len(r.rest) < recordHeaderLen || r.flight.Malformed != "" {
		if len(r.rest) > 0 && r.flight.Malformed == "" {
			r.flight.Truncated = true
		}
		return false
	}
	if !startsLikeTLS(r.rest) {
		return r.malformed("a record has an impossible header")
	}
	kind, size := r.rest[0], int(r.rest[3])<<8|int(r.rest[4])
	payload := r.rest[recordHeaderLen:]
	if len(payload) < size {
		// What came of a record in the clear is still evidence.
		r.flight.Truncated = true
		size = len(payload)
	}
	r.rest = payload[size:]
	payload = payload[:size]
	switch kind {
	case recordChangeCipherSpec:
		// In TLS 1.3 this record means nothing; behind a HelloRetryRequest the
		// ServerHello is still to come in the clear.
		r.opaque = r.opaque || !r.awaitsRetry()
	case recordApplicationData:
		r.opaque = true
	case recordAlert:
		return r.readAlert(payload)
	case recordHandshake:
		return r.readHandshake(payload)
	}
	return true
}

func (r *reader) malformed(what string) bool {
	r.flight.Malformed = what
	return false
}

// awaitsRetry says whether the last hello was a HelloRetryRequest.
func (r *reader) awaitsRetry() bool {
	return r.flight.ServerHello != nil && r.flight.ServerHello.HelloRetryRequest
}

// readAlert notes the alerts in a record. TLS 1.3 hides encrypted alerts in
// records of another type, so a plaintext one is plain there at any time; in
// older versions it is unreadable behind ChangeCipherSpec.
func (r *reader) readAlert(payload []byte) bool {
	tls13 := r.flight.ServerHello != nil && r.flight.ServerHello.Version >= versionTLS13
	if r.opaque && !(tls13 && len(payload) == 2) {
		return true
	}
	r.alert = append(r.alert, payload...)
	for len(r.alert) >= 2 {
		a := Alert{Level: r.alert[0], Description: r.alert[1]}
		r.alert = r.alert[2:]
		if r.flight.Alert == nil || (a.Fatal() && !r.flight.Alert.Fatal()) {
			r.flight.Alert = &a
		}
	}
	return true
}

// readHandshake takes the payload of a handshake record and reads each message
// that is complete with it.
func (r *reader) readHandshake(payload []byte) bool {
	if r.opaque {
		return true
	}
	if len(r.handshake) == 0 {
		// The common case: whole messages, no copy. The capacity is cut so
		// that a later append copies instead of writing into the stream.
		r.handshake = payload[:len(payload):len(payload)]
	} else {
		r.handshake = append(r.handshake, payload...)
	}
	for len(r.handshake) >= messageHeaderLen && !r.opaque {
		size := int(r.handshake[1])<<16 | int(r.handshake[2])<<8 | int(r.handshake[3])
		if size > MaxMessage {
			return r.malformed(fmt.Sprintf("a handshake message says it has %d bytes", size))
		}
		if len(r.handshake) < messageHeaderLen+size {
			break
		}
		body := r.handshake[messageHeaderLen : messageHeaderLen+size]
		kind := r.handshake[0]
		r.handshake = r.handshake[messageHeaderLen+size:]
		if !r.message(kind, body) {
			return false
		}
	}
	return true
}
