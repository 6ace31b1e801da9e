package tlslegacy

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"

	"github.com/edgesim/edgesim/internal/tlswire"
)

// Record types and sizes (RFC 5246 section 6.2.1).
const (
	tlsChangeCipherSpec = 20
	tlsAlert            = 21
	tlsHandshake        = 22
	tlsApplicationData  = 23

	recordHeaderLen = 5
	maxPlaintext    = 1 << 14
	// maxFragment is the largest payload of a protected record.
	maxFragment = tlswire.MaxRecord
)

// maxEmptyReads is how often a connection may return neither data nor an error before it
// counts as broken.
const maxEmptyReads = 100

// incoming is the side of a connection that the server writes to. The holder of the lock
// reads.
type incoming struct {
	sync.Mutex
	conn io.Reader
	// buffer[start:end] was received but not used yet. Content decrypted in place is before
	// start, until the next record is read.
	buffer     []byte
	start, end int
	// protection is nil until the server's ChangeCipherSpec; next is nil before it is due.
	protection, next protection
	sequence         uint64
	// version is that of records once negotiated, 0 before.
	version uint16
	// useless counts consecutive records with nothing useful.
	useless int
	// err is what permanently ended reading.
	err error
}

// record reads one record and returns its content, which is valid until the next call. A
// temporary network error, such as a deadline, loses nothing: the next call continues where
// it happened.
func (in *incoming) record() (kind uint8, content []byte, err error) {
	if err := in.fill(recordHeaderLen); err != nil {
		return 0, nil, err
	}
	header := in.buffer[in.start : in.start+recordHeaderLen]
	kind = header[0]
	version, size := binary.BigEndian.Uint16(header[1:]), int(binary.BigEndian.Uint16(header[3:]))
	if err := in.checkHeader(kind, version, size); err != nil {
		return 0, nil, err
	}
	if err := in.fill(recordHeaderLen + size); err != nil {
		return 0, nil, err
	}
	content = in.buffer[in.start+recordHeaderLen : in.start+recordHeaderLen+size]
	in.start += recordHeaderLen + size
	if in.protection != nil {
		var ok bool
		content, ok = in.protection.open(recordInfo{in.sequence, kind, version}, content)
		if !ok {
			return 0, nil, &ProtocolError{Reason: ReasonBadRecord, Alert: alertBadRecordMAC, Detail: "a record does not decrypt to what was sealed"}
		}
		in.sequence++
	}
	if len(content) > maxPlaintext {
		return 0, nil, oversize("a record has %d bytes of content", len(content))
	}
	return kind, content, nil
}

// checkHeader refuses a record before its payload has arrived.
func (in *incoming) checkHeader(kind uint8, version uint16, size int) error {
	known := kind >= tlsChangeCipherSpec && kind <= tlsApplicationData
	switch {
	case in.version == 0 && (!known || version>>8 != 3):
		first := in.buffer[in.start:in.end]
		return &ProtocolError{
			Reason: ReasonNotTLS, Detail: fmt.Sprintf("the server's answer begins with %q", first[:recordHeaderLen]),
			Evidence: append([]byte(nil), first[:min(len(first), tlswire.MaxNotTLS)]...),
		}
	case !known:
		return unexpected("a record has the unknown type %d", kind)
	case in.version != 0 && version != in.version:
		return &ProtocolError{
			Reason: ReasonRecordVersion, Value: version, Alert: alertProtocolVersion,
			Detail: fmt.Sprintf("%s in a connection of %s", tlswire.VersionName(version), tlswire.VersionName(in.version)),
		}
	case size > maxFragment || in.protection == nil && size > maxPlaintext:
		return oversize("a record says it has %d bytes", size)
	}
	return nil
}

func oversize(format string, args ...any) error {
	return &ProtocolError{Reason: ReasonOversize, Detail: fmt.Sprintf(format, args...), Alert: alertRecordOverflow}
}

// fill reads until n bytes from start on are available.
func (in *incoming) fill(n int) error {
	if in.start == in.end {
		in.start, in.end = 0, 0
	}
	if in.buffer == nil {
		in.buffer = make([]byte, recordHeaderLen+maxFragment)
	}
	if in.start+n > len(in.buffer) {
		in.end = copy(in.buffer, in.buffer[in.start:in.end])
		in.start = 0
	}
	for empty := 0; in.end-in.start < n; {
		m, err := in.conn.Read(in.buffer[in.end:])
		in.end += m
		switch have := in.end - in.start; {
		case have >= n:
			return nil // the error, if any, will be returned again
		case errors.Is(err, io.EOF) && have > 0:
			return io.ErrUnexpectedEOF
		case err != nil:
			return err
		}
		if empty++; m > 0 {
			empty = 0
		}
		if empty == maxEmptyReads {
			return io.ErrNoProgress
		}
	}
	return nil
}

// alertWaits reports whether what was already received continues with a complete alert, so
// that reading it does not block.
func (in *incoming) alertWaits() bool {
	waiting := in.buffer[in.start:in.end]
	return len(waiting) > recordHeaderLen && waiting[0] == tlsAlert &&
		len(waiting) >= recordHeaderLen+int(binary.BigEndian.Uint16(waiting[3:]))
}

// changeCipherSpec activates the next protection.
func (in *incoming) changeCipherSpec(content []byte) error {
	if len(content) != 1 || content[0] != 1 {
		return malformed("ChangeCipherSpec")
	}
	if in.next == nil {
		return unexpected("a ChangeCipherSpec out of its turn")
	}
	in.protection, in.next, in.sequence = in.next, nil, 0
	return nil
}

// temporary reports whether reading may continue after an error: a deadline can be moved.
func temporary(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout()
}
