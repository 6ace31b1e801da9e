package tlslegacy

import (
	"encoding/binary"
	"io"
	"net"
	"sync"
)

// outgoing is the side of a connection that this client writes to. The holder of the lock
// writes.
type outgoing struct {
	sync.Mutex
	conn       io.Writer
	protection protection
	sequence   uint64
	version    uint16
	// split enables the 1/n-1 split of Conn.Write.
	split bool
	// buffer holds the records that are sealed but not sent yet.
	buffer []byte
	// err is what permanently ended writing.
	err error
}

// seal adds a record to the buffer. The content is at most maxPlaintext.
func (out *outgoing) seal(kind uint8, content []byte) error {
	start := len(out.buffer)
	out.buffer = append(out.buffer, kind)
	out.buffer = binary.BigEndian.AppendUint16(out.buffer, out.version)
	out.buffer = append(out.buffer, 0, 0)
	if out.protection == nil {
		out.buffer = append(out.buffer, content...)
	} else {
		sealed, err := out.protection.seal(out.buffer, recordInfo{out.sequence, kind, out.version}, content)
		if err != nil {
			out.err = err
			return err
		}
		out.buffer = sealed
		out.sequence++
	}
	binary.BigEndian.PutUint16(out.buffer[start+3:], uint16(len(out.buffer)-start-recordHeaderLen))
	return nil
}

// sealMessage adds a handshake message, split into records.
func (out *outgoing) sealMessage(message []byte) error {
	for len(message) > 0 {
		n := min(len(message), maxPlaintext)
		if err := out.seal(tlsHandshake, message[:n]); err != nil {
			return err
		}
		message = message[n:]
	}
	return nil
}

// flush sends the buffer. Any error is permanent, even a deadline: it is unknown how much
// of a record was sent.
func (out *outgoing) flush() error {
	if out.err != nil {
		return out.err
	}
	_, err := out.conn.Write(out.buffer)
	out.buffer = out.buffer[:0]
	out.err = err
	return err
}

// changeCipherSpec announces a protection and activates it.
func (out *outgoing) changeCipherSpec(p protection) error {
	if err := out.seal(tlsChangeCipherSpec, []byte{1}); err != nil {
		return err
	}
	out.protection, out.sequence = p, 0
	return nil
}

// Write sends p in records of at most 16 KiB. It returns how much was sent in whole
// records. After any error, including a deadline, every later Write fails with it.
//
// With a CBC suite in SSLv3 and TLS 1.0 the first byte of p gets its own record. There the
// IV of a record is the end of the one before it, so an attacker who sees the wire and
// chooses plaintext could test guesses (BEAST, CVE-2011-3389); the MAC of the one-byte
// record makes the IV of the rest unpredictable.
func (c *Conn) Write(p []byte) (int, error) {
	if err := c.Handshake(); err != nil {
		return 0, err
	}
	c.out.Lock()
	defer c.out.Unlock()
	if c.out.err == nil && c.closed.Load() {
		return 0, net.ErrClosed
	}
	sent := 0
	for sent < len(p) {
		if c.out.err != nil {
			return sent, c.out.err
		}
		next := sent
		if sent == 0 && c.out.split && len(p) > 1 {
			if err := c.out.seal(tlsApplicationData, p[:1]); err != nil {
				return sent, err
			}
			next = 1
		}
		n := min(len(p)-next, maxPlaintext)
		if err := c.out.seal(tlsApplicationData, p[next:next+n]); err != nil {
			return sent, err
		}
		if err := c.out.flush(); err != nil {
			return sent, err
		}
		sent = next + n
	}
	return sent, nil
}
