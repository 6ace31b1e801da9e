package http1

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	// maxHead is how much of a request head is kept: twice what CloudFront accepts
	// (CF-LIMIT-01), so that the edge judges the documented limit.
	maxHead = 64 << 10
	// maxCounted is how much of a longer one is read, so that the viewer can be told its
	// size.
	maxCounted = 1 << 20
)

// readRequest reads the next request's head. An error means that no answer is possible;
// with a fault, the request holds what could be parsed.
func (c *conn) readRequest() (*Request, *Fault, error) {
	if c.r == c.w {
		c.r, c.w = 0, 0
		if len(c.buf) > bufferSize {
			c.buf = make([]byte, bufferSize)
		}
		if err := c.fill(time.Now().Add(c.server.IdleTimeout)); err != nil {
			return nil, nil, ignoreTimeout(err)
		}
	}
	if !c.busy() {
		return nil, nil, io.EOF
	}
	size, fault, err := c.findHead()
	if err != nil {
		return nil, nil, ignoreTimeout(err)
	}
	head := string(c.buf[c.r : c.r+size])
	c.r += size
	r := c.newRequest()
	r.HeadBytes = size
	if fault == errLongHead {
		r.HeadBytes, r.HeadCut = c.countHead(head)
	}
	if badHead := parseHead(strings.TrimPrefix(head, "\r\n"), r); fault == nil {
		fault = badHead
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	return r, fault, nil
}

// ignoreTimeout treats a viewer that sends nothing as an ordinary end.
func ignoreTimeout(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return io.EOF
	}
	return err
}

// errLongHead is the fault of a head that is not read to its end. Package policy judges its
// size before it looks at faults.
var errLongHead = &Fault{"the request head is too long to be read"}

// findHead receives a head and returns its size, including the final empty line. A fault is
// detected before the end has arrived: it need never arrive. The size is then what has been
// received.
func (c *conn) findHead() (size int, fault *Fault, err error) {
	var until time.Time
	var f finder
	for {
		received := c.buf[c.r:c.w]
		switch fault := f.find(received); {
		case fault != nil:
			return len(received), fault, nil
		case f.found:
			return f.line, nil, nil
		case len(received) >= maxHead:
			return len(received), errLongHead, nil
		}
		if until.IsZero() {
			until = time.Now().Add(c.server.HeadTimeout)
		}
		c.grow()
		if err := c.fill(until); err == io.EOF {
			return len(received), &Fault{"the connection ended within the request head"}, nil
		} else if err != nil {
			return 0, nil, err
		}
	}
}

// finder looks for the end of a head while it arrives.
type finder struct {
	line    int // the start of the line
	scanned int // what has been scanned
	// first is the end of the request line, 0 until it has been received; judged means that
	// it has been checked.
	first  int
	judged bool
	found  bool
}

// find continues with everything received. When found is set, the head ends at line.
func (f *finder) find(received []byte) *Fault {
	for {
		i := bytes.IndexByte(received[f.scanned:], '\n')
		if i < 0 {
			f.scanned = len(received)
			break
		}
		text := received[f.line : f.scanned+i]
		f.scanned += i + 1
		f.line = f.scanned
		switch {
		case len(text) > 1 || len(text) == 1 && text[0] != '\r':
			if f.first == 0 {
				f.first = f.line
			}
		case f.first > 0:
			f.found = true
			return nil
		case f.line != len("\r\n"): // one empty line may come first (RFC 9112 section 2.2)
			return &Fault{"the request does not begin with a request line"}
		}
	}
	// There is no end yet: is it worth waiting for?
	if f.first > 0 && !f.judged {
		f.judged = true
		line := bytes.TrimSuffix(received[:f.first], []byte{'\n'})
		return parseRequestLine(string(bytes.TrimPrefix(line, []byte("\r\n"))), &Request{})
	}
	if f.first == 0 && f.line == 0 && bytes.HasPrefix(received, []byte(tlsHandshake)) {
		return tlsOnPlain()
	}
	if f.first == 0 && f.line < len(received) && !tokenByte[received[f.line]] && (received[f.line] != '\r' || f.line > 0) {
		return &Fault{fmt.Sprintf("the request begins with %s, which is not a method", quote(string(received[f.line:])))}
	}
	return nil
}

// grow makes room in the buffer for more of a head.
func (c *conn) grow() {
	if c.w-c.r < len(c.buf) {
		return
	}
	buf := make([]byte, min(2*len(c.buf), maxHead))
	c.w = copy(buf, c.buf[c.r:c.w])
	c.r, c.buf = 0, buf
}

// countHead reads on in a head of which only the beginning is kept, and returns its size;
// cut means that it does not end there.
func (c *conn) countHead(begin string) (size int, cut bool) {
	size = len(begin)
	blank := 0 // how much of LF CR LF, or of LF LF, has been seen
	until := time.Now().Add(c.server.HeadTimeout)
	for part := []byte(begin[len(begin)-2:]); ; part = c.buf[:c.w] {
		for i, b := range part {
			switch {
			case b == '\n' && blank > 0:
				return size - len(part) + i + 1, false
			case b == '\n':
				blank = 1
			case b != '\r' || blank != 1:
				blank = 0
			}
		}
		if size >= maxCounted {
			return size, true
		}
		c.r, c.w = 0, 0
		if c.fill(until) != nil {
			return size, true
		}
		size += c.w
	}
}
