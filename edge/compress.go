package edge

import (
	"bytes"
	"compress/gzip"
	"io"
	"sync"

	"github.com/andybalholm/brotli"

	"github.com/edgesim/edgesim/originconn"
)

// The compression levels. CloudFront does not document its own; these are the usual ones
// for content compressed on the fly.
const (
	gzipLevel     = gzip.DefaultCompression
	brotliQuality = 5
	// brotliWindow is the base-2 logarithm of the window, which bounds the
	// memory of one response to about a megabyte.
	brotliWindow = 18
)

// chunk is how much of an origin's body is compressed at once.
const chunk = 32 << 10

// compressor is what gzip and Brotli writers have in common.
type compressor interface {
	io.WriteCloser
	Flush() error
	Reset(io.Writer)
}

var compressors = map[string]*sync.Pool{
	"gzip": {New: func() any {
		w, _ := gzip.NewWriterLevel(io.Discard, gzipLevel) // fails only for unknown levels
		return w
	}},
	"br": {New: func() any {
		return brotli.NewWriterOptions(io.Discard, brotli.WriterOptions{Quality: brotliQuality, LGWin: brotliWindow})
	}},
}

// compressed is a body passing through a compressor. It holds one chunk of the origin's
// body and its compressed form, and flushes what has arrived when the origin pauses, so
// that streaming keeps working (CF-RESP-22).
type compressed struct {
	from io.ReadCloser
	pool *sync.Pool
	w    compressor
	in   []byte
	out  bytes.Buffer
	// err is what Read returns when out is empty.
	err error
}

// compressBody returns the body in the given encoding, "gzip" or "br". Closing
// it closes the body.
func compressBody(body io.ReadCloser, encoding string) io.ReadCloser {
	pool := compressors[encoding]
	c := &compressed{from: body, pool: pool, w: pool.Get().(compressor), in: make([]byte, chunk)}
	c.w.Reset(&c.out)
	return c
}

// Read returns compressed bytes.
func (c *compressed) Read(p []byte) (int, error) {
	for c.out.Len() == 0 && c.err == nil {
		c.fill()
	}
	if c.out.Len() > 0 && len(p) > 0 {
		return c.out.Read(p)
	}
	return 0, c.err
}

// fill compresses the next chunk. The end of the body ends the format; a truncated body
// leaves it unfinished, so that the viewer can tell.
func (c *compressed) fill() {
	n, err := c.from.Read(c.in)
	if n > 0 {
		if _, writeErr := c.w.Write(c.in[:n]); writeErr != nil {
			c.err = writeErr
			return
		}
	}
	switch {
	case err == io.EOF:
		if c.err = c.w.Close(); c.err == nil {
			c.err = io.EOF
		}
	case err != nil:
		c.err = err
		_ = c.w.Flush() // what came before the error still goes to the viewer
	case n < len(c.in) && c.drained():
		c.err = c.w.Flush() // the origin pauses; a full chunk would mean that it does not
	}
}

// drained reports whether the origin's next bytes have not arrived yet.
func (c *compressed) drained() bool {
	b, ok := c.from.(originconn.Buffered)
	return ok && b.Buffered() == 0
}

// Buffered says how many bytes a Read returns without waiting.
func (c *compressed) Buffered() int { return c.out.Len() }

// Close closes the origin's body and gives the compressor back.
func (c *compressed) Close() error {
	if c.w != nil {
		c.w.Reset(io.Discard)
		c.pool.Put(c.w)
		c.w = nil
		c.err = io.ErrClosedPipe
		c.out = bytes.Buffer{}
	}
	return c.from.Close()
}
