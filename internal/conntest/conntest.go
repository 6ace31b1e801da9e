// Package conntest checks an invariant in tests: every connection to an origin is closed,
// or idle in the client's pool, when a test ends. An unclosed response body shows as well,
// as it keeps its connection. It is only for tests.
package conntest

import (
	"context"
	"net"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/originconn"
)

// Watch counts the connections that a client opens, closes the client at the end of the
// test, and fails the test if one is still open then. It returns the client, which must not
// have been used before.
func Watch(t testing.TB, c *originconn.Client) *originconn.Client {
	t.Helper()
	w := &watch{open: map[net.Conn]string{}, dial: c.DialContext}
	if w.dial == nil {
		w.dial = (&net.Dialer{}).DialContext
	}
	c.DialContext = w.dialContext
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Errorf("closing the client: %v", err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, address := range w.open {
			t.Errorf("a connection to %s was neither closed nor kept: a response that nobody closed?", address)
		}
	})
	return c
}

// watch holds the open connections.
type watch struct {
	dial func(ctx context.Context, network, address string) (net.Conn, error)

	mu   sync.Mutex
	open map[net.Conn]string
}

func (w *watch) dialContext(ctx context.Context, network, address string) (net.Conn, error) {
	c, err := w.dial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open[c] = address
	if tcp, ok := c.(*net.TCPConn); ok {
		return tcpConn{tcp, w}, nil
	}
	return conn{c, w}, nil
}

func (w *watch) close(c net.Conn) error {
	w.mu.Lock()
	delete(w.open, c)
	w.mu.Unlock()
	return c.Close()
}

// conn is any connection, and tcpConn one over TCP with all of its other methods.
type (
	conn struct {
		net.Conn
		watch *watch
	}
	tcpConn struct {
		*net.TCPConn
		watch *watch
	}
)

// Close closes the connection and stops counting it.
func (c conn) Close() error { return c.watch.close(c.Conn) }

// Close closes the connection and stops counting it.
func (c tcpConn) Close() error { return c.watch.close(c.TCPConn) }

// ClosedPort returns an address at which nothing listens, and nothing will before the test
// ends: a connection has the port as its own end, so that no listener gets it.
func ClosedPort(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		ln.Close()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		ln.Close()
	})
	return conn.LocalAddr().String()
}
