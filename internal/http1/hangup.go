package http1

import (
	"context"
	"sync"
	"time"
)

// hangup watches for the viewer hanging up while a request is being answered. It reads
// ahead, in a goroutine, only if something wants to know and the request's body has been
// read.
type hangup struct {
	mu      sync.Mutex
	active  bool // a request is being answered
	clear   bool // its body has been read, or there is none
	wanted  bool
	running chan struct{} // closed when the goroutine ends; nil if there is none
}

// begin is called when a request has arrived.
func (h *hangup) begin(clear bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.active, h.clear, h.wanted = true, clear, false
}

// want starts watching, at the latest when the body has been read.
func (h *hangup) want(c *conn, ctx *viewerContext) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if c.current.Load() == ctx {
		h.wanted = true
		h.start(c)
	}
}

// bodyEnded is called when the request's body has been read.
func (h *hangup) bodyEnded(c *conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clear = true
	h.start(c)
}

// start starts the goroutine if it is time; the lock is held.
func (h *hangup) start(c *conn) {
	if h.active && h.clear && h.wanted && h.running == nil {
		h.running = make(chan struct{})
		go c.readAhead(c.current.Load(), h.running)
	}
}

// end stops watching, and returns when nothing is reading.
func (h *hangup) end(c *conn) {
	h.mu.Lock()
	running := h.running
	h.active, h.running = false, nil
	h.mu.Unlock()
	if running != nil {
		c.interrupt()
		<-running
		c.resume()
	}
}

// readAhead receives what the viewer sends before it is answered, as long as there is room,
// and ends the request's context when the viewer hangs up.
func (c *conn) readAhead(ctx *viewerContext, done chan<- struct{}) {
	defer close(done)
	for c.r > 0 || c.w < len(c.buf) {
		switch err := c.fill(time.Time{}); err {
		case nil:
		case errInterrupted:
			return
		default:
			ctx.cancel()
			return
		}
	}
}

// viewerContext is the context of a request. Waiting for it makes the server watch for a
// viewer that leaves.
type viewerContext struct {
	conn    *conn
	request *Request

	mu    sync.Mutex
	done  chan struct{} // made when needed
	err   error
	after map[*afterFunc]struct{}
}

type afterFunc struct{ call func() }

var _ context.Context = (*viewerContext)(nil)

// Deadline returns no deadline.
func (*viewerContext) Deadline() (time.Time, bool) { return time.Time{}, false }

// Value returns the values of the server's context.
func (x *viewerContext) Value(key any) any {
	if values := x.conn.server.Values; values != nil {
		return values.Value(key)
	}
	return nil
}

// Err returns why the context has ended, as far as has been checked.
func (x *viewerContext) Err() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.err
}

// Done returns a channel that is closed when the context ends.
func (x *viewerContext) Done() <-chan struct{} {
	x.mu.Lock()
	if x.done == nil {
		x.done = make(chan struct{})
		if x.err != nil {
			close(x.done)
		}
	}
	done := x.done
	x.mu.Unlock()
	x.conn.hangup.want(x.conn, x)
	return done
}

// AfterFunc calls f when the context ends, unless stop is called before. Package context
// uses it instead of a goroutine.
func (x *viewerContext) AfterFunc(f func()) (stop func() bool) {
	a := &afterFunc{f}
	x.mu.Lock()
	if x.err != nil {
		x.mu.Unlock()
		go f()
		return func() bool { return false }
	}
	if x.after == nil {
		x.after = make(map[*afterFunc]struct{})
	}
	x.after[a] = struct{}{}
	x.mu.Unlock()
	x.conn.hangup.want(x.conn, x)
	return func() bool {
		x.mu.Lock()
		defer x.mu.Unlock()
		_, waiting := x.after[a]
		delete(x.after, a)
		return waiting
	}
}

// cancel ends the context.
func (x *viewerContext) cancel() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.err != nil {
		return
	}
	x.err = context.Canceled
	if x.done != nil {
		close(x.done)
	}
	for a := range x.after {
		go a.call()
	}
	x.after = nil
}
