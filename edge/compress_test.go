package edge

import (
	"compress/gzip"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// plainBody is a body that never says how much of it has arrived.
type plainBody struct {
	io.Reader
	closed int
}

func (b *plainBody) Close() error { b.closed++; return nil }

// TestCompressedBody checks the reader itself: small reads, bodies that give a
// byte at a time, an empty one, and Close more than once.
func TestCompressedBody(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{"empty": "", "short": "abc", "long": strings.Repeat("abc", 40_000)} {
		from := &plainBody{Reader: iotest.OneByteReader(strings.NewReader(text))}
		c := compressBody(from, "gzip")
		var raw strings.Builder
		if _, err := io.Copy(&raw, iotest.OneByteReader(c)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		z, err := gzip.NewReader(strings.NewReader(raw.String()))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if got, err := io.ReadAll(z); err != nil || string(got) != text {
			t.Errorf("%s: %d bytes instead of %d, %v", name, len(got), len(text), err)
		}
		c.Close()
		c.Close()
		if n, err := c.Read(make([]byte, 8)); n != 0 || err == nil {
			t.Errorf("%s: after Close, Read returns %d, %v", name, n, err)
		}
		if from.closed == 0 {
			t.Errorf("%s: the origin's body was not closed", name)
		}
	}
}

// TestCompressedBodyIsBounded: only about a chunk of the body is in memory, however large
// the body is.
func TestCompressedBodyIsBounded(t *testing.T) {
	t.Parallel()
	for encoding := range compressors {
		c := compressBody(&plainBody{Reader: io.LimitReader(endless{}, 1<<20)}, encoding).(*compressed)
		most := 0
		buf := make([]byte, 512)
		for {
			_, err := c.Read(buf)
			most = max(most, c.out.Cap())
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		c.Close()
		if most > 16*chunk {
			t.Errorf("%s: %d bytes were held", encoding, most)
		}
	}
}

// endless is a cheap source of bytes that do not compress well.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	x := uint32(len(p)) | 1
	for i := range p {
		x = x*1664525 + 1013904223
		p[i] = byte(x >> 24)
	}
	return len(p), nil
}
