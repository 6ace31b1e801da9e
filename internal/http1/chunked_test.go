package http1_test

import (
	"bytes"
	"io"
	"net/http/httputil"
	"testing"
	"testing/iotest"

	"github.com/edgesim/edgesim/internal/http1"
)

// FuzzChunked compares the reader of chunked bodies with net/http's: what both accept has
// the same content, no matter in which pieces it arrives.
func FuzzChunked(f *testing.F) {
	for _, seed := range []string{
		"0\r\n\r\n", "5\r\nhello\r\n0\r\n\r\nrest", "a;x=\"y\" ;z\r\n0123456789\r\n00\r\nA: b\r\n\r\n", "1 ;a\r\nx\r\n0\r\n\r\n", "fffffffffffffff\r\nx",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		got, behind, err := http1.ReadChunkedForTest(bytes.NewReader(data))
		slowly, _, slowErr := http1.ReadChunkedForTest(iotest.OneByteReader(bytes.NewReader(data)))
		if !bytes.Equal(got, slowly) || (err == nil) != (slowErr == nil) {
			t.Errorf("at once %q, %v; byte for byte %q, %v", got, err, slowly, slowErr)
		}
		if err != nil {
			return
		}
		want, err := io.ReadAll(httputil.NewChunkedReader(bytes.NewReader(data)))
		if err == nil && !bytes.Equal(got, want) { // it refuses a space before the extension
			t.Errorf("got %q, net/http %q", got, want)
		}
		if behind > len(data) || bytes.HasSuffix(data, []byte("\r\n\r\n")) && behind == len(data) {
			t.Errorf("%d of %d bytes are behind the body", behind, len(data))
		}
	})
}
