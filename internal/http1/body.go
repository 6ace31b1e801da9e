package http1

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	// drainLimit and drainTime limit how much of an unwanted body is read, so that the
	// connection can serve another request.
	drainLimit = 256 << 10
	drainTime  = time.Second
)

// ErrMalformedBody is in the chain of every error of a body that violates the rules of its
// framing.
var ErrMalformedBody = errors.New("malformed request body")

// Body is a request's body. Reading it sends 100 (Continue) to a viewer that expects it.
// Close interrupts a Read in progress.
type Body struct {
	conn    *conn
	chunked bool
	expects bool
	// reads is held during a read, and guards the fields below.
	reads     sync.Mutex
	remaining int64 // of the body, or of the chunk
	chunks    chunks
	err       error // what every Read returns from now on

	mu     sync.Mutex
	began  bool // a Read was called
	ended  bool // the end of the body was seen
	closed bool
	// lingers means that the viewer may still be sending after the response.
	lingers bool
}

// Read reads from the viewer. If the viewer leaves before the end, the error is
// io.ErrUnexpectedEOF; if the body violates the rules, ErrMalformedBody is in its chain.
func (b *Body) Read(p []byte) (int, error) {
	b.reads.Lock()
	defer b.reads.Unlock()
	b.mu.Lock()
	closed, first := b.closed, !b.began
	b.began = b.began || !closed
	b.mu.Unlock()
	if closed {
		return 0, http.ErrBodyReadAfterClose
	}
	if first && b.expects {
		b.conn.response.ask()
	}
	return b.read(p, time.Time{})
}

// read reads until a deadline; zero means the server's deadline for stalled viewers. The
// lock is held.
func (b *Body) read(p []byte, until time.Time) (int, error) {
	if b.err != nil || len(p) == 0 {
		return 0, b.err
	}
	stall := until.IsZero()
	if stall {
		until = time.Now().Add(b.conn.server.StallTimeout)
	}
	n, err := 0, error(nil)
	if b.chunked && b.remaining == 0 {
		b.remaining, err = b.chunks.next(b.conn, until)
	}
	if err == nil {
		n, err = b.content(p, until)
	}
	switch {
	case errors.Is(err, errInterrupted):
		return n, http.ErrBodyReadAfterClose
	case err == io.EOF:
		b.mu.Lock()
		b.ended = true
		b.mu.Unlock()
		b.conn.hangup.bodyEnded(b.conn)
	case err == nil || !stall && ignoreTimeout(err) == io.EOF:
		return n, err
	}
	b.err = err
	return n, err
}

// content reads from the body or the chunk, of which something remains.
func (b *Body) content(p []byte, until time.Time) (n int, err error) {
	c := b.conn
	if int64(len(p)) > b.remaining {
		p = p[:b.remaining]
	}
	if c.r < c.w {
		n = copy(p, c.buf[c.r:c.w])
		c.r += n
	} else {
		n, err = c.receive(p, until)
	}
	b.remaining -= int64(n)
	switch {
	case err == io.EOF:
		return n, io.ErrUnexpectedEOF
	case err == nil && b.remaining == 0 && !b.chunked:
		return n, io.EOF
	}
	return n, err
}

// Close interrupts a Read in progress and makes all later ones fail.
func (b *Body) Close() error {
	b.mu.Lock()
	closed := b.closed
	b.closed = true
	b.mu.Unlock()
	if closed {
		return nil
	}
	if b.reads.TryLock() {
		b.reads.Unlock()
	} else {
		b.conn.interrupt()
	}
	return nil
}

// settle is called once, before the response head is written, and reports whether the
// connection must be closed after the response. It must if the rest of the body may never
// be read. A nil body returns false.
func (b *Body) settle() (closes bool) {
	if b == nil {
		return false
	}
	b.mu.Lock()
	ended, closed, unasked := b.ended, b.closed, b.expects && !b.began
	b.mu.Unlock()
	switch {
	case ended:
		return false
	case !closed:
		// The origin answers before it has read everything: both directions continue, as
		// they would without us in between. But nothing more can be expected from a viewer
		// that has stalled.
		if !b.stalled() {
			b.setLingers()
		}
		return true
	case unasked:
		return true // reading would require asking for it
	}
	if !b.drain() {
		b.setLingers()
		return true
	}
	return false
}

// stalled reports whether reading ended because the viewer sent nothing.
func (b *Body) stalled() bool {
	if !b.reads.TryLock() {
		return false // a read is in progress
	}
	defer b.reads.Unlock()
	return b.err != nil && ignoreTimeout(b.err) == io.EOF && b.err != io.EOF
}

func (b *Body) setLingers() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.lingers = true
}

// drain reads the rest of a closed body, within limits, and reports whether it reached the
// end.
func (b *Body) drain() bool {
	b.reads.Lock() // a Read in progress was interrupted
	defer b.reads.Unlock()
	b.conn.resume()
	until := time.Now().Add(drainTime)
	var scratch [4 << 10]byte
	for n := 0; n < drainLimit; {
		m, err := b.read(scratch[:], until)
		if err != nil {
			return err == io.EOF
		}
		n += m
	}
	return false
}

// finish is called when the response has been written. It waits for a Read in progress, and
// reports whether the connection is at the end of the body and, if not, whether the viewer
// may still be sending.
func (b *Body) finish() (ended, lingers bool) {
	if b == nil {
		return true, false
	}
	_ = b.Close()
	b.reads.Lock()
	defer b.reads.Unlock()
	b.conn.resume()
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ended, b.lingers && (b.began || !b.expects)
}
