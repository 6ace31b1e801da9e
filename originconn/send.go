package originconn

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// send writes the request head and starts the body, if there is one, in a separate
// goroutine, so that an early response is noticed. Its error is not final: an origin may
// answer first and then close. An *UnsafeRequestError is: nothing was sent.
func (f *fetch) send(s *stream) error {
	conn, r := s.conn, f.request
	var err error
	if conn.out, err = appendHead(conn.out[:0], r); err != nil {
		return err
	}
	conn.bw.Write(conn.out) // Flush returns its error again
	if r.Body == nil {
		return conn.bw.Flush()
	}
	conn.wire.SetReadDeadline(time.Time{})
	conn.wire.sending.Store(true)
	s.sender = &sender{done: make(chan struct{}), body: r.Body}
	go s.sender.run(conn, r.ContentLength)
	return nil
}

// UnsafeRequestError is a request that would be parsed as a different request, or
// as several, by the origin. Package policy never builds one; this is the final
// check.
type UnsafeRequestError struct {
	// Part names the unsafe part of the request, and Value is its text.
	Part, Value string
}

// Error names the unsafe part.
func (e *UnsafeRequestError) Error() string {
	return fmt.Sprintf("the %s %q of the origin request would not arrive as what it is", e.Part, e.Value)
}

// appendHead appends the request line, the fields in order and the framing field. It
// contains no line end other than its own.
func appendHead(head []byte, r *Request) ([]byte, error) {
	head = append(head, r.Method...)
	head = append(head, ' ')
	head = append(head, r.RequestURI...)
	if strings.IndexByte(r.Method, ' ') >= 0 || strings.IndexByte(r.RequestURI, ' ') >= 0 || r.Method == "" || r.RequestURI == "" {
		return nil, &UnsafeRequestError{"request line", string(head)}
	}
	head = append(head, " HTTP/1.1\r\n"...)
	for i := range r.Header {
		f := &r.Header[i]
		if !isFieldName(f.Name) || isFraming(f.Name) {
			return nil, &UnsafeRequestError{"field", f.Name + ": " + f.Value}
		}
		head = append(append(head, f.Name...), ": "...)
		head = append(append(head, f.Value...), "\r\n"...)
	}
	lines := 2 + len(r.Header)
	switch {
	case r.Body != nil && r.ContentLength < 0:
		head = append(head, "Transfer-Encoding: chunked\r\n"...)
		lines++
	case r.ContentLength > 0 || announcesEmpty(r.Method):
		head = append(head, "Content-Length: "...)
		head = append(strconv.AppendInt(head, r.ContentLength, 10), "\r\n"...)
		lines++
	}
	head = append(head, "\r\n"...)
	if bytes.Count(head, []byte{'\n'}) != lines || bytes.Count(head, []byte{'\r'}) != lines || bytes.IndexByte(head, 0) >= 0 {
		return nil, unsafePart(r)
	}
	return head, nil
}

// isFieldName reports whether a name is safe to send as a field name.
func isFieldName(name string) bool {
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c == ':' || c >= 0x7f {
			return false
		}
	}
	return name != ""
}

// isFraming reports whether a field describes the body's length, which is sent once, from
// what is known about it.
func isFraming(name string) bool {
	switch len(name) {
	case len("Content-Length"):
		return strings.EqualFold(name, "Content-Length")
	case len("Transfer-Encoding"):
		return strings.EqualFold(name, "Transfer-Encoding")
	}
	return false
}

// unsafePart finds text with a CR, LF or NUL in it.
func unsafePart(r *Request) error {
	if line := r.Method + " " + r.RequestURI; strings.ContainsAny(line, "\r\n\x00") {
		return &UnsafeRequestError{"request line", line}
	}
	for _, f := range r.Header {
		if line := f.Name + ": " + f.Value; strings.ContainsAny(line, "\r\n\x00") {
			return &UnsafeRequestError{"field", line}
		}
	}
	return &UnsafeRequestError{Part: "head"}
}

// announcesEmpty reports whether a request without a body still says so (RFC 9110 section
// 8.6).
func announcesEmpty(method string) bool {
	return method == "POST" || method == "PUT" || method == "PATCH"
}

// sender is the goroutine that sends one request body.
type sender struct {
	body io.ReadCloser
	done chan struct{}
	// err is why sending ended early; viewerErr is the same if reading from the viewer
	// failed. Both are set before done is closed.
	err       error
	viewerErr error
	// ending means that the body is being closed because the rest is not needed: a read
	// error is then not the viewer's doing.
	ending atomic.Bool
}

var bodyBuffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// run sends the body, then starts the response timeout.
func (s *sender) run(conn *Conn, length int64) {
	defer close(s.done)
	s.err = s.copy(conn, length)
	conn.wire.sending.Store(false)
	switch {
	case s.viewerErr != nil:
		conn.wire.Close() // wakes the reader: no response is due
	case s.err != nil:
		conn.wire.SetReadDeadline(time.Now().Add(lateResponse))
	default:
		conn.wire.SetReadDeadline(conn.wire.next())
	}
}

// lateResponse is how long to wait for a response after the origin stopped taking the
// request body: one that it sent before is already on its way.
const lateResponse = time.Second

// copy moves the body to the origin, flushing what has arrived.
func (s *sender) copy(conn *Conn, length int64) error {
	var w io.Writer = conn.bw
	var chunks io.WriteCloser
	if length < 0 {
		chunks = httputil.NewChunkedWriter(conn.bw)
		w = chunks
	}
	buf := bodyBuffers.Get().(*[]byte)
	defer bodyBuffers.Put(buf)
	var sent int64
	for {
		n, readErr := s.body.Read(*buf)
		if n > 0 {
			sent += int64(n)
			if _, err := w.Write((*buf)[:n]); err != nil {
				return err
			}
			if err := conn.bw.Flush(); err != nil {
				return err
			}
		}
		if readErr == io.EOF {
			break
		}
		if readErr != nil {
			if !s.ending.Load() {
				s.viewerErr = readErr
			}
			return readErr
		}
	}
	if length >= 0 && sent != length {
		s.viewerErr = errors.New("the viewer's body is shorter than it announced")
		return s.viewerErr
	}
	if chunks != nil {
		chunks.Close()
		conn.bw.WriteString("\r\n")
	}
	return conn.bw.Flush()
}

// end stops the sending and waits for it.
func (s *sender) end() {
	select {
	case <-s.done:
	default:
		s.ending.Store(true)
		s.body.Close() // ends a read from the viewer
		<-s.done
	}
}
