package http1

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

const (
	// maxChunkLine limits the line before a chunk: 16 digits and an extension, which is
	// never used in practice.
	maxChunkLine = 1 << 10
	// maxExtensions limits the extensions of a whole body: an attacker can send more of
	// them than content.
	maxExtensions = 16 << 10
	// maxTrailers limits the trailer section, which is read and dropped (CF-REQ-48 for the
	// field that announces it; for the section itself it is inferred).
	maxTrailers = 8 << 10
)

// chunks reads the framing of a chunked body (RFC 9112 section 7.1). It consumes lines only
// as a whole, so that an interrupted read can be repeated.
type chunks struct {
	began      bool
	inTrailers bool
	extensions int
	trailers   int
}

// next reads up to the next chunk's content and returns its size; io.EOF is the
// end of the body.
func (s *chunks) next(c *conn, until time.Time) (size int64, err error) {
	if s.inTrailers {
		return 0, s.readTrailers(c, until)
	}
	if s.began { // CR LF follows a chunk's content
		if err := s.readEnd(c, until); err != nil {
			return 0, err
		}
		s.began = false
	}
	line, err := c.readLine(until, maxChunkLine)
	if err != nil {
		return 0, err
	}
	size, extension, ok := parseChunkLine(line)
	if s.extensions += extension; !ok || s.extensions > maxExtensions {
		return 0, malformed("chunk size", line)
	}
	if size == 0 {
		s.inTrailers = true
		return 0, s.readTrailers(c, until)
	}
	s.began = true
	return size, nil
}

// readEnd reads the CR LF after a chunk's content.
func (s *chunks) readEnd(c *conn, until time.Time) error {
	for c.w-c.r < 2 {
		if c.r < c.w && c.buf[c.r] != '\r' {
			break
		}
		if err := c.fillBody(until); err != nil {
			return err
		}
	}
	if !bytes.HasPrefix(c.buf[c.r:c.w], []byte("\r\n")) {
		return malformed("end of a chunk", c.buf[c.r:c.w])
	}
	c.r += 2
	return nil
}

// readTrailers reads the lines after the last chunk; io.EOF means that they have ended.
func (s *chunks) readTrailers(c *conn, until time.Time) error {
	for {
		line, err := c.readLine(until, maxTrailers)
		if err != nil {
			return err
		}
		if len(line) == 0 {
			return io.EOF
		}
		if s.trailers += len(line); s.trailers > maxTrailers {
			return fmt.Errorf("%w: more than %d bytes of trailers", ErrMalformedBody, maxTrailers)
		}
		if _, fault := parseField(string(line), nil); fault != nil {
			return fmt.Errorf("%w: in the trailers, %w", ErrMalformedBody, fault)
		}
	}
}

// parseChunkLine parses the size of a chunk and the length of its extension, which must not
// contain a control character.
func parseChunkLine(line []byte) (size int64, extension int, ok bool) {
	digits := 0
	for digits < len(line) && isHex(line[digits]) {
		size = size<<4 | int64(hexValue(line[digits]))
		if digits++; digits > 15 { // longer ones might overflow
			return 0, 0, false
		}
	}
	rest := line[digits:]
	for _, b := range rest {
		if b < ' ' && b != '\t' || b == 0x7f {
			return 0, 0, false
		}
	}
	if trimmed := bytes.TrimLeft(rest, " \t"); len(rest) > 0 && (len(trimmed) < 2 || trimmed[0] != ';') {
		return 0, 0, false
	}
	return size, len(rest), digits > 0
}

func hexValue(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// readLine returns the next line without its CR LF. It is valid only until more is
// received.
func (c *conn) readLine(until time.Time, limit int) ([]byte, error) {
	for scanned := 0; ; {
		received := c.buf[c.r:c.w]
		if i := bytes.IndexByte(received[scanned:], '\n'); i >= 0 {
			line := received[:scanned+i]
			if len(line) == 0 || line[len(line)-1] != '\r' {
				return nil, malformed("line that does not end in CR LF", line)
			}
			c.r += len(line) + 1
			return line[:len(line)-1], nil
		}
		if scanned = len(received); scanned >= limit {
			return nil, malformed("line that is too long", received)
		}
		c.grow()
		if err := c.fillBody(until); err != nil {
			return nil, err
		}
	}
}

// fillBody is fill where the body must continue.
func (c *conn) fillBody(until time.Time) error {
	err := c.fill(until)
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func malformed(what string, bytes []byte) error {
	return fmt.Errorf("%w: %s: %s", ErrMalformedBody, what, quote(string(bytes)))
}
