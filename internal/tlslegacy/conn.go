package tlslegacy

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// Conn is the client side of a TLS connection. Read, Write, Close, the deadlines and
// ConnectionState may be called concurrently.
type Conn struct {
	conn   net.Conn
	config *Config

	// shaking is held while the handshake runs, and guards shakeErr.
	shaking  sync.Mutex
	shakeErr error
	complete atomic.Bool
	closed   atomic.Bool

	in  incoming
	out outgoing

	// The following belongs to whoever holds in or performs the handshake.

	// plain is application data that was received but not read yet.
	plain []byte
	// messages are the bytes of incomplete handshake messages.
	messages []byte
	// handshakeBytes counts the bytes received in handshake messages.
	handshakeBytes int
	// halfAlert is the level of an alert whose description is still to come.
	halfAlert *uint8
	// helloRequests counts the HelloRequests since the last application data.
	helloRequests int

	stateLock sync.Mutex
	state     ConnectionState
}

var _ net.Conn = (*Conn)(nil)

// Client returns a TLS connection over conn, which it then owns: closing the Conn closes
// it. HandshakeContext, or the first Read or Write, performs the handshake. The config must
// not be nil.
func Client(conn net.Conn, cfg *Config) *Conn {
	return &Conn{conn: conn, config: cfg, in: incoming{conn: conn}, out: outgoing{conn: conn}}
}

// Handshake performs the handshake, unless it has been performed.
func (c *Conn) Handshake() error {
	if c.complete.Load() {
		return nil
	}
	return c.HandshakeContext(context.Background())
}

// HandshakeContext performs the handshake, unless it has been performed. It is performed
// once: after an error, every call returns the same one. A context that ends first closes
// the connection and its error is returned; one that ends later has no effect.
func (c *Conn) HandshakeContext(ctx context.Context) error {
	c.shaking.Lock()
	defer c.shaking.Unlock()
	if c.complete.Load() || c.shakeErr != nil {
		return c.shakeErr
	}
	interrupted := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(interrupted)
		c.conn.Close()
	})
	c.in.Lock()
	defer c.in.Unlock()
	c.shakeErr = c.handshake()
	if !stop() {
		<-interrupted
		c.shakeErr = ctx.Err()
	}
	if c.shakeErr == nil {
		c.note(func(s *ConnectionState) { s.HandshakeComplete = true })
		c.complete.Store(true)
	}
	return c.shakeErr
}

// Read reads application data.
//
// Its end is as in crypto/tls: io.EOF after the server's close_notify, also io.EOF if the
// server closes its TCP connection between two records, as many do, and io.ErrUnexpectedEOF
// within one. After a deadline, reading can continue.
//
// A server that asks for a renegotiation is answered with the warning no_renegotiation. If
// it asks again before it has sent any data, the error is a ProtocolError with
// ReasonRenegotiation. SSLv3 has no such warning, so there the first request is the last.
func (c *Conn) Read(p []byte) (int, error) {
	if err := c.Handshake(); err != nil {
		return 0, err
	}
	if len(p) == 0 {
		return 0, nil
	}
	c.in.Lock()
	defer c.in.Unlock()
	for len(c.plain) == 0 {
		if err := c.readOn(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.plain)
	c.plain = c.plain[n:]
	// If the end of the stream is already here, report it now: http.Transport then does not
	// consider the connection reusable.
	if len(c.plain) == 0 && c.in.alertWaits() {
		return n, c.readOn()
	}
	return n, nil
}

// readOn reads one record after the handshake.
func (c *Conn) readOn() error {
	if c.in.err != nil {
		return c.in.err
	}
	_, err := c.receive()
	if err == nil {
		err = c.refuseRenegotiation()
	}
	return c.endReading(err)
}

// endReading keeps a permanent error and reports it to the server if it is the server's
// fault.
func (c *Conn) endReading(err error) error {
	if err == nil || temporary(err) {
		return err
	}
	c.in.err = err
	var fault *ProtocolError
	if errors.As(err, &fault) && fault.Alert != 0 {
		c.fatal(err, fault.Alert)
	}
	return err
}

// refuseRenegotiation answers HelloRequests after the handshake (CF-TLS-22); takeMessage
// lets no other message through.
func (c *Conn) refuseRenegotiation() error {
	if len(c.plain) > 0 {
		c.helloRequests = 0
	}
	for {
		m, err := c.takeMessage()
		if m == nil || err != nil {
			return err
		}
		c.note(func(s *ConnectionState) { s.RenegotiationRequested = true })
		c.helloRequests++
		if c.helloRequests > 1 || c.out.version == VersionSSL30 {
			return &ProtocolError{Reason: ReasonRenegotiation, Detail: "the server insists on a new handshake", Alert: alertHandshakeFailure}
		}
		// If it cannot be sent, the writing side has its own error, and what the server
		// sent can still be read.
		c.sendAlert(LevelWarning, alertNoRenegotiation)
	}
}

// CloseWrite sends a close_notify and keeps the reading side open. Every later Write fails.
func (c *Conn) CloseWrite() error {
	if !c.complete.Load() {
		return errors.New("closing the writing side: the TLS handshake is not complete")
	}
	c.out.Lock()
	defer c.out.Unlock()
	return c.closeWriteLocked()
}

func (c *Conn) closeWriteLocked() error {
	err := c.sendAlertLocked(LevelWarning, alertCloseNotify)
	if c.out.err == nil {
		c.out.err = net.ErrClosed
	}
	return err
}

// Close sends a close_notify and closes the connection. It does not wait for an answer.
// During a Write, Close interrupts it and sends no close_notify.
func (c *Conn) Close() error {
	if !c.closed.CompareAndSwap(false, true) {
		return net.ErrClosed
	}
	if c.complete.Load() && c.out.TryLock() {
		if c.out.err == nil {
			c.conn.SetWriteDeadline(time.Now().Add(alertGrace))
			c.closeWriteLocked() // a server that left before us misses nothing
		}
		c.out.Unlock()
	}
	return c.conn.Close()
}

// LocalAddr returns the local address of the underlying connection.
func (c *Conn) LocalAddr() net.Addr { return c.conn.LocalAddr() }

// RemoteAddr returns the remote address of the underlying connection.
func (c *Conn) RemoteAddr() net.Addr { return c.conn.RemoteAddr() }

// SetDeadline sets both deadlines. A zero time means none.
func (c *Conn) SetDeadline(t time.Time) error { return c.conn.SetDeadline(t) }

// SetReadDeadline sets the deadline for reading. A Read that it ends can be retried.
func (c *Conn) SetReadDeadline(t time.Time) error { return c.conn.SetReadDeadline(t) }

// SetWriteDeadline sets the deadline for writing. After a Write that it ends, every later
// one fails.
func (c *Conn) SetWriteDeadline(t time.Time) error { return c.conn.SetWriteDeadline(t) }

// NetConn returns the underlying connection. Using it breaks this one.
func (c *Conn) NetConn() net.Conn { return c.conn }
