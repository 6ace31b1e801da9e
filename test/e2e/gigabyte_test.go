package e2e_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestGigabyte: a body of 1 GB goes through without being kept. The limit leaves
// room for the race detector's own memory.
func TestGigabyte(t *testing.T) {
	t.Parallel()
	needProc(t)
	const size, most = 1 << 30, 100
	got := make(chan int64, 1)
	origin := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		if err != nil {
			t.Errorf("the origin: %v", err)
		}
		got <- n
	}))
	t.Cleanup(origin.Close)
	e := serve(t, "--origin", origin.URL)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+e.HTTP+"/upload", io.LimitReader(zeros{}, size))
	if err != nil {
		t.Fatal(err)
	}
	if a := e.send(t, r); a.Status != 200 {
		t.Errorf("got %v", a)
	}
	if n := <-got; n != size {
		t.Errorf("the origin got %d bytes, want %d", n, size)
	}
	if peak := peakMemory(t, e.PID()); peak > most {
		t.Errorf("the edge held up to %d MiB, want at most %d", peak, most)
	}
}

// zeros is a body without end.
type zeros struct{}

// Read gives zeros.
func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
