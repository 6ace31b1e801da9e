package http1_test

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/internal/http1"
)

// TestHostileMemory: whatever a viewer sends, serving it takes limited memory, and a
// gigabyte of a body takes no more than a byte of it.
func TestHostileMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("moves gigabytes")
	}
	address := start(t, &http1.Server{Refuse: refuse, Handler: func(w *http1.Response, r *http1.Request) {
		if r.Body != nil {
			_, _ = io.CopyBuffer(io.Discard, struct{ io.Reader }{r.Body}, make([]byte, 32<<10))
		}
		answer(w, 200, "ok")
	}})
	const post = "POST / HTTP/1.1\r\nHost: a\r\n"
	line, chunk := "X: yy\r\n", "8000\r\n"+strings.Repeat("x", 0x8000)+"\r\n"
	tests := []struct {
		name, begin, more string
		times             int
		end               string
		limit             uint64 // bytes allocated
	}{
		{"100,000 fields", "GET / HTTP/1.1\r\nHost: a\r\n", line, 100000, "\r\n", 3 << 20},
		{"a URL of 1 MB", "GET /", "x", 1 << 20, " HTTP/1.1\r\nHost: a\r\n\r\n", 1 << 20},
		{"fields without end", "GET / HTTP/1.1\r\nHost: a\r\n", line, 300000, "", 3 << 20},
		{"one field without end", "GET / HTTP/1.1\r\nHost: a\r\nX: ", "x", 4 << 20, "", 1 << 20},
		{"trailers without end", post + "Transfer-Encoding: chunked\r\n\r\n0\r\n", line, 100000, "", 1 << 20},
		{"extensions without end", post + "Transfer-Encoding: chunked\r\n\r\n0;", "x", 1 << 20, "", 1 << 20},
		{"chunks of a byte", post + "Transfer-Encoding: chunked\r\n\r\n", "1\r\nx\r\n", 200000, "0\r\n\r\n", 1 << 20},
		{"a chunked gigabyte", post + "Transfer-Encoding: chunked\r\n\r\n", chunk, 1 << 30 / 0x8000, "0\r\n\r\n", 1 << 20},
		{"a gigabyte", post + "Content-Length: 1073741824\r\n\r\n", strings.Repeat("x", 1<<15), 1 << 15, "", 1 << 20},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			more := []byte(strings.Repeat(test.more, max(1, min(test.times, 32<<10/len(test.more)))))
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			var wg sync.WaitGroup
			c, r := dial(t, address)
			wg.Go(func() { // what it sends may be cut off
				if _, err := io.WriteString(c, test.begin); err != nil {
					return
				}
				for sent := 0; sent < test.times*len(test.more); sent += len(more) {
					if _, err := c.Write(more[:min(len(more), test.times*len(test.more)-sent)]); err != nil {
						return
					}
				}
				_, _ = io.WriteString(c, test.end)
				_ = c.CloseWrite()
			})
			wg.Go(func() {
				resp, err := http.ReadResponse(r, nil)
				if err != nil {
					t.Errorf("got no answer: %v", err)
					return
				}
				resp.Body.Close()
			})
			wg.Wait()
			runtime.ReadMemStats(&after)
			if took := after.TotalAlloc - before.TotalAlloc; took > test.limit {
				t.Errorf("%d bytes were allocated, at most %d are allowed", took, test.limit)
			}
		})
	}
}

// TestSlowViewers: hundreds of viewers that never finish their head take a few kilobytes
// each, and do not block others.
func TestSlowViewers(t *testing.T) {
	const viewers = 500
	address := start(t, &http1.Server{Refuse: refuse, Handler: echo})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range viewers {
		c, _ := dial(t, address)
		send(t, c, "GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
	}
	c, r := dial(t, address)
	send(t, c, "GET /quick HTTP/1.1\r\nHost: a\r\n\r\n")
	if _, body := get(t, r, "GET"); body != "GET /quick " {
		t.Errorf("got %q", body)
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if each := (int64(after.HeapAlloc) - int64(before.HeapAlloc)) / viewers; each > 32<<10 {
		t.Errorf("%d bytes are held for each viewer", each)
	}
}
