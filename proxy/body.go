package proxy

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

const (
	// drainLimit and drainTime bound what is read of a body that the edge does
	// not want, so that the connection can serve another request.
	drainLimit = 256 << 10
	drainTime  = time.Second
	// lingerTime is how long a viewer that is still sending is listened to
	// after its response: closing at once would reset the connection, and the
	// reset can overtake the response.
	lingerTime = 500 * time.Millisecond
)

// requestBody is a viewer's request body as the edge gets it. Its Close ends a
// Read under way, which net/http's own does not.
//
// Over HTTP/1.1 that can only be done with a read deadline on the connection,
// after which the connection must not be used again, and whose expiry net/http
// may take for the viewer hanging up. Hence the context of its own.
type requestBody struct {
	// ctx ends when the viewer hangs up.
	ctx    context.Context
	cancel context.CancelFunc
	// unwatch stops waiting for the viewer to hang up.
	unwatch func() bool

	from    io.ReadCloser
	control *http.ResponseController
	http2   bool
	expects bool // Expect: 100-continue

	mu          sync.Mutex
	began       bool // a Read was called
	reading     bool // a Read is under way
	ended       bool // io.EOF was seen
	closed      bool // Close was called
	interrupted bool // Close had to end a Read
	lingers     bool // the response says Connection: close, the viewer may be sending
}

func newRequestBody(w http.ResponseWriter, r *http.Request) *requestBody {
	b := &requestBody{
		from: r.Body, control: http.NewResponseController(w),
		http2: r.ProtoMajor >= 2, expects: r.Header["Expect"] != nil,
	}
	if b.http2 {
		b.ctx, b.cancel, b.unwatch = r.Context(), func() {}, func() bool { return true }
		return b
	}
	b.ctx, b.cancel = context.WithCancel(context.WithoutCancel(r.Context()))
	b.unwatch = context.AfterFunc(r.Context(), b.viewerLeft)
	return b
}

// viewerLeft ends the context, unless it was our own deadline that net/http saw.
func (b *requestBody) viewerLeft() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.interrupted {
		b.cancel()
	}
}

// Read reads from the viewer.
func (b *requestBody) Read(p []byte) (int, error) {
	b.mu.Lock()
	if b.closed {
		b.mu.Unlock()
		return 0, http.ErrBodyReadAfterClose
	}
	b.began, b.reading = true, true
	b.mu.Unlock()

	n, err := b.from.Read(p)

	b.mu.Lock()
	defer b.mu.Unlock()
	b.reading = false
	switch {
	case err == io.EOF:
		b.ended = true
	case err != nil && b.closed:
		err = http.ErrBodyReadAfterClose
	}
	return n, err
}

// Close ends a Read under way and makes all later ones fail.
func (b *requestBody) Close() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return nil
	}
	b.closed = true
	if b.http2 {
		return b.from.Close()
	}
	if b.reading {
		b.interrupted = true
		return b.control.SetReadDeadline(time.Unix(1, 0))
	}
	return nil
}

// mustClose is asked once, before the response head is written: must this
// connection be closed after the response? It must when the rest of the body
// may never be read. A nil body says no.
func (b *requestBody) mustClose() bool {
	if b == nil || b.http2 {
		return false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch {
	case b.ended:
		return b.interrupted
	case b.interrupted:
		b.lingers = true
		return true
	case !b.closed:
		// The origin answers before it has read all: both directions go on, as
		// they would without us in between. Without full duplex net/http would
		// wait for the body before it writes the head.
		b.lingers = true
		_ = b.control.EnableFullDuplex()
		return true
	}
	return !b.drain()
}

// drain reads the rest of a body that nobody wants, within limits, and says
// whether it got to the end. It is called with the lock held, when closed.
func (b *requestBody) drain() bool {
	if b.expects && !b.began {
		return false // reading would ask the viewer for the body
	}
	if b.control.SetReadDeadline(time.Now().Add(drainTime)) != nil {
		return false
	}
	_, err := io.CopyN(io.Discard, b.from, drainLimit)
	if err != io.EOF {
		b.lingers = true
		return false
	}
	b.ended = true
	return true // at the end of a body net/http takes the deadline away
}

// finish is called when the response is written.
func (b *requestBody) finish() {
	_ = b.Close()
	b.mu.Lock()
	unread := !b.ended && !b.http2
	linger := b.lingers && (b.began || !b.expects)
	b.mu.Unlock()
	if unread && b.control.Flush() == nil && b.control.SetReadDeadline(time.Now().Add(lingerTime)) == nil && linger {
		_, _ = io.Copy(io.Discard, b.from)
	} // and without lingering, net/http reads on until the deadline
	b.unwatch()
	b.cancel()
}
