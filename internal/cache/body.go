package cache

import (
	"errors"
	"io"
	"os"
	"slices"
	"sync"
	"sync/atomic"
)

const (
	// chunkSize is the size of the pieces in which a body is kept in memory.
	chunkSize = 64 << 10
	// window is how far the fastest reader of a body that is not kept may be ahead of the
	// slowest.
	window = 1 << 20
)

// errGivenUp is the error of a body without readers.
var errGivenUp = errors.New("cache: the body was given up, as all who read it had left")

// body holds the bytes of an entry, while they arrive and afterward.
type body struct {
	files  *files
	length int64 // announced; -1 if unknown
	// cancel ends a Read of the source; grow and drop notify the store.
	cancel func()
	grow   func(n int64)
	drop   func()
	// whole is set once everything has arrived: after that, only refs changes.
	whole atomic.Bool

	mu     sync.Mutex
	source io.ReadCloser
	// chunks are the bytes from base to end, each chunkSize long except the last;
	// everything before filed is in the file.
	chunks           [][]byte
	base, filed, end int64
	file             *os.File
	err              error // io.EOF when whole
	fetching         bool  // the source is being read
	failed           bool  // the file cannot be written
	readers          []*Reader
	holds            int // by the store: entries with this body
	refs             int // holds and readers
	wake             chan struct{}
}

func newBody(c Content, files *files, cancel func(), grow func(int64), drop func()) *body {
	return &body{files: files, length: c.Length, source: c.Source, cancel: cancel, grow: grow, drop: drop, holds: 1, refs: 1}
}

// size is how many bytes there are.
func (b *body) size() int64 {
	if b.whole.Load() {
		return b.end
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.end
}

// hold counts one more entry with this body; false if it is gone.
func (b *body) hold() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refs == 0 {
		return false
	}
	b.holds++
	b.refs++
	return true
}

// unkeep counts one entry less. A body that is still arriving continues for its readers,
// but is not kept behind them.
func (b *body) unkeep() {
	b.mu.Lock()
	b.holds--
	b.trim()
	end := b.unref()
	b.broadcast()
	b.mu.Unlock()
	end()
}

// unref counts one user less, and returns what to do without the lock.
func (b *body) unref() (end func()) {
	if b.refs--; b.refs > 0 {
		return func() {}
	}
	return b.release
}

// release ends a body that is no longer used.
func (b *body) release() {
	b.mu.Lock()
	source, file := b.source, b.file
	if b.fetching {
		source = nil // the fetching reader closes it
	}
	if b.err == nil {
		b.err = errGivenUp
	}
	b.chunks, b.file = nil, nil
	b.mu.Unlock()
	if source != nil {
		b.cancel()
		source.Close()
	}
	if file != nil {
		discard(file)
	}
}

// broadcast wakes everything that waits; the lock is held.
func (b *body) broadcast() {
	if b.wake != nil {
		close(b.wake)
		b.wake = nil
	}
}

// changed returns a channel that is closed on the next change; the lock is held.
func (b *body) changed() <-chan struct{} {
	if b.wake == nil {
		b.wake = make(chan struct{})
	}
	return b.wake
}

// slowest returns the lowest offset of the readers; the lock is held.
func (b *body) slowest() int64 {
	least := b.end
	for _, r := range b.readers {
		least = min(least, r.off)
	}
	return least
}

// trim drops what will not be read, if the body is not kept; the lock is held.
func (b *body) trim() {
	if b.holds > 0 || b.whole.Load() {
		return
	}
	least := b.slowest()
	for len(b.chunks) > 0 && b.base+int64(len(b.chunks[0])) <= least {
		b.base += int64(len(b.chunks[0]))
		b.chunks[0] = nil
		b.chunks = b.chunks[1:]
	}
}

// mayFetch reports whether a reader at the end may read the source: not if the body is not
// kept and others are far behind. The lock is held.
func (b *body) mayFetch() bool {
	return !b.fetching && (b.holds > 0 || b.end-b.slowest() < window)
}

// copyAt copies the available bytes from off; the lock is held, unless the body is whole.
func (b *body) copyAt(p []byte, off int64) (int, error) {
	if off < b.filed {
		return b.file.ReadAt(p[:min(int64(len(p)), b.filed-off)], off)
	}
	at := off - b.base
	i := int(at / chunkSize)
	if at < 0 || i >= len(b.chunks) {
		return 0, nil
	}
	n := 0
	for inside := int(at % chunkSize); n < len(p) && i < len(b.chunks); i, inside = i+1, 0 {
		n += copy(p[n:], b.chunks[i][inside:])
	}
	return n, nil
}

// fetch reads the source into p and adds the result to the body; taken means that p belongs to a
// reader, which then has these bytes. It returns how many bytes came. The lock is held before and
// after, but not meanwhile.
func (b *body) fetch(p []byte, taken bool) int {
	b.fetching = true
	grow, drop := b.grow, b.drop
	source, p := b.source, p[:min(len(p), chunkSize)]
	b.mu.Unlock()
	n, err := source.Read(p)
	filed := b.write(p[:n])
	b.mu.Lock()
	b.fetching = false
	switch {
	case filed:
		b.filed += int64(n)
		b.base = b.filed
	case b.holds > 0 || len(b.readers) > 1 || !taken:
		b.add(p[:n])
	default: // the only reader already has it
		b.base += int64(n)
	}
	b.end += int64(n)
	if err != nil {
		b.finish(err)
	}
	failed, written := b.failed || b.err != nil && b.err != io.EOF, int64(0)
	if b.err == io.EOF && b.holds > 0 {
		written = b.filed
	}
	if err != nil || b.err == errGivenUp {
		b.source = nil
	} else {
		source = nil
	}
	b.trim()
	b.broadcast()
	b.mu.Unlock()
	if source != nil {
		source.Close()
	}
	if failed {
		drop()
	} else {
		grow(int64(n))
	}
	b.files.wrote(written)
	b.mu.Lock()
	return n
}

// finish notes the end of the source; the lock is held.
func (b *body) finish(err error) {
	if b.err != nil {
		return
	}
	b.err = err
	if err != io.EOF {
		return
	}
	if last := len(b.chunks) - 1; last >= 0 && cap(b.chunks[last]) > len(b.chunks[last])+len(b.chunks[last])/8 {
		b.chunks[last] = append(make([]byte, 0, len(b.chunks[last])), b.chunks[last]...)
	}
	if b.holds > 0 {
		b.whole.Store(true)
	}
	b.grow, b.drop, b.cancel = nil, nil, nil // they retain the request that fetched it
}

// add appends bytes in memory; the lock is held.
func (b *body) add(p []byte) {
	for len(p) > 0 {
		last := len(b.chunks) - 1
		if last < 0 || len(b.chunks[last]) == chunkSize {
			room := chunkSize
			if left := b.length - b.end; b.length >= 0 && left < chunkSize {
				room = int(max(left, int64(len(p))))
			} else if b.length < 0 && last < 0 {
				room = len(p) // it may well be everything
			}
			b.chunks, last = append(b.chunks, make([]byte, 0, min(room, chunkSize))), last+1
		}
		n := min(len(p), chunkSize-len(b.chunks[last]))
		b.chunks[last] = append(b.chunks[last], p[:n]...)
		p = p[n:]
	}
}

// write appends bytes to the file, which is created when the body outgrows memory, and
// reports whether they were written. If that fails, the body cannot be kept. Only the
// fetching reader calls it.
func (b *body) write(p []byte) bool {
	b.mu.Lock()
	large := b.end+int64(len(p)) > b.files.from || b.length > b.files.from
	if b.files.dir == "" || b.holds == 0 || b.failed || b.err != nil || !large || len(p) == 0 {
		b.mu.Unlock()
		return false
	}
	file, chunks := b.file, slices.Clone(b.chunks)
	b.mu.Unlock()
	if file == nil {
		var err error
		err = b.files.withRoom(func() error {
			file, err = createFile(b.files.dir, chunks)
			return err
		})
		if err != nil || !b.moveTo(file) {
			b.fail(err)
			return false
		}
	}
	err := b.files.withRoom(func() error {
		n, err := file.Write(p)
		p = p[n:]
		return err
	})
	b.fail(err)
	return err == nil
}

// idleInFile reports whether the body is whole, in a file, and without readers: dropping it
// frees disk space at once.
func (b *body) idleInFile() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.file != nil && b.err == io.EOF && b.refs == b.holds
}

// fail notes why the file cannot be written; nil means that it can.
func (b *body) fail(err error) {
	if err == nil {
		return
	}
	b.mu.Lock()
	b.failed = true
	size := b.end
	b.mu.Unlock()
	b.files.fail(err, size)
}

// moveTo replaces the bytes in memory with the file; it returns false, and closes the file,
// if the body is no longer wanted.
func (b *body) moveTo(file *os.File) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refs == 0 || b.holds == 0 {
		discard(file)
		return false
	}
	b.file, b.chunks, b.filed, b.base = file, nil, b.end, b.end
	return true
}
