package http1

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Response is the answer to one request. [Response.Begin] begins it, [Response.Relay] or
// [Response.Write] add the body, and it ends when the handler returns. If it does not match
// what Begin announced, the connection is cut, so that the viewer can tell.
type Response struct {
	conn    *conn
	request *Request

	mu    sync.Mutex // between Begin and a body that asks to be sent
	begun bool

	length  int64 // of the body; -1 if unknown
	written int64
	chunked bool
	// bodyless means that the response has no body by definition: the answer to a HEAD, 204
	// and 304.
	bodyless bool
	// closes means that the connection is closed afterward.
	closes bool
	// lingers means that the viewer may be sending for a while.
	lingers  bool
	hijacked bool
	// failed is why the connection must be cut.
	failed error

	// like is the head whose order and spelling the fields follow; "" for none.
	like string

	// out is the pending output; nil before Begin, as many requests may be waiting for
	// their answers. large means that it is one of largeOuts.
	out   *[]byte
	large bool
}

// Errors of the callers of a Response.
var (
	errTooLong = errors.New("the response is longer than it announced")
	errUnbegun = errors.New("the handler returned without an answer")
)

func (w *Response) reset(c *conn, r *Request) {
	w.conn, w.request = c, r
	w.begun, w.hijacked, w.chunked, w.bodyless = false, false, false, false
	w.closes, w.lingers = r.Close, r.refused
	w.length, w.written, w.failed, w.like = 0, 0, nil, ""
}

func (w *Response) release() {
	if w.out != nil {
		giveBack(w.out, w.large)
	}
	w.out, w.large, w.request = nil, false, nil
}

// Begin sets the status, the header and the length of the body, -1 if it is not known;
// closes says that the connection is closed afterwards. The fields that frame the response
// are written from these, regardless of the header. Nothing is sent yet. header is not
// retained.
func (w *Response) Begin(status int, header http.Header, length int64, closes bool) {
	if status < 200 || status > 999 {
		panic(fmt.Sprintf("http1: a response with status %d", status))
	}
	w.mu.Lock()
	begun := w.begun
	w.begun = true
	w.mu.Unlock()
	if begun {
		panic("http1: Begin was called twice")
	}
	r := w.request
	w.closes = w.closes || closes || w.conn.server.closing.Load()
	if r.Body.settle() {
		w.closes = true
	}
	w.bodyless, w.length = hasNoBody(r.Method, status), length
	if !w.bodyless && length < 0 {
		w.chunked = r.Proto != "HTTP/1.0"
		w.closes = w.closes || !w.chunked
	}
	w.out = takeOut(w)
	w.large = cap(*w.out) == largeOutSize
	*w.out = w.appendHead((*w.out)[:0], status, header)
}

// ask sends 100 Continue, unless the answer has started.
func (w *Response) ask() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.begun {
		_ = w.conn.send([]byte("HTTP/1.1 100 Continue\r\n\r\n"))
	}
}

// Write adds a part of the body, which may be buffered.
func (w *Response) Write(p []byte) (int, error) {
	if w.failed != nil || w.bodyless {
		return len(p), w.failed
	}
	for rest := p; len(rest) > 0; {
		space, err := w.space()
		if err != nil {
			return 0, err
		}
		n := copy(space, rest)
		rest = rest[n:]
		if err := w.add(n); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// sizeRoom is the room for the size of a chunk before it, endRoom for its end.
const sizeRoom, endRoom = len("ffff\r\n"), len("\r\n")

// space returns room for a part of the body, at least a few kilobytes. What is put there
// becomes part of the body by add.
func (w *Response) space() ([]byte, error) {
	if cap(*w.out)-len(*w.out) < 4<<10 {
		if err := w.Flush(); err != nil {
			return nil, err
		}
	}
	from, to := len(*w.out), cap(*w.out)
	if w.chunked {
		from, to = from+sizeRoom, to-endRoom
	}
	return (*w.out)[from:min(to, from+outSize)], nil
}

// add makes the first n bytes of the space part of the body.
func (w *Response) add(n int) error {
	if w.written += int64(n); w.length >= 0 && w.written > w.length {
		return w.fail(errTooLong)
	}
	out := *w.out
	if !w.chunked {
		*w.out = out[:len(out)+n]
		return nil
	}
	content := out[:cap(out)][len(out)+sizeRoom:][:n]
	out = strconv.AppendInt(out, int64(n), 16)
	out = append(out, "\r\n"...)
	out = out[:len(out)+copy(out[len(out):cap(out)], content)] // mostly onto itself
	*w.out = append(out, "\r\n"...)
	return nil
}

// Relay copies a body to the viewer, see the function [Relay]. An error of the body or of
// the viewer's connection cuts the connection.
func (w *Response) Relay(body io.Reader) error {
	if w.failed != nil || w.bodyless {
		return w.failed
	}
	if err := w.lent(body); err != nil {
		return err
	}
	left := w.length
	if left >= 0 {
		left -= w.written
	}
	if err := Relay((*relayed)(w), body, left); err != nil {
		return w.fail(err)
	}
	return nil
}

// Lender is a body that lends its bytes in place, so that they need not be copied.
type Lender interface {
	// Lend returns the next bytes of the body, which then count as read; none if they must
	// be read. They must not be modified, and are valid until the next call.
	Lend() []byte
}

// worthLending is the minimum length of a body to send without copying: a short one goes
// out together with its head.
const worthLending = 48 << 10

// lent sends what the body lends.
func (w *Response) lent(body io.Reader) error {
	lender, ok := body.(Lender)
	if !ok || w.length < worthLending || w.chunked {
		return nil
	}
	for p := lender.Lend(); len(p) > 0; p = lender.Lend() {
		if w.written += int64(len(p)); w.written > w.length {
			return w.fail(errTooLong)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		if err := w.conn.send(p); err != nil {
			return w.fail(err)
		}
	}
	return nil
}

// relayed is a Response as a [Sink].
type relayed Response

// Space returns room after what is buffered.
func (w *relayed) Space() ([]byte, error) { return (*Response)(w).space() }

// Add makes n bytes of the space part of the body.
func (w *relayed) Add(n int) error { return (*Response)(w).add(n) }

// Flush sends what is buffered.
func (w *relayed) Flush() error { return (*Response)(w).Flush() }

// Flush sends what is buffered.
func (w *Response) Flush() error {
	if w.failed == nil && w.out != nil && len(*w.out) > 0 {
		if err := w.conn.send(*w.out); err != nil {
			return w.fail(err)
		}
		*w.out = (*w.out)[:0]
	}
	return w.failed
}

func (w *Response) fail(err error) error {
	if w.failed == nil {
		w.failed = err
	}
	return w.failed
}

// finish ends the response, and reports whether another request may follow on the
// connection.
func (w *Response) finish() (again bool) {
	c, r := w.conn, w.request
	r.context.cancel()
	if w.hijacked {
		return false
	}
	c.hangup.end(c)
	w.end()
	ended, lingers := r.Body.finish()
	if w.failed != nil {
		return false
	}
	if ended && !w.closes {
		return true
	}
	if lingers || w.lingers || c.r < c.w {
		c.linger()
	}
	return false
}

// end sends what is pending.
func (w *Response) end() {
	switch {
	case !w.begun:
		_ = w.fail(errUnbegun)
	case w.chunked:
		*w.out = append(*w.out, "0\r\n\r\n"...)
	case !w.bodyless && w.length >= 0 && w.written != w.length:
		_ = w.fail(ErrUnfinished)
	}
	_ = w.Flush()
}

// Hijack takes over the connection, before Begin, with what was received and not yet read:
// both the connection and the reader begin with that. The context of the request continues
// until the handler returns or the server shuts down.
func (w *Response) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	c := w.conn
	w.mu.Lock()
	begun := w.begun
	w.begun = true
	w.mu.Unlock()
	if begun {
		return nil, nil, errors.New("http1: hijacking a connection whose response has begun")
	}
	c.hangup.end(c)
	if ended, _ := w.request.Body.finish(); !ended {
		return nil, nil, errors.New("http1: hijacking a connection whose request body was not read")
	}
	w.hijacked = true
	c.state.Store(stateHijacked)
	if c.server.closing.Load() {
		w.request.context.cancel()
	}
	if err := c.net.SetDeadline(time.Time{}); err != nil {
		return nil, nil, fmt.Errorf("http1: hijacking a connection: %w", err)
	}
	h := &hijackedConn{Conn: c.net, rest: append([]byte(nil), c.buf[c.r:c.w]...)}
	c.buf = nil
	return h, bufio.NewReadWriter(bufio.NewReader(h), bufio.NewWriter(h)), nil
}

// hijackedConn is a connection owned by someone else, starting with what was already
// received.
type hijackedConn struct {
	net.Conn
	rest []byte
}

// Read reads what was received before, then from the connection.
func (h *hijackedConn) Read(p []byte) (int, error) {
	if len(h.rest) == 0 {
		return h.Conn.Read(p)
	}
	n := copy(p, h.rest)
	h.rest = h.rest[n:]
	return n, nil
}

// CloseWrite closes the sending side, if the connection can.
func (h *hijackedConn) CloseWrite() error {
	if c, ok := h.Conn.(interface{ CloseWrite() error }); ok {
		return c.CloseWrite()
	}
	return nil
}
