package inspector_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/internal/inspector"
	"github.com/edgesim/edgesim/recording"
)

// largest is a response that notes the largest piece it is written in.
type largest struct {
	httptest.ResponseRecorder
	piece, sum int
}

func (l *largest) Write(p []byte) (int, error) {
	l.piece, l.sum = max(l.piece, len(p)), l.sum+len(p)
	return l.ResponseRecorder.Write(p)
}

// TestListIsStreamed: a list of many large exchanges is written one by one, ends at a
// limit, and continues at its "next" until all were listed.
func TestListIsStreamed(t *testing.T) {
	t.Parallel()
	ring := recording.NewRing(recording.RingConfig{Exchanges: 260, Bytes: 1 << 30})
	for n := range 260 {
		ring.Record(&recording.Exchange{ID: fmt.Sprint(n), Response: recording.Response{Status: 200, Body: bytes.Repeat([]byte("x"), 128<<10)}})
	}
	handler := inspector.Handler(inspector.Config{Recordings: ring})
	seen, cursor, answers := map[string]bool{}, "", 0
	for {
		w := &largest{ResponseRecorder: *httptest.NewRecorder()}
		handler.ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1/api/exchanges?whole=true&limit=1000"+cursor, nil))
		if w.piece > 1<<20 || w.sum > 34<<20 {
			t.Fatalf("written in pieces of up to %d bytes, %d in all", w.piece, w.sum)
		}
		var got struct {
			Exchanges []*recording.Exchange
			Positions []string
			Next      string
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || len(got.Exchanges) != len(got.Positions) {
			t.Fatal(err, len(got.Exchanges), len(got.Positions))
		}
		for _, e := range got.Exchanges {
			if seen[e.ID] || len(e.Response.Body) != 128<<10 {
				t.Fatalf("%s again, or without its body", e.ID)
			}
			seen[e.ID] = true
		}
		if answers++; got.Next == "" {
			break
		}
		cursor = "&cursor=" + got.Next
	}
	if len(seen) != 260 || answers < 2 {
		t.Errorf("%d exchanges in %d answers", len(seen), answers)
	}
}

// gate is a response of which the first byte is not taken before it opens.
type gate struct {
	httptest.ResponseRecorder
	open <-chan struct{}
	once sync.Once
	in   chan<- struct{}
}

func (g *gate) Write(p []byte) (int, error) {
	g.once.Do(func() { g.in <- struct{}{}; <-g.open })
	return len(p), nil
}

// TestListsAtOnce: only a few lists are written at once; one more waits for its
// turn.
func TestListsAtOnce(t *testing.T) {
	t.Parallel()
	handler := inspector.Handler(inspector.Config{Recordings: recorded()})
	in, open := make(chan struct{}, 20), make(chan struct{})
	ask := func(w http.ResponseWriter) {
		handler.ServeHTTP(w, httptest.NewRequest("GET", "http://127.0.0.1/api/exchanges", nil))
	}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { ask(&gate{ResponseRecorder: *httptest.NewRecorder(), open: open, in: in}) })
	}
	for range 4 {
		<-in
	}
	fifth := httptest.NewRecorder()
	answered := make(chan struct{})
	all.Go(func() { ask(fifth); close(answered) })
	select {
	case <-answered:
		t.Error("the fifth did not wait")
	default:
	}
	close(open)
	all.Wait()
	if fifth.Code != 200 || !strings.Contains(fifth.Body.String(), `"exchanges"`) {
		t.Errorf("the fifth got %d", fifth.Code)
	}
}
