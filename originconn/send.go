package originconn

import (
	"errors"
	"io"
	"net/http/httputil"
	"strconv"
	"sync"
	"time"
)

// send writes the request head and starts the body, if there is one, in a
// goroutine of its own, so that an early response is seen. Its error is not
// final: an origin may answer first and close then.
func (f *fetch) send(s *stream) error {
	conn, r := s.conn, f.request
	writeHead(conn, r)
	if r.Body == nil {
		return conn.bw.Flush()
	}
	conn.wire.SetReadDeadline(time.Time{})
	conn.wire.sending.Store(true)
	s.sender = &sender{done: make(chan struct{}), body: r.Body}
	go s.sender.run(conn, r.ContentLength)
	return nil
}

// writeHead writes the request line, the fields in their order and the framing
// field to the connection's buffer.
func writeHead(conn *Conn, r *Request) {
	bw := conn.bw
	bw.WriteString(r.Method)
	bw.WriteByte(' ')
	bw.WriteString(r.RequestURI)
	bw.WriteString(" HTTP/1.1\r\n")
	for i := range r.Header {
		bw.WriteString(r.Header[i].Name)
		bw.WriteString(": ")
		bw.WriteString(r.Header[i].Value)
		bw.WriteString("\r\n")
	}
	switch {
	case r.Body != nil && r.ContentLength < 0:
		bw.WriteString("Transfer-Encoding: chunked\r\n")
	case r.ContentLength > 0 || announcesEmpty(r.Method):
		bw.WriteString("Content-Length: ")
		bw.Write(strconv.AppendInt(bw.AvailableBuffer(), r.ContentLength, 10))
		bw.WriteString("\r\n")
	}
	bw.WriteString("\r\n")
}

// announcesEmpty says whether a request without a body still says so
// (RFC 9110 section 8.6).
func announcesEmpty(method string) bool {
	return method == "POST" || method == "PUT" || method == "PATCH"
}

// sender is the goroutine that sends one request body.
type sender struct {
	body io.ReadCloser
	done chan struct{}
	// err is why sending ended early; viewerErr the same when it was the
	// reading from the viewer that failed. Both are set before done closes.
	err       error
	viewerErr error
}

var bodyBuffers = sync.Pool{New: func() any { b := make([]byte, 32<<10); return &b }}

// run sends the body, then lets the response timeout begin.
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

// lateResponse is how long a response is waited for after the origin stopped
// taking the request body: one that it sent before is already on its way.
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
			s.viewerErr = readErr
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
		s.body.Close() // ends a read from the viewer
		<-s.done
	}
}
