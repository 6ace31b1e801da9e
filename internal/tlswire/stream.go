package tlswire

import (
	"bytes"
	"fmt"
)

// FlightReader reads a flight as it arrives, piece by piece, each byte once. It keeps at
// most MaxFlight bytes. The zero value is ready; one made by [SentHello.Reader] can also
// read what TLS 1.3 encrypts.
type FlightReader struct {
	flight Flight
	// sent is the hello that was answered; nil if it is not ours.
	sent *SentHello
	// opener decrypts; nil without a key.
	opener *opener
	// total counts the bytes read, useless the consecutive records with nothing useful.
	total, useless int
	// header is the header of the current record, or its beginning; missing is how many
	// bytes of its payload have not arrived yet.
	header  []byte
	missing int
	// handshake and alert are the bytes of incomplete messages, sealed those of an
	// encrypted record.
	handshake, alert, sealed []byte
	// opaque is set once everything that follows is encrypted.
	opaque bool
	// stable means that the bytes given do not change, so that they may be referenced.
	stable bool
}

// Reader returns a reader of the answer to this hello.
func (s *SentHello) Reader() *FlightReader { return &FlightReader{sent: s} }

// Write takes the next bytes that the server sent. It never fails; what is after the end of
// what can be read is dropped.
func (r *FlightReader) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 && r.flight.Malformed == "" {
		if r.flight.NotTLS != nil {
			r.flight.NotTLS = append(r.flight.NotTLS, p[:min(len(p), MaxNotTLS-len(r.flight.NotTLS))]...)
			break
		}
		if r.total += 1; r.total > MaxFlight {
			r.malformed(fmt.Sprintf("the first flight has more than %d bytes", MaxFlight))
			break
		}
		if r.missing == 0 {
			p = r.readHeader(p)
			continue
		}
		size := min(len(p), r.missing)
		r.total += size - 1
		r.missing -= size
		r.readPayload(p[:size])
		p = p[size:]
	}
	return n, nil
}

// Flight returns what was read so far.
func (r *FlightReader) Flight() Flight {
	f := r.flight
	if f.NotTLS == nil && f.Malformed == "" {
		f.Truncated = len(r.header) > 0 || len(r.alert) == 1 || len(r.handshake) > 0 && !r.opaque
	}
	return f
}

// Settled reports whether waiting is useless: the flight is complete, the server gave up or
// does not speak TLS, what follows is encrypted, or the server waits for an answer to its
// HelloRetryRequest.
func (r *FlightReader) Settled() bool {
	f := &r.flight
	switch {
	case f.Done, f.NotTLS != nil, f.Malformed != "", r.awaitsRetry(), f.Alert != nil && f.Alert.Fatal():
		return true
	}
	return r.opaque && (r.opener == nil || r.opener.ended)
}

// readHeader reads one byte of a record header.
func (r *FlightReader) readHeader(p []byte) []byte {
	r.header = append(r.header, p[0])
	first := r.flight.RecordVersion == 0
	if (first || len(r.header) == recordHeaderLen) && !startsLikeTLS(r.header) {
		// A first record of a known kind and version is TLS, no matter how wrong its
		// length: the origin speaks it badly, but nothing else.
		if first && !startsLikeTLS(r.header[:min(len(r.header), 3)]) {
			r.flight.NotTLS, r.header = bytes.Clone(r.header), nil
		} else {
			r.malformed("a record has an impossible header")
		}
		return p[1:]
	}
	if len(r.header) < recordHeaderLen {
		return p[1:]
	}
	if first {
		r.flight.RecordVersion = uint16(r.header[1])<<8 | uint16(r.header[2])
	}
	r.missing = r.recordSize()
	r.begin()
	if r.missing == 0 {
		r.header = r.header[:0]
	}
	return p[1:]
}

// recordSize returns the payload length in the header.
func (r *FlightReader) recordSize() int { return int(r.header[3])<<8 | int(r.header[4]) }

// begin notes what a record's header alone says.
func (r *FlightReader) begin() {
	if kind := r.header[0]; kind == recordHandshake && r.missing > 0 || kind == recordApplicationData && r.missing > 0 {
		r.useless = 0
	} else if r.useless++; r.useless > MaxUseless {
		r.malformed("too many records in a row bring nothing")
	}
	switch r.header[0] {
	case recordChangeCipherSpec:
		// In TLS 1.3 this record means nothing; after a HelloRetryRequest the ServerHello
		// still comes in the clear.
		r.opaque = r.opaque || !r.awaitsRetry()
	case recordApplicationData:
		r.opaque = true
	}
}

// readPayload reads the next part of the current record.
func (r *FlightReader) readPayload(part []byte) {
	switch r.header[0] {
	case recordAlert:
		r.readAlert(part)
	case recordHandshake:
		r.readHandshake(part)
	case recordApplicationData:
		if r.opener != nil && !r.opener.ended {
			r.sealed = append(r.sealed, part...)
		}
	}
	if r.missing > 0 {
		return
	}
	if len(r.sealed) > 0 {
		r.opener.record(&r.flight, r.header, r.sealed)
		r.sealed = r.sealed[:0]
	}
	r.header = r.header[:0]
}

// unlock derives the key for the rest of a TLS 1.3 flight, if the hello was ours and had a
// key share that the server accepted.
func (r *FlightReader) unlock(serverHello []byte) {
	if r.sent == nil || r.flight.Retried {
		return
	}
	secret, err := r.sent.serverSecret(r.flight.ServerHello, serverHello)
	if err != nil {
		return
	}
	if o, err := newOpener(r.flight.ServerHello.Suite, secret); err == nil {
		r.opener = o
	}
}

func (r *FlightReader) malformed(what string) bool {
	r.flight.Malformed = what
	return false
}

// awaitsRetry reports whether the last hello was a HelloRetryRequest.
func (r *FlightReader) awaitsRetry() bool {
	return r.flight.ServerHello != nil && r.flight.ServerHello.HelloRetryRequest
}

// startsLikeTLS reports whether these bytes can be the start of a TLS record sent by a
// server; an empty one can.
func startsLikeTLS(b []byte) bool {
	if len(b) > 0 && (b[0] < recordChangeCipherSpec || b[0] > recordApplicationData) {
		return false
	}
	if len(b) > 1 && b[1] != 3 {
		return false
	}
	return len(b) < recordHeaderLen || int(b[3])<<8|int(b[4]) <= MaxRecord
}

// readAlert notes the alerts in a record. TLS 1.3 hides encrypted alerts in records of
// another type, so a record of this type is always plaintext there; in older versions it is
// unreadable after ChangeCipherSpec.
func (r *FlightReader) readAlert(part []byte) {
	tls13 := r.flight.ServerHello != nil && r.flight.ServerHello.Version >= versionTLS13
	if r.opaque && !(tls13 && r.recordSize() == 2) {
		return
	}
	r.alert = append(r.alert, part...)
	for len(r.alert) >= 2 {
		a := Alert{Level: r.alert[0], Description: r.alert[1]}
		r.alert = r.alert[2:]
		if r.flight.Alert == nil || (a.Fatal() && !r.flight.Alert.Fatal()) {
			r.flight.Alert = &a
		}
	}
}

// readHandshake reads a part of a handshake record and each message that it completes.
func (r *FlightReader) readHandshake(part []byte) {
	if r.opaque {
		return
	}
	if r.stable && len(r.handshake) == 0 {
		// Whole messages without a copy. The capacity is cut so that a later append copies
		// instead of writing into the input.
		r.handshake = part[:len(part):len(part)]
	} else {
		r.handshake = append(r.handshake, part...)
	}
	for len(r.handshake) >= messageHeaderLen && !r.opaque {
		size := int(r.handshake[1])<<16 | int(r.handshake[2])<<8 | int(r.handshake[3])
		if size > MaxMessage {
			r.malformed(fmt.Sprintf("a handshake message says it has %d bytes", size))
			return
		}
		if len(r.handshake) < messageHeaderLen+size {
			return
		}
		message := r.handshake[: messageHeaderLen+size : messageHeaderLen+size]
		r.handshake = r.handshake[messageHeaderLen+size:]
		if !r.message(message[0], message) {
			return
		}
	}
}
