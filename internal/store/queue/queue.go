package queue

import (
	"context"
	"sync"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// Item is an exchange that waits to be written. The bodies it refers to are gone: it has
// copies, until Finished.
type Item struct {
	Exchange     *recording.Exchange
	viewer, body *[]byte // pooled copies of the bodies; nil if there are none
	size         int64
}

// Viewer is the beginning of the request's body.
func (i *Item) Viewer() []byte { return bytesOf(i.viewer) }

// Response is the beginning of the response's body.
func (i *Item) Response() []byte { return bytesOf(i.body) }

// Whole returns the exchange with its bodies, redacted.
func (i *Item) Whole(r *recording.Redactor) *recording.Exchange {
	own := *r.Redact(i.Exchange)
	own.Viewer.Body, own.Response.Body = i.Viewer(), i.Response()
	return &own
}

// A batch is due when it has BatchRows exchanges or batchBytes bytes, or when its first one
// is BatchTime old. A row of a batch of 500 costs two thirds of one of a batch of 100
// (measured); larger batches gain nothing.
const (
	BatchRows  = 500
	BatchTime  = 100 * time.Millisecond
	batchBytes = 2 << 20
)

// DefaultBytes is how much memory may wait to be written. More would only hide a slow disk
// for longer.
const DefaultBytes = 4 << 20

// bodies are buffers for copies of bodies.
var bodies = sync.Pool{New: func() any { return new([]byte) }}

// borrow returns a pooled copy.
func borrow(body []byte) *[]byte {
	if len(body) == 0 {
		return nil
	}
	b := bodies.Get().(*[]byte)
	*b = append((*b)[:0], body...)
	return b
}

func giveBack(b *[]byte) {
	if b != nil {
		bodies.Put(b)
	}
}

// release gives the copies back.
func (i *Item) release() {
	giveBack(i.viewer)
	giveBack(i.body)
	*i = Item{}
}

func bytesOf(b *[]byte) []byte {
	if b == nil {
		return nil
	}
	return *b
}

// Queue holds what waits to be written, limited in bytes. Put waits while it is full,
// unless the store fails: then the exchange is lost, and counted.
type Queue struct {
	limit int64
	// gather is the age of the first item at which a batch is due.
	gather time.Duration

	mu      sync.Mutex
	room    sync.Cond // of those waiting to put something in
	done    sync.Cond // of those waiting for something to be written
	items   []Item
	first   time.Time // when the oldest item arrived
	bytes   int64     // of the items, and of those being written
	waiting int64     // of the items only
	in, out uint64    // how many have been accepted, and written or lost
	lost    uint64
	urgent  bool // something is waiting for the queue to be written
	closed  bool
	err     error         // why nothing can be written; nil if it can
	wake    chan struct{} // see Wake
	ended   chan struct{} // closed by Close
}

// New returns a queue of limit bytes, in which a batch is due after BatchTime.
func New(limit int64) *Queue { return NewGathering(limit, BatchTime) }

// NewGathering is New with another time after which a batch is due.
func NewGathering(limit int64, gather time.Duration) *Queue {
	q := &Queue{limit: limit, gather: gather, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	q.room.L, q.done.L = &q.mu, &q.mu
	return q
}

// Put adds an exchange, or loses it.
func (q *Queue) Put(e *recording.Exchange) {
	size := e.Size()
	q.mu.Lock()
	for q.bytes > 0 && q.bytes+size > q.limit && q.err == nil && !q.closed {
		q.room.Wait()
	}
	q.in++
	if q.closed || q.bytes > 0 && q.bytes+size > q.limit {
		q.out++
		q.lost++
		q.done.Broadcast()
		q.mu.Unlock()
		return
	}
	q.bytes += size
	if len(q.items) == 0 {
		q.first = time.Now()
	}
	q.items = append(q.items, Item{Exchange: e, viewer: borrow(e.Viewer.Body), body: borrow(e.Response.Body), size: size})
	if n := len(q.items); n == 1 || n == BatchRows || q.waiting < batchBytes && q.waiting+size >= batchBytes {
		q.signal()
	}
	q.waiting += size
	q.mu.Unlock()
}

// signal wakes the writer.
func (q *Queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// Wake returns a channel that signals when it is worth calling Due again.
func (q *Queue) Wake() <-chan struct{} { return q.wake }

// Ended returns a channel that Close closes.
func (q *Queue) Ended() <-chan struct{} { return q.ended }

// Due returns how long the next batch may still wait, and whether there is one.
func (q *Queue) Due() (time.Duration, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case len(q.items) == 0:
		return 0, false
	case q.urgent || q.closed || len(q.items) >= BatchRows || q.waiting >= batchBytes:
		return 0, true
	}
	return max(0, q.gather-time.Since(q.first)), true
}

// Take appends the oldest items to batch and returns it.
func (q *Queue) Take(batch []Item) []Item {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(BatchRows-len(batch), len(q.items))
	for i := range q.items[:n] {
		q.waiting -= q.items[i].size
	}
	batch = append(batch, q.items[:n]...)
	rest := copy(q.items, q.items[n:])
	clear(q.items[rest:])
	q.items = q.items[:rest]
	if rest == 0 {
		q.urgent = false
	}
	return batch
}

// Finished notes that a batch has been written, or lost.
func (q *Queue) Finished(batch []Item, lost bool) {
	q.mu.Lock()
	for i := range batch {
		q.bytes -= batch[i].size
	}
	q.out += uint64(len(batch))
	if lost {
		q.lost += uint64(len(batch))
	}
	q.room.Broadcast()
	q.done.Broadcast()
	q.mu.Unlock()
	for i := range batch {
		batch[i].release()
	}
}

// Fail notes why nothing can be written, or with nil that it can, and reports whether that
// has changed.
func (q *Queue) Fail(err error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	changed := (q.err == nil) != (err == nil)
	q.err = err
	q.room.Broadcast()
	q.done.Broadcast()
	return changed
}

// Close closes the queue to new exchanges.
func (q *Queue) Close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	close(q.ended)
	q.room.Broadcast()
	q.signal()
}

// Closed reports whether Close was called.
func (q *Queue) Closed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

// LoseRest gives up what is still queued, at the end.
func (q *Queue) LoseRest() {
	for {
		rest := q.Take(nil)
		if len(rest) == 0 {
			return
		}
		q.Finished(rest, true)
	}
}

// Flush waits until everything put in before is written, or cannot be.
func (q *Queue) Flush(ctx context.Context) {
	q.mu.Lock()
	defer q.mu.Unlock()
	until := q.in
	if q.out >= until {
		return
	}
	q.urgent = true
	q.signal()
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.done.Broadcast()
	})
	defer stop()
	for q.out < until && q.err == nil && ctx.Err() == nil {
		q.done.Wait()
	}
}

// Health returns the health of the queue.
func (q *Queue) Health() recording.Health {
	q.mu.Lock()
	defer q.mu.Unlock()
	return recording.Health{Err: q.err, QueueBytes: q.bytes, Recorded: q.in, Lost: q.lost}
}
