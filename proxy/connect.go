package proxy

import (
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/elazarl/goproxy"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/http1"
)

// recordHandshake is the first byte of a TLS connection: a record of type handshake (RFC
// 8446 section 5.1). No HTTP request starts with it.
const recordHandshake = 0x16

// onConnect is goproxy's CONNECT hook. Without it, goproxy would open a tunnel to the host
// and nothing would be simulated.
func (s *Server) onConnect(host string, ctx *goproxy.ProxyCtx) (*goproxy.ConnectAction, string) {
	if !s.forwards(host) {
		ctx.Resp = refusal(ctx.Req, http.StatusForbidden, refusedHost)
		return &goproxy.ConnectAction{Action: goproxy.ConnectReject}, host
	}
	return &goproxy.ConnectAction{Action: goproxy.ConnectHijack, Hijack: s.openTunnel}, host
}

// openTunnel serves what is sent in a tunnel: until it ends, the connection is one more of
// the server that serves viewers.
func (s *Server) openTunnel(r *http.Request, client net.Conn, _ *goproxy.ProxyCtx) {
	s.viewer.ServeConn(&tunnelConn{Conn: client, host: r.Host})
}

// openViewer prepares a connection of the TLS listener, or a tunnel: TLS if it starts like
// TLS, otherwise HTTP.
func (s *Server) openViewer(c net.Conn) (http1.Opened, error) {
	t, inTunnel := c.(*tunnelConn)
	if !inTunnel {
		return s.handshake(c, nil)
	}
	first, err := t.establish(s.config.ReadHeaderTimeout)
	if err != nil {
		s.logger.Debugf("tunnel to %q for %s: nothing came through it: %v", t.host, t.RemoteAddr(), err)
		return http1.Opened{}, err
	}
	if first == recordHandshake {
		return s.handshake(c, tunneled)
	}
	return http1.Opened{Conn: c, Tag: tunneled}, nil
}

// tunneled is the tag of tunnel connections.
var tunneled any = edge.FormConnect

// handshake performs a TLS handshake. A connection that negotiates HTTP/2 goes to net/http.
func (s *Server) handshake(c net.Conn, tag any) (http1.Opened, error) {
	secure := tls.Server(c, s.tls)
	err := secure.SetDeadline(time.Now().Add(s.config.ReadHeaderTimeout))
	if err == nil {
		err = secure.Handshake()
	}
	if err == nil {
		err = secure.SetDeadline(time.Time{})
	}
	var record tls.RecordHeaderError
	switch {
	case errors.As(err, &record) && record.Conn != nil && looksLikeHTTP(record.RecordHeader):
		return http1.Opened{Conn: record.Conn, Tag: tag, Fault: &http1.Fault{Reason: "HTTP was spoken where HTTPS is due"}}, nil
	case err != nil:
		s.logHandshake(c, err)
		return http1.Opened{}, err
	}
	state := secure.ConnectionState()
	if state.NegotiatedProtocol == "h2" {
		s.handed.deliver(secure)
		return http1.Opened{}, nil
	}
	return http1.Opened{Conn: secure, TLS: &state, Tag: tag}, nil
}

// looksLikeHTTP reports whether the supposed header of a TLS record is the start of a
// request.
func looksLikeHTTP(header [5]byte) bool {
	switch string(header[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "DELET", "PATCH":
		return true
	}
	return false
}

// tunnelConn is the viewer's end of a CONNECT tunnel.
type tunnelConn struct {
	net.Conn
	// host is the host:port that the viewer asked to connect to.
	host string
	// first was read from Conn but not used yet.
	first []byte
}

// establish sends the 200 and returns the first byte that the viewer then sends, which is
// still to be read.
func (t *tunnelConn) establish(timeout time.Duration) (byte, error) {
	if err := t.SetDeadline(time.Now().Add(timeout)); err != nil {
		return 0, err
	}
	if _, err := t.Conn.Write([]byte("HTTP/1.1 200 Connection established\r\n\r\n")); err != nil {
		return 0, err
	}
	first := make([]byte, 1)
	if _, err := t.Conn.Read(first); err != nil {
		return 0, err
	}
	t.first = first
	return first[0], t.SetDeadline(time.Time{})
}

// Read reads what was read before, then from the connection.
func (t *tunnelConn) Read(p []byte) (int, error) {
	if len(t.first) == 0 || len(p) == 0 {
		return t.Conn.Read(p)
	}
	p[0], t.first = t.first[0], nil
	return 1, nil
}

// CloseWrite lets the connection end without a reset.
func (t *tunnelConn) CloseWrite() error {
	if c, ok := t.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}

// handed is the listener that hands HTTP/2 connections to net/http.
type handed struct {
	ready chan net.Conn
	once  sync.Once
	done  chan struct{}
}

func newHanded() *handed {
	return &handed{ready: make(chan net.Conn), done: make(chan struct{})}
}

// deliver hands a connection to Accept, or closes it if the listener is closed.
func (l *handed) deliver(c net.Conn) {
	select {
	case l.ready <- c:
	case <-l.done:
		_ = c.Close()
	}
}

// Accept returns the next connection.
func (l *handed) Accept() (net.Conn, error) {
	select {
	case c := <-l.ready:
		return c, nil
	case <-l.done:
		return nil, http.ErrServerClosed
	}
}

// Close ends Accept.
func (l *handed) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

// Addr returns a placeholder.
func (l *handed) Addr() net.Addr { return handedAddr{} }

type handedAddr struct{}

// Network names no network: connections are handed over.
func (handedAddr) Network() string { return "handed" }

// String names what is spoken on them.
func (handedAddr) String() string { return "HTTP/2" }

var _ net.Listener = (*handed)(nil)
