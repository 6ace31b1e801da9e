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
	// chunkSize is how the bytes of a body lie in memory.
	chunkSize = 64 << 10
	// window is how far the fastest reader of a body that is not kept may be ahead
	// of the slowest.
	window = 1 << 20
)

// errGivenUp is the end of a body that nobody reads.
var errGivenUp = errors.New("cache: the body was given up, as all who read it had left")

// body is the bytes of an entry, while they come and afterwards.
type body struct {
	files  *files
	length int64 // announced; -1 if it is not known
	// cancel ends a Read of the source; grow and drop tell the store.
	cancel func()
	grow   func(n int64)
	drop   func()
	// whole is set when all is there: nothing but refs changes then.
	whole atomic.Bool

	mu     sync.Mutex
	source io.ReadCloser
	// chunks are the bytes from base to end, each chunkSize long but the last; what
	// is before filed is in the file.
	chunks           [][]byte
	base, filed, end int64
	file             *os.File
	err              error // io.EOF when whole
	fetching         bool  // somebody reads the source
	failed           bool  // the file cannot be written
	readers          []*Reader
	holds            int // of the store: entries that have it
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

// hold counts one more entry that has the body; false where it is gone.
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

// unkeep counts one entry less. What is still coming goes on for its readers, and
// is not kept behind them.
func (b *body) unkeep() {
	b.mu.Lock()
	b.holds--
	b.trim()
	end := b.unref()
	b.broadcast()
	b.mu.Unlock()
	end()
}

// unref counts one user less, and returns what is to be done without the lock.
func (b *body) unref() (end func()) {
	if b.refs--; b.refs > 0 {
		return func() {}
	}
	return b.release
}

// release ends a body that nobody has any more.
func (b *body) release() {
	b.mu.Lock()
	source, file := b.source, b.file
	if b.fetching {
		source = nil // whoever fetches closes it
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

// broadcast wakes all that wait; the lock is held.
func (b *body) broadcast() {
	if b.wake != nil {
		close(b.wake)
		b.wake = nil
	}
}

// changed returns what is closed when something has changed; the lock is held.
func (b *body) changed() <-chan struct{} {
	if b.wake == nil {
		b.wake = make(chan struct{})
	}
	return b.wake
}

// slowest is the least offset of the readers; the lock is held.
func (b *body) slowest() int64 {
	least := b.end
	for _, r := range b.readers {
		least = min(least, r.off)
	}
	return least
}

// trim lets go of what nobody will read, where the body is not kept; the lock is
// held.
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

// mayFetch says whether a reader at the end may read the source: not where the
// body is not kept and others are far behind. The lock is held.
func (b *body) mayFetch() bool {
	return !b.fetching && (b.holds > 0 || b.end-b.slowest() < window)
}

// copyAt copies what is there of the bytes from off; the lock is held, unless the
// body is whole.
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

// fetch reads the source into p and adds what came to the body; taken says that p
// is a reader's, which has it then. It returns how much came. The lock is held before and after, not
// meanwhile.
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
	default: // the only reader has it already
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
	b.grow, b.drop, b.cancel = nil, nil, nil // they hold on to the request that brought it
}

// add keeps bytes in memory; the lock is held.
func (b *body) add(p []byte) {
	for len(p) > 0 {
		last := len(b.chunks) - 1
		if last < 0 || len(b.chunks[last]) == chunkSize {
			room := chunkSize
			if left := b.length - b.end; b.length >= 0 && left < chunkSize {
				room = int(max(left, int64(len(p))))
			} else if b.length < 0 && last < 0 {
				room = len(p) // it may well be all
			}
			b.chunks, last = append(b.chunks, make([]byte, 0, min(room, chunkSize))), last+1
		}
		n := min(len(p), chunkSize-len(b.chunks[last]))
		b.chunks[last] = append(b.chunks[last], p[:n]...)
		p = p[n:]
	}
}

// write appends bytes to the file, which is made when the body has outgrown the
// memory, and says whether they are there. Where that fails the body cannot be
// kept. The caller is the only one that fetches.
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

// idleInFile says whether the body is whole in a file and nobody reads it: what it
// takes of the disk comes back at once when it is let go of.
func (b *body) idleInFile() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.file != nil && b.err == io.EOF && b.refs == b.holds
}

// fail notes why the file cannot be written; nil where that is not so.
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

// moveTo lets the file stand for what was in memory; false where nobody wants the
// body any more, and then the file is closed.
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
