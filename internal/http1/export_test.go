package http1

import (
	"io"
	"net"
	"net/http"
	"time"
)

// ParseHeadForTest parses a whole head.
func ParseHeadForTest(head string) (*Request, *Fault) {
	r := &Request{}
	return r, parseHead(head, r)
}

// ReadChunkedForTest reads a chunked body from r, and returns it with the number of bytes
// after it.
func ReadChunkedForTest(r io.Reader) (body []byte, behind int, err error) {
	c := &conn{server: &Server{StallTimeout: time.Hour}, net: readOnly{r: r}, buf: make([]byte, 64)}
	body, err = io.ReadAll(&Body{conn: c, chunked: true})
	return body, c.w - c.r, err
}

// readOnly is a connection of which only the reading works.
type readOnly struct {
	net.Conn
	r io.Reader
}

func (c readOnly) Read(p []byte) (int, error)      { return c.r.Read(p) }
func (c readOnly) SetReadDeadline(time.Time) error { return nil }

// AppendHeadForTest appends the head of a response that is ordered like another.
func AppendHeadForTest(out []byte, header http.Header, like string) []byte {
	w := &Response{conn: &conn{server: &Server{}}, request: &Request{Proto: "HTTP/1.1"}, like: like, length: 3}
	return w.appendHead(out, 200, header)
}
