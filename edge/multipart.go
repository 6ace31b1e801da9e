package edge

import (
	"context"
	"io"
	"net/http"
	"strings"

	"github.com/edgesim/edgesim/internal/cache"
	"github.com/edgesim/edgesim/policy"
)

// multipart is a body with several parts of a copy (RFC 9110 section 14.6).
type multipart struct {
	io.Reader
	readers []*cache.Reader
}

// newMultipart returns the parts as one body with its length, and sets the header fields
// accordingly. first is an already open reader; those of the other parts are opened here.
func newMultipart(ctx context.Context, entry *cache.Entry[*kept], first *cache.Reader, parts []policy.ByteRange, size int64, h http.Header) (io.ReadCloser, int64) {
	boundary := NewID()[:24]
	kind := h.Get("Content-Type")
	m := &multipart{}
	var all []io.Reader
	var length int64
	text := func(s string) {
		all, length = append(all, strings.NewReader(s)), length+int64(len(s))
	}
	for i, p := range parts {
		r := first
		if i > 0 {
			r = entry.Open(ctx)
		}
		head := "\r\n--" + boundary + "\r\n"
		if kind != "" {
			head += "Content-Type: " + kind + "\r\n"
		}
		text(head + "Content-Range: " + p.ContentRange(size) + "\r\n\r\n")
		length += p.Length()
		if r == nil { // dropped a moment ago: the answer ends early, so the viewer can tell
			continue
		}
		r.Section(p.First, p.Length())
		m.readers, all = append(m.readers, r), append(all, r)
	}
	text("\r\n--" + boundary + "--\r\n")
	m.Reader = io.MultiReader(all...)
	delete(h, "Content-Range")
	h["Content-Type"] = []string{"multipart/byteranges; boundary=" + boundary}
	return m, length
}

// Close ends all readers.
func (m *multipart) Close() error {
	for _, r := range m.readers {
		r.Close()
	}
	return nil
}
