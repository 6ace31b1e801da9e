package edge

import (
	"io"
	"sync"

	"github.com/edgesim/edgesim/recording"
)

// requestBody is a viewer's body on its way to the origin, of which the record gets the
// beginning. The origin may answer before it has read everything, and the exchange may end
// while the body is still being read: what comes after that is not recorded.
type requestBody struct {
	io.ReadCloser
	limit  int
	length int64 // as announced; -1 if unknown

	mu     sync.Mutex
	prefix prefix
	size   int64
	more   bool // there is more than was kept
	whole  bool // it was read to its end
	ended  bool // the record has been made
}

// replace replaces the viewer's body, of which nothing has been read.
func (b *requestBody) replace(body []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	viewer := b.ReadCloser
	b.ReadCloser = struct {
		io.Reader
		io.Closer
	}{newReader(body), viewer}
	b.length = int64(len(body))
}

// Read reads from the viewer and keeps the beginning.
func (b *requestBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.keep(p[:n], err == io.EOF)
	return n, err
}

func (b *requestBody) keep(p []byte, end bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ended {
		return
	}
	b.size += int64(len(p))
	b.whole = b.whole || end || b.size == b.length
	if len(p) > 0 && b.limit > 0 && !b.prefix.add(p, b.limit, b.length) {
		b.more = true
	}
}

// lend puts what was kept into the record; release takes it back. A body that was not read
// to its end is marked as having more.
func (b *requestBody) lend(v *recording.Viewer) {
	if b == nil {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.ended = true
	v.Body, v.BodyBytes, v.Truncated = b.prefix.bytes, b.size, b.more || !b.whole
}

func (b *requestBody) release() {
	if b != nil {
		b.prefix.release() // nothing adds to it after lend
	}
}
