package cache

import (
	"context"
	"io"
	"sync/atomic"
)

// Reader reads the body of an entry, or a section of it, while it arrives. It must not be
// used concurrently.
type Reader struct {
	body *body
	// off is its position, guarded by the body until that is whole. The reader stops before
	// end; -1 means no end.
	off, end int64
	// ctx is the context of the reader's viewer; when it ends, the reader has left.
	ctx    context.Context
	stop   func() bool
	gone   atomic.Bool
	listed bool // it is in body.readers; guarded by the body
}

// Open returns a reader of the entry's body from its beginning, valid until ctx ends; nil
// if there is no body, or it was abandoned.
func (e *Entry[H]) Open(ctx context.Context) *Reader {
	b := e.body
	if b == nil {
		return nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refs == 0 || b.base > b.filed || b.err != nil && b.err != io.EOF {
		return nil
	}
	b.refs++
	return b.newReader(ctx)
}

// Size returns the size of the entry's body, and whether the body is complete. While it
// arrives the size is the announced one, or -1 if there is none.
func (e *Entry[H]) Size() (n int64, whole bool) {
	switch b := e.body; {
	case b == nil:
		return 0, true
	case b.whole.Load():
		return b.end, true
	default:
		return b.length, false
	}
}

// reserve counts a reader and returns it; reserveOne counts one for a later call of reader.
// They are for a body that is not read yet.
func (b *body) reserve(ctx context.Context) *Reader {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refs++
	return b.newReader(ctx)
}

func (b *body) reserveOne() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.refs++
	b.readers = append(b.readers, &Reader{body: b, end: -1, listed: true})
}

// reader returns one of the reserved readers.
func (b *body) reader(ctx context.Context) *Reader {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.readers {
		if r.ctx == nil {
			r.watch(ctx)
			return r
		}
	}
	// The body is whole, and its readers are no longer listed.
	r := &Reader{body: b, end: -1}
	r.watch(ctx)
	return r
}

// newReader returns a reader that is already counted; the lock is held.
func (b *body) newReader(ctx context.Context) *Reader {
	r := &Reader{body: b, end: -1}
	if !b.whole.Load() {
		r.listed = true
		b.readers = append(b.readers, r)
	}
	r.watch(ctx)
	return r
}

// watch lets the reader leave when its viewer does while the body is arriving: a Read of
// the source in progress then ends if no other reader wants it.
func (r *Reader) watch(ctx context.Context) {
	r.ctx = ctx
	if !r.body.whole.Load() {
		r.stop = context.AfterFunc(ctx, func() { r.leave(false) })
	}
}

// Section limits the reader to n bytes from an offset. It must be called before the first
// Read.
func (r *Reader) Section(off, n int64) {
	r.body.mu.Lock()
	defer r.body.mu.Unlock()
	r.off, r.end = off, off+n
}

// Read reads what is available, and waits if nothing is.
func (r *Reader) Read(p []byte) (int, error) {
	b := r.body
	if b.whole.Load() && !r.gone.Load() {
		return r.readWhole(p)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		switch {
		case r.gone.Load():
			return 0, errGivenUp
		case r.end >= 0 && r.off >= r.end:
			return 0, io.EOF
		case r.off < b.end:
			n, err := b.copyAt(r.limit(p), r.off)
			r.off += int64(n)
			b.advance()
			if n == 0 && err == nil {
				err = errGivenUp // unreachable: what a reader has not read is kept for it
			}
			return n, err
		case b.err != nil:
			return 0, b.err
		case b.mayFetch() && r.end < 0: // into p, to avoid a second copy
			n := b.fetch(p, true)
			r.off += int64(n)
			b.advance()
			if n > 0 {
				return n, nil
			}
		case b.mayFetch():
			b.fetch(make([]byte, chunkSize/2), false)
		default:
			wake := b.changed()
			b.mu.Unlock()
			select {
			case <-wake:
			case <-r.ctx.Done():
				b.mu.Lock()
				return 0, r.ctx.Err()
			}
			b.mu.Lock()
		}
	}
}

// advance drops what all readers have read, and wakes those that wait for that; the lock is
// held.
func (b *body) advance() {
	if b.holds == 0 && !b.whole.Load() {
		b.trim()
		b.broadcast()
	}
}

// readWhole is Read for a body that no longer changes.
func (r *Reader) readWhole(p []byte) (int, error) {
	end := r.body.end
	if r.end >= 0 {
		end = min(end, r.end)
	}
	if r.off >= end {
		return 0, io.EOF
	}
	n, err := r.body.copyAt(p[:min(int64(len(p)), end-r.off)], r.off)
	r.off += int64(n)
	if n == 0 && err == nil && len(p) > 0 {
		err = errGivenUp
	}
	return n, err
}

// Lend returns the next bytes of a body that is complete and in memory, which then count as
// read; none if they must be read. They must not be modified.
func (r *Reader) Lend() []byte {
	b := r.body
	if !b.whole.Load() || r.gone.Load() || b.filed > 0 {
		return nil
	}
	end := b.end
	if r.end >= 0 {
		end = min(end, r.end)
	}
	if r.off >= end {
		return nil
	}
	chunk := b.chunks[r.off/chunkSize][r.off%chunkSize:]
	chunk = chunk[:min(int64(len(chunk)), end-r.off)]
	r.off += int64(len(chunk))
	return chunk
}

func (r *Reader) limit(p []byte) []byte {
	n := r.body.end - r.off
	if r.end >= 0 {
		n = min(n, r.end-r.off)
	}
	return p[:min(int64(len(p)), n)]
}

// Buffered returns how many bytes a Read returns without waiting.
func (r *Reader) Buffered() int {
	b := r.body
	if !b.whole.Load() {
		b.mu.Lock()
		defer b.mu.Unlock()
	}
	end := b.end
	if r.off == end && b.source != nil && !b.fetching && r.end < 0 {
		if s, ok := b.source.(interface{ Buffered() int }); ok {
			return s.Buffered()
		}
	}
	if r.end >= 0 {
		end = min(end, r.end)
	}
	return int(max(end-r.off, 0))
}

// Close ends the reader. A body that is still arriving and has no other reader is
// abandoned, unless it has reached its end.
func (r *Reader) Close() error {
	if r.stop != nil {
		r.stop()
	}
	r.leave(true)
	return nil
}

// leave removes the reader. From a whole body, which is read without the lock, only Close
// does.
func (r *Reader) leave(closed bool) {
	b := r.body
	b.mu.Lock()
	if b.whole.Load() && !closed || r.gone.Swap(true) {
		b.mu.Unlock()
		return
	}
	if r.listed {
		for i, other := range b.readers {
			if other == r {
				b.readers = append(b.readers[:i], b.readers[i+1:]...)
				break
			}
		}
	}
	last := len(b.readers) == 0 && b.err == nil
	fetching := b.fetching
	var source io.Closer
	if last {
		b.err = errGivenUp
		if !fetching {
			source, b.source = b.source, nil
		}
	}
	b.trim()
	end := b.unref()
	b.broadcast()
	b.mu.Unlock()
	if last {
		b.cancel()
		if source != nil {
			source.Close()
		}
		b.drop()
	}
	end()
}
