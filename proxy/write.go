package proxy

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/http1"
)

// bufferSize is how much of a response body is moved at once.
const bufferSize = 32 << 10

var buffers = sync.Pool{New: func() any { b := make([]byte, bufferSize); return &b }}

// closing is the Connection field of a response after which the connection is closed. It is
// shared and never modified.
var closing = []string{"close"}

// setHeader copies the response's fields into h, for net/http's writers. The values are
// shared, not copied: the edge's record has them too, and they are never modified.
func setHeader(h http.Header, method string, resp *edge.Response) {
	for name, values := range resp.Header {
		switch name {
		case "Transfer-Encoding", "Trailer", "Upgrade":
			// They concern the connection to the origin. goproxy would take an Upgrade for
			// a WebSocket and hijack the viewer's connection.
		default:
			h[name] = values
		}
	}
	if resp.Close {
		h["Connection"] = closing
	}
	setContentLength(h, method, resp.Status, resp.ContentLength)
}

// setContentLength makes the field match what will be sent. In the answer to a HEAD, it
// describes the body that a GET would get.
func setContentLength(h http.Header, method string, status int, length int64) {
	if status == http.StatusNoContent || status == http.StatusNotModified {
		delete(h, "Content-Length") // there is no body to describe (RFC 9110 section 8.6)
		return
	}
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

// copyBody streams the body to the viewer, and cuts the connection if it ends early for any
// reason, so that the viewer can tell.
func (s *Server) copyBody(w http.ResponseWriter, resp *edge.Response) {
	buf := buffers.Get().(*[]byte)
	defer buffers.Put(buf)
	c := copier{w: w, control: http.NewResponseController(w), timeout: s.config.WriteTimeout, buf: *buf}
	if err := http1.Relay(&c, resp.Body, resp.ContentLength); err != nil {
		panic(http.ErrAbortHandler)
	}
}

// copier writes to a net/http writer.
type copier struct {
	w       http.ResponseWriter
	control *http.ResponseController
	timeout time.Duration
	buf     []byte
	// renewed is when the write deadline was last set.
	renewed time.Time
}

// Space returns the buffer.
func (c *copier) Space() ([]byte, error) { return c.buf, nil }

// Flush sends what net/http has of the response.
func (c *copier) Flush() error { return c.control.Flush() }

// Add writes to the viewer, for as long as the viewer takes bytes now and then.
// net/http takes the deadline away after the response.
func (c *copier) Add(n int) error {
	// A viewer that opens no window accepts not even the smallest write.
	if now := time.Now(); now.Sub(c.renewed) > c.timeout/4 {
		if err := c.control.SetWriteDeadline(now.Add(c.timeout)); err != nil {
			return err
		}
		c.renewed = now
	}
	_, err := c.w.Write(c.buf[:n])
	return err
}
