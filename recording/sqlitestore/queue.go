package sqlitestore

import (
	"context"
	"sync"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// item is an exchange that waits to be written, with bodies of its own.
type item struct {
	exchange     *recording.Exchange
	viewer, body *[]byte // pooled copies of the bodies; nil if there are none
	size         int64
}

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
func (i *item) release() {
	giveBack(i.viewer)
	giveBack(i.body)
	*i = item{}
}

func bytesOf(b *[]byte) []byte {
	if b == nil {
		return nil
	}
	return *b
}

// queue holds what waits to be written, bounded in bytes. Who comes when it is
// full waits, unless the store fails: then the exchange is lost, and counted.
type queue struct {
	limit int64

	mu      sync.Mutex
	room    sync.Cond // of those who wait to put something in
	done    sync.Cond // of those who wait for something to be written
	items   []item
	first   time.Time // when the oldest item came
	bytes   int64     // of the items, and of those being written
	in, out uint64    // how many were taken in, and are written or lost
	lost    uint64
	urgent  bool // somebody waits for what is queued
	closed  bool
	err     error // why nothing can be written; nil if it can
	wake    chan struct{}
	ended   chan struct{} // closed with the queue
}

func newQueue(limit int64) *queue {
	q := &queue{limit: limit, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	q.room.L, q.done.L = &q.mu, &q.mu
	return q
}

// put adds an exchange, or loses it.
func (q *queue) put(e *recording.Exchange) {
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
	q.items = append(q.items, item{exchange: e, viewer: borrow(e.Viewer.Body), body: borrow(e.Response.Body), size: size})
	if n := len(q.items); n == 1 || n == batchRows {
		q.signal()
	}
	q.mu.Unlock()
}

// signal wakes the writer.
func (q *queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// due says how long the next batch may still wait, and whether there is one.
func (q *queue) due() (time.Duration, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case len(q.items) == 0:
		return 0, false
	case q.urgent || q.closed || len(q.items) >= batchRows:
		return 0, true
	}
	return max(0, batchTime-time.Since(q.first)), true
}

// take moves the oldest items into batch, which is returned.
func (q *queue) take(batch []item) []item {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := min(batchRows-len(batch), len(q.items))
	batch = append(batch, q.items[:n]...)
	rest := copy(q.items, q.items[n:])
	clear(q.items[rest:])
	q.items = q.items[:rest]
	if rest == 0 {
		q.urgent = false
	}
	return batch
}

// finished says that a batch is written, or lost.
func (q *queue) finished(batch []item, lost bool) {
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

// fail notes why nothing can be written, or with nil that it can, and says
// whether that is new.
func (q *queue) fail(err error) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	changed := (q.err == nil) != (err == nil)
	q.err = err
	q.room.Broadcast()
	q.done.Broadcast()
	return changed
}

// close lets nothing in any more.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	close(q.ended)
	q.room.Broadcast()
	q.signal()
}

func (q *queue) isClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

// loseRest loses what is still queued, at the end.
func (q *queue) loseRest() {
	for {
		rest := q.take(nil)
		if len(rest) == 0 {
			return
		}
		q.finished(rest, true)
	}
}

// flush waits until all that was put in before is written, or cannot be.
func (q *queue) flush(ctx context.Context) {
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

// health says how the queue is.
func (q *queue) health() recording.Health {
	q.mu.Lock()
	defer q.mu.Unlock()
	return recording.Health{Err: q.err, QueueBytes: q.bytes, Recorded: q.in, Lost: q.lost}
}
