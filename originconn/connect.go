package originconn

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Conn is an open connection to an origin, already judged.
type Conn struct {
	wire      *wire    // the TCP connection, which enforces the timeouts
	plain     net.Conn // what HTTP runs over: the wire, or TLS on it
	br        *bufio.Reader
	bw        *bufio.Writer
	out       []byte // the request head, on its way to bw
	head      headTap
	h2        *http.ClientConn // HTTP/2 on plain; nil before its first use, and for HTTP/1.1
	handshake *Handshake
	findings  []policy.Finding
	address   string
	key       string
	// deadline is the completion deadline of the fetch being served.
	deadline time.Time
	idle     idleState
}

// Close closes the connection.
func (c *Conn) Close() error {
	if c.h2 != nil {
		_ = c.h2.Close() // closes plain, too; its goroutines end
	}
	err := c.plain.Close()
	_ = c.wire.Close() // TLS returns at once while another goroutine is about to close it
	return err
}

// Connect resolves, dials, performs the handshake and verifies, once. The Attempt
// holds everything that was observed. Either the Conn or the Cause is nil, never
// both. The caller closes the Conn.
func (c *Client) Connect(ctx context.Context, t Target) (*Conn, *Attempt) {
	a := &Attempt{Number: 1, Target: t.Address(), Start: time.Now()}
	conn, cause := c.connect(ctx, &t, time.Time{}, a)
	a.Cause = own(ctx, cause, beforeAnswer)
	return conn, a
}

// connect makes one new connection, limited by the target's connect timeout and by overall
// unless it is zero.
func (c *Client) connect(ctx context.Context, t *Target, overall time.Time, a *Attempt) (*Conn, *policy.Cause) {
	deadline := time.Now().Add(t.ConnectTimeout)
	if !overall.IsZero() && overall.Before(deadline) {
		deadline = overall
	}
	ctx, cancel := context.WithDeadline(ctx, deadline)
	defer cancel()

	addresses, cause := c.resolve(ctx, t, a)
	if cause != nil {
		return nil, cause
	}
	conn := &Conn{deadline: overall}
	if t.TLS {
		conn.wire, conn.plain, cause = c.secure(ctx, t, addresses, a)
	} else {
		var tcp net.Conn
		tcp, cause = c.dial(ctx, t, addresses, a)
		conn.wire = &wire{Conn: tcp}
		conn.plain = conn.wire
	}
	if cause != nil {
		return nil, cause
	}
	conn.address, conn.handshake = a.Address, a.Handshake
	conn.findings = a.Findings
	return conn, nil
}

// prepare makes the buffers for the first exchange; a connection used only for a handshake
// needs none.
func (c *Conn) prepare() {
	if c.br != nil {
		return
	}
	c.head.r = c.plain
	c.br = bufio.NewReaderSize(&c.head, 4<<10)
	c.bw = bufio.NewWriterSize(c.plain, 4<<10)
}
