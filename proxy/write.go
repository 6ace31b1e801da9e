package proxy

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/edgesim/edgesim/edge"
)

// bufferSize is how much of a response body is moved at once.
const bufferSize = 32 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, bufferSize); return &b }}

// closing is the Connection field of a response after which the connection is
// closed. It is shared and never changed.
var closing = []string{"close"}

// setHeader puts the response's fields into h, for writers of net/http's. The
// values are shared, not copied: the edge's record has them too, and nobody
// changes them.
func setHeader(h http.Header, method string, resp *edge.Response) {
	for name, values := range resp.Header {
		switch name {
		case "Transfer-Encoding", "Trailer", "Upgrade":
			// They are about the connection to the origin. goproxy would take
			// an Upgrade for a WebSocket and hijack the viewer's connection.
		default:
			h[name] = values
		}
	}
	if resp.Close {
		h["Connection"] = closing
	}
	setContentLength(h, method, resp.ContentLength)
}

// setContentLength makes the field agree with what will be sent. In the answer
// to a HEAD the field speaks of the body that a GET would bring.
func setContentLength(h http.Header, method string, length int64) {
	announced := h["Content-Length"]
	if method == http.MethodHead && (len(announced) == 1 || length == 0) {
		return
	}
	if length < 0 {
		delete(h, "Content-Length")
		return
	}
	var digits [20]byte
	text := strconv.AppendInt(digits[:0], length, 10)
	if len(announced) != 1 || announced[0] != string(text) {
		h["Content-Length"] = []string{string(text)}
	}
}

// errShortBody is a body that ended before its announced length.
var errShortBody = errors.New("the body is shorter than announced")

// copyBody streams the body to the viewer, and cuts the connection if it ends
// early for whatever reason: that is how a viewer can tell.
func (s *Server) copyBody(w http.ResponseWriter, resp *edge.Response) {
	c := copier{w: w, control: http.NewResponseController(w), timeout: s.config.WriteTimeout, length: resp.ContentLength}
	c.ready, _ = resp.Body.(interface{ Buffered() int })
	if err := c.copy(resp.Body); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// copier moves one response body to the viewer: every byte goes out when it
// arrives, and small bodies go out in one write with their head.
type copier struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
	// length is the announced length; -1 if there is none.
	length, written int64
	// ready is the body if it can say how much of it can be read without
	// waiting for the origin; it need not, but saves writes if it does.
	ready interface{ Buffered() int }
	// renewed is when the write deadline was last set.
	renewed time.Time
}

func (c *copier) copy(body io.Reader) error {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	if c.waits() {
		if err := c.control.Flush(); err != nil {
			return err
		}
	}
	for {
		n, err := body.Read(*buf)
		if n > 0 {
			if err := c.write((*buf)[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF && c.length >= 0 && c.written < c.length:
			err = errShortBody
		case err == io.EOF:
			// Not flushed here: whoever has a small response can find its
			// record, as closing the body comes before the last flush.
			return nil
		case err == nil && (n == 0 || c.written == c.length || c.ready != nil && c.ready.Buffered() > 0):
			continue
		}
		// Either all that has arrived was written and more is to come, or what
		// has arrived is all there will be.
		if flushErr := c.control.Flush(); err == nil {
			err = flushErr
		}
		if err != nil {
			return err
		}
	}
}

// waits says whether the head is to go out before the body's first byte is
// there. Without knowing that, it does when the length is unknown, which is
// what streams have in common.
func (c *copier) waits() bool {
	if c.ready != nil {
		return c.length != 0 && c.ready.Buffered() == 0
	}
	return c.length < 0
}

// write writes to the viewer, for as long as the viewer takes bytes now and
// then. net/http takes the deadline away after the response.
func (c *copier) write(p []byte) error {
	if c.written > 0 || len(p) == bufferSize { // what is less cannot block
		if now := time.Now(); now.Sub(c.renewed) > c.timeout/4 {
			if err := c.control.SetWriteDeadline(now.Add(c.timeout)); err != nil {
				return err
			}
			c.renewed = now
		}
	}
	n, err := c.w.Write(p)
	c.written += int64(n)
	return err
}
