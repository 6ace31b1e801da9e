package proxy

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/elazarl/goproxy"

	"github.com/edgesim/edgesim/edge"
)

// recordHandshake is the first byte of a TLS connection: a record of type
// handshake (RFC 8446 section 5.1). No HTTP request begins with it.
const recordHandshake = 0x16

// onConnect is goproxy's CONNECT hook. Left alone, goproxy would open a tunnel
// to the host and nothing would be simulated.
func (s *Server) onConnect(host string, ctx *goproxy.ProxyCtx) (*goproxy.ConnectAction, string) {
	if !s.forwards(host) {
		ctx.Resp = refusal(ctx.Req, http.StatusForbidden, refusedHost)
		return &goproxy.ConnectAction{Action: goproxy.ConnectReject}, host
	}
	return &goproxy.ConnectAction{Action: goproxy.ConnectHijack, Hijack: s.openTunnel}, host
}

// openTunnel answers a CONNECT and hands the connection to the server that
// serves what is said inside: HTTPS if it begins like TLS, else HTTP.
func (s *Server) openTunnel(r *http.Request, client net.Conn, _ *goproxy.ProxyCtx) {
	t := client.(*tunnelConn) // made by tunnelWriter
	t.host = r.Host
	if !s.tunnels.enter(t) {
		_ = t.Close()
		return
	}
	defer s.tunnels.leave(t)
	first, err := t.establish(s.config.ReadHeaderTimeout)
	if err != nil {
		s.logger.Debugf("tunnel to %q for %s: nothing came through it: %v", t.host, t.RemoteAddr(), err)
		_ = t.Close()
		return
	}
	if first == recordHandshake {
		s.tunnels.deliver(tls.Server(t, s.tls))
	} else {
		s.tunnels.deliver(t)
	}
}

// tunnelWriter makes hijacking keep the bytes that came behind the CONNECT:
// goproxy drops net/http's buffer, and a viewer need not wait for the 200.
type tunnelWriter struct{ http.ResponseWriter }

// Hijack takes the connection over, with what was read of it already.
func (w *tunnelWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err
	}
	return takenOver(conn, rw), rw, nil
}

// tunnelConn is the viewer's end of a CONNECT tunnel.
type tunnelConn struct {
	net.Conn
	// host is what the viewer asked to be connected to, host:port.
	host string
	// rest was read from Conn but is not yet used.
	rest []byte
}

// establish says 200 and returns the first byte the viewer sends then, which
// stays to be read.
func (t *tunnelConn) establish(timeout time.Duration) (byte, error) {
	if err := t.SetDeadline(time.Now().Add(timeout)); err != nil {
		return 0, err
	}
	if _, err := t.Conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		return 0, err
	}
	if len(t.rest) == 0 {
		first := make([]byte, 1)
		if _, err := t.Conn.Read(first); err != nil {
			return 0, err
		}
		t.rest = first
	}
	return t.rest[0], t.SetDeadline(time.Time{})
}

// Read reads what was read before, then from the connection.
func (t *tunnelConn) Read(p []byte) (int, error) {
	if len(t.rest) == 0 {
		return t.Conn.Read(p)
	}
	n := copy(p, t.rest)
	t.rest = t.rest[n:]
	return n, nil
}

// CloseWrite lets net/http end a connection without a reset.
func (t *tunnelConn) CloseWrite() error {
	if c, ok := t.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

// withForm gives the requests of a tunnel their form, through the context of
// the connection.
func withForm(ctx context.Context, c net.Conn) context.Context {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if _, ok := c.(*tunnelConn); ok {
		return context.WithValue(ctx, formKey{}, edge.FormConnect)
	}
	return ctx
}

// tunnels is the listener through which tunnels reach the server inside, and
// keeps those that have not got there yet.
type tunnels struct {
	ready chan net.Conn
	done  chan struct{}

	mu      sync.Mutex
	closed  bool
	waiting map[*tunnelConn]struct{}
	opening sync.WaitGroup
}

func newTunnels() *tunnels {
	return &tunnels{ready: make(chan net.Conn), done: make(chan struct{}), waiting: map[*tunnelConn]struct{}{}}
}

// enter notes a tunnel that is being opened; false means too late.
func (l *tunnels) enter(t *tunnelConn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.waiting[t] = struct{}{}
	l.opening.Add(1)
	return true
}

// leave notes that it is open, or given up.
func (l *tunnels) leave(t *tunnelConn) {
	l.mu.Lock()
	delete(l.waiting, t)
	l.mu.Unlock()
	l.opening.Done()
}

// deliver hands a connection to Accept, or closes it if nobody accepts any more.
func (l *tunnels) deliver(c net.Conn) {
	select {
	case l.ready <- c:
	case <-l.done:
		_ = c.Close()
	}
}

// Accept returns the next tunnel.
func (l *tunnels) Accept() (net.Conn, error) {
	select {
	case c := <-l.ready:
		return c, nil
	case <-l.done:
		return nil, http.ErrServerClosed
	}
}

// Close ends Accept and the tunnels that are still being opened.
func (l *tunnels) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return nil
	}
	l.closed = true
	close(l.done)
	for t := range l.waiting {
		_ = t.Close()
	}
	return nil
}

// wait returns when no tunnel is being opened any more.
func (l *tunnels) wait() { l.opening.Wait() }

// Addr says that this is no address.
func (l *tunnels) Addr() net.Addr { return tunnelAddr{} }

type tunnelAddr struct{}

func (tunnelAddr) Network() string { return "tunnel" }
func (tunnelAddr) String() string  { return "CONNECT" }

var _ net.Listener = (*tunnels)(nil)
