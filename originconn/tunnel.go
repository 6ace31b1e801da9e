package originconn

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Tunnel is a connection to an origin that has switched protocols. Its bytes are
// not interpreted. One goroutine may read while another writes.
type Tunnel struct {
	conn   *Conn
	closed sync.Once
}

// newTunnel makes the answer to a request for which the origin switched protocols. The
// timeouts of a response end here; that the response completion timeout does, too, is
// inferred: there is nothing to complete.
func (f *fetch) newTunnel(s *stream, r *responseHead) *Response {
	s.ended = true
	s.conn.wire.slow = nil
	s.release()
	s.conn.wire.gap, s.conn.wire.until = 0, time.Time{}
	s.conn.wire.SetDeadline(time.Time{})
	t := &Tunnel{conn: s.conn}
	return &Response{
		Status: r.status, Reason: r.reason, Proto: r.proto, Header: r.header, RawHead: s.head,
		Tunnel: t, Body: tunnelBody{t},
	}
}

// switchedCause judges a 101: it must answer what was requested.
func (f *fetch) switchedCause(r *responseHead) error {
	switch {
	case !f.request.WebSocket:
		return fmt.Errorf("the origin switched protocols without being asked")
	case !policy.SwitchedToWebSocket(r.header):
		return fmt.Errorf("the origin switched protocols, but not to websocket: Upgrade is %q, Connection %q",
			r.header.Get("Upgrade"), r.header.Get("Connection"))
	}
	return nil
}

// Read reads data from the origin. It returns io.EOF when the origin sends no
// more.
func (t *Tunnel) Read(p []byte) (int, error) { return t.conn.br.Read(p) }

// Write sends data to the origin.
func (t *Tunnel) Write(p []byte) (int, error) { return t.conn.plain.Write(p) }

// SetReadDeadline sets the read deadline, as on a net.Conn.
func (t *Tunnel) SetReadDeadline(at time.Time) error { return t.conn.wire.SetReadDeadline(at) }

// SetWriteDeadline sets the write deadline, as on a net.Conn.
func (t *Tunnel) SetWriteDeadline(at time.Time) error { return t.conn.wire.SetWriteDeadline(at) }

// CloseWrite tells the origin that no more data follows; data from the origin can
// still be read. A connection that cannot be half-closed is closed.
func (t *Tunnel) CloseWrite() error {
	half, ok := t.conn.plain.(interface{ CloseWrite() error })
	if !ok {
		return t.Close()
	}
	return half.CloseWrite()
}

// Close closes the connection.
func (t *Tunnel) Close() error {
	var err error
	t.closed.Do(func() { err = t.conn.Close() })
	return err
}

// tunnelBody stands in for the body of a 101, which has none: closing it closes the tunnel.
type tunnelBody struct{ tunnel *Tunnel }

// Read returns io.EOF: there is no body.
func (tunnelBody) Read([]byte) (int, error) { return 0, io.EOF }

// Close closes the tunnel.
func (b tunnelBody) Close() error { return b.tunnel.Close() }

var _ interface {
	io.ReadWriteCloser
	CloseWrite() error
} = (*Tunnel)(nil)

// CloseWrite half-closes the TCP connection, where it can be.
func (w *wire) CloseWrite() error {
	half, ok := w.Conn.(interface{ CloseWrite() error })
	if !ok {
		return w.Conn.Close()
	}
	return half.CloseWrite()
}
