package http1

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Server serves viewers. Its fields must not be changed after the first call of
// a method.
type Server struct {
	// Handler answers a request; required. The connection continues with the next one when
	// it returns.
	Handler func(*Response, *Request)
	// Refuse answers a request that cannot be parsed; the connection is closed afterward.
	// The request holds what could be parsed. Default: the connection is closed without an
	// answer.
	Refuse func(*Response, *Request, *Fault)
	// Open prepares a new connection, in the goroutine that serves it: a TLS handshake
	// belongs here. Default: the connection is used as it is.
	Open func(net.Conn) (Opened, error)
	// HeadTimeout limits reading a request head, from its first byte on.
	HeadTimeout time.Duration
	// IdleTimeout is how long a connection may wait for a request.
	IdleTimeout time.Duration
	// StallTimeout is how long a viewer may go without sending a byte of a request body or
	// accepting a byte of a response.
	StallTimeout time.Duration
	// Log receives problems with connections. Default: no logging.
	Log func(format string, v ...any)
	// Recover receives the value of a panic in a handler or in this package, and the
	// request, which is nil between requests. The connection is cut. Default: the panic
	// ends the program.
	Recover func(r *Request, v any)

	// Values provides the values of request contexts. Default: none.
	Values context.Context

	date date

	mu        sync.Mutex
	conns     map[*conn]struct{}
	listeners map[net.Listener]struct{}
	none      chan struct{} // closed when conns is empty and closing is set
	closing   atomic.Bool
}

// Opened is a connection as [Server.Open] leaves it.
type Opened struct {
	// Conn is what is read and written from now on; nil means that the connection has been
	// taken over.
	Conn net.Conn
	// TLS is its state; nil without TLS.
	TLS *tls.ConnectionState
	// Tag is passed on with every request of the connection.
	Tag any
	// Fault, if set, refuses the connection before anything is read from it.
	Fault *Fault
}

// Serve accepts connections until the server is shut down, when it returns
// http.ErrServerClosed, or the listener fails. It closes the listener.
func (s *Server) Serve(ln net.Listener) error {
	defer ln.Close()
	if !s.listen(ln) {
		return http.ErrServerClosed
	}
	for pause := time.Duration(0); ; {
		c, err := ln.Accept()
		switch {
		case err == nil:
			pause = 0
			go s.ServeConn(c)
		case s.closing.Load():
			return http.ErrServerClosed
		case isTemporary(err): // most likely out of file descriptors
			pause = min(max(2*pause, 5*time.Millisecond), time.Second)
			s.logf("accepting a connection: %v; trying again in %v", err, pause)
			time.Sleep(pause)
		default:
			return err
		}
	}
}

// isTemporary reports whether accepting may work again later.
func isTemporary(err error) bool {
	for _, number := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.ECONNABORTED} {
		if errors.Is(err, number) {
			return true
		}
	}
	return false
}

func (s *Server) listen(ln net.Listener) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		return false
	}
	if s.listeners == nil {
		s.listeners = make(map[net.Listener]struct{})
	}
	s.listeners[ln] = struct{}{}
	return true
}

// ServeConn serves one connection, and returns when it is finished. It closes the
// connection unless it was hijacked.
func (s *Server) ServeConn(nc net.Conn) {
	c := &conn{server: s, raw: nc, net: nc}
	if !s.enter(c) {
		_ = nc.Close()
		return
	}
	defer s.leave(c)
	defer s.recover(c)
	c.serve()
}

// recover limits a panic to its connection.
func (s *Server) recover(c *conn) {
	if s.Recover == nil {
		return
	}
	v := recover()
	if v == nil {
		return
	}
	_ = c.raw.Close() // ends all reads and writes
	var r *Request
	if ctx := c.current.Load(); ctx != nil {
		ctx.cancel()
		r = ctx.request
	}
	s.Recover(r, v)
}

func (s *Server) enter(c *conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		return false
	}
	if s.conns == nil {
		s.conns = make(map[*conn]struct{})
	}
	s.conns[c] = struct{}{}
	return true
}

func (s *Server) leave(c *conn) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
	if len(s.conns) == 0 && s.none != nil {
		close(s.none)
		s.none = nil
	}
}

// Shutdown stops listening, closes idle connections, ends the contexts of hijacked ones,
// and waits until no request is in progress. If ctx ends first, it returns ctx's error.
func (s *Server) Shutdown(ctx context.Context) error {
	s.mu.Lock()
	s.stop()
	for c := range s.conns {
		c.shutdown()
	}
	if len(s.conns) == 0 {
		s.mu.Unlock()
		return nil
	}
	if s.none == nil {
		s.none = make(chan struct{})
	}
	none := s.none
	s.mu.Unlock()
	select {
	case <-none:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close stops listening and closes all connections, hijacked ones included.
func (s *Server) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stop()
	for c := range s.conns {
		c.shutdown()
		_ = c.raw.Close()
	}
}

// stop ends Serve; the lock is held.
func (s *Server) stop() {
	s.closing.Store(true)
	for ln := range s.listeners {
		_ = ln.Close()
	}
	s.listeners = nil
}

func (s *Server) logf(format string, v ...any) {
	if s.Log != nil {
		s.Log(format, v...)
	}
}
