package edge

import (
	"io"
	"sync"

	"github.com/edgesim/edgesim/recording"
)

// requestBody is a viewer's body on its way to the origin, of which the record
// gets the beginning. The origin may answer before it has read all, and the
// exchange may end while the body is still being read: what comes then is in no
// record.
type requestBody struct {
	io.ReadCloser
	limit  int
	length int64 // as announced; -1 if it is not known

	mu     sync.Mutex
	prefix prefix
	size   int64
	more   bool // than what was kept
	whole  bool // it was read to its end
	ended  bool // the record is made
}

// replace puts a body in place of the viewer's, of which nothing was read.
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

// lend puts what was kept into the record; it is taken back by release. Of a body
// that nobody read to its end there was more.
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
		b.prefix.release() // nobody adds to it after lend
	}
}
