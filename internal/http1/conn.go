package http1

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// The states of a connection.
const (
	stateIdle     int32 = iota // no byte of a request has been received: it may be closed
	stateBusy                  // a request is being read or answered
	stateHijacked              // another owner has it
	stateClosed
)

// conn is a viewer's connection. One goroutine serves it; a request's body may be read by
// another, and hangup by a third, never at the same time.
type conn struct {
	server *Server
	raw    net.Conn // as accepted
	net    net.Conn // as opened
	opened Opened
	remote string
	state  atomic.Int32
	// current is the context of the request in progress.
	current atomic.Pointer[viewerContext]

	// buf[r:w] was received but not used yet.
	buf  []byte
	r, w int

	reading  reading
	writeBy  time.Time // the write deadline of the socket
	hangup   hangup
	response Response
}

const (
	// bufferSize is the size of a connection's receive buffer.
	bufferSize = 4 << 10
	// lingerTime is how long to keep reading from a viewer that may still be sending after
	// its response: closing at once would reset the connection, and the reset can overtake
	// the response.
	lingerTime = 500 * time.Millisecond
)

// serve reads and answers requests one after another.
func (c *conn) serve() {
	defer c.close()
	if !c.open() {
		return
	}
	c.buf = make([]byte, bufferSize)
	if c.opened.Fault != nil {
		c.refuse(c.newRequest(), c.opened.Fault)
		return
	}
	for {
		r, fault, err := c.readRequest()
		switch {
		case err != nil:
			if err != io.EOF && !errors.Is(err, net.ErrClosed) {
				c.server.logf("reading a request of %s: %v", c.remote, err)
			}
			return
		case fault != nil:
			c.refuse(r, fault)
			return
		}
		if !c.answer(r, c.server.Handler) || !c.idle() {
			return
		}
	}
}

// open lets Server.Open prepare the connection.
func (c *conn) open() bool {
	if c.server.Open != nil {
		var err error
		if c.opened, err = c.server.Open(c.raw); err != nil {
			c.server.logf("%v", err)
			return false
		}
		if c.opened.Conn == nil {
			c.state.Store(stateHijacked)
			return false
		}
		c.net = c.opened.Conn
	}
	c.remote = c.net.RemoteAddr().String()
	return true
}

func (c *conn) newRequest() *Request {
	r := &Request{Proto: "HTTP/1.1", Received: time.Now(), RemoteAddr: c.remote, TLS: c.opened.TLS, Tag: c.opened.Tag}
	r.context.conn, r.context.request = c, r
	return r
}

// answer answers a request, and reports whether another may follow.
func (c *conn) answer(r *Request, handler func(*Response, *Request)) (again bool) {
	if r.ContentLength != 0 {
		r.Body = &Body{conn: c, chunked: r.chunked, remaining: max(r.ContentLength, 0), expects: r.expects}
	}
	w := &c.response
	w.reset(c, r)
	c.current.Store(&r.context)
	c.hangup.begin(r.Body == nil)
	defer w.release()
	handler(w, r)
	return w.finish()
}

// refuse refuses a request, and reads what the viewer still sends.
func (c *conn) refuse(r *Request, fault *Fault) {
	if c.server.Refuse == nil || !c.busy() {
		return
	}
	r.Close, r.refused, r.ContentLength = true, true, 0
	c.answer(r, func(w *Response, r *Request) { c.server.Refuse(w, r, fault) })
}

// busy notes that a request has started, unless the server is shutting down.
func (c *conn) busy() bool {
	return c.state.Load() == stateBusy || c.state.CompareAndSwap(stateIdle, stateBusy)
}

// idle notes that the next request may come.
func (c *conn) idle() bool {
	if c.r < c.w { // it has already been received
		return true
	}
	c.state.Store(stateIdle)
	return !c.server.closing.Load()
}

// shutdown closes an idle connection, and notifies the owner of a hijacked one.
func (c *conn) shutdown() {
	switch {
	case c.state.CompareAndSwap(stateIdle, stateClosed):
		_ = c.raw.Close()
	case c.state.Load() == stateHijacked:
		if ctx := c.current.Load(); ctx != nil {
			ctx.cancel()
		}
	}
}

func (c *conn) close() {
	if c.state.Load() != stateHijacked {
		_ = c.net.Close()
	}
}

// linger signals that nothing more will be sent, and discards what the viewer still sends,
// for a while.
func (c *conn) linger() {
	if cw, ok := c.net.(interface{ CloseWrite() error }); ok {
		_ = cw.CloseWrite()
	}
	for until := time.Now().Add(lingerTime); ; {
		c.r, c.w = 0, 0
		if c.fill(until) != nil {
			return
		}
	}
}

// reading guards the read deadline of the socket, which others set to end a Read in
// progress.
type reading struct {
	mu          sync.Mutex
	by          time.Time // the deadline of the socket; zero means none
	interrupted bool
}

// errInterrupted is what fill returns after interrupt.
var errInterrupted = errors.New("http1: the read was interrupted")

// past is a deadline in the past.
var past = time.Unix(1, 0)

// fill receives more into the buffer, which has room, before a deadline.
func (c *conn) fill(until time.Time) error {
	if c.w == len(c.buf) && c.r > 0 {
		c.w = copy(c.buf, c.buf[c.r:c.w])
		c.r = 0
	}
	n, err := c.receive(c.buf[c.w:], until)
	c.w += n
	return err
}

// receive reads from the socket before a deadline; zero means none. The socket's own
// deadline is often an earlier one left from before: it is moved when it expires, which is
// rarer than reading.
func (c *conn) receive(p []byte, until time.Time) (int, error) {
	for passed := false; ; passed = true {
		if err := c.setReadDeadline(until, passed); err != nil {
			return 0, err
		}
		n, err := c.net.Read(p)
		switch {
		case n > 0:
			return n, nil // the error will be returned again
		case errors.Is(err, os.ErrDeadlineExceeded) && (until.IsZero() || time.Now().Before(until)):
			continue
		case err != nil:
			return 0, err
		}
	}
}

// setReadDeadline ensures that the socket's deadline is not after until, and sets it to
// until if the previous one expired.
func (c *conn) setReadDeadline(until time.Time, passed bool) error {
	d := &c.reading
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.interrupted:
		return errInterrupted
	case passed:
	case until.IsZero() && d.by.IsZero():
		return nil
	case !until.IsZero() && !d.by.IsZero() && !d.by.After(until):
		return nil
	}
	d.by = until
	return c.net.SetReadDeadline(until)
}

// interrupt ends a Read in progress, and all later ones until resume.
func (c *conn) interrupt() {
	d := &c.reading
	d.mu.Lock()
	defer d.mu.Unlock()
	d.interrupted, d.by = true, past
	_ = c.net.SetReadDeadline(past)
}

// resume allows reading again.
func (c *conn) resume() {
	d := &c.reading
	d.mu.Lock()
	defer d.mu.Unlock()
	d.interrupted = false
}

// send writes to the socket, as long as the viewer accepts bytes now and then.
func (c *conn) send(p []byte) error {
	if now := time.Now(); c.writeBy.Sub(now) < c.server.StallTimeout*3/4 {
		c.writeBy = now.Add(c.server.StallTimeout)
		if err := c.net.SetWriteDeadline(c.writeBy); err != nil {
			return err
		}
	}
	_, err := c.net.Write(p)
	return err
}
