package logline_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/internal/logline"
)

// slowly is a writer that blocks until it is let go.
type slowly struct {
	gate   chan struct{}
	writes int
	got    bytes.Buffer
}

func (s *slowly) Write(p []byte) (int, error) {
	<-s.gate
	s.writes++
	return s.got.Write(p)
}

// TestWriter: no line is lost or torn, each viewer's are in order, and those that came
// during a write went out together.
func TestWriter(t *testing.T) {
	t.Parallel()
	out := &slowly{gate: make(chan struct{})}
	w := logline.NewWriter(out)
	const viewers, lines = 8, 100
	var all sync.WaitGroup
	for v := range viewers {
		all.Go(func() {
			for i := range lines {
				fmt.Fprintf(w, "%d %d\n", v, i)
			}
		})
	}
	all.Wait()
	close(out.gate)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	next := make([]int, viewers)
	for line := range strings.Lines(out.got.String()) {
		var v, i int
		if _, err := fmt.Sscanf(line, "%d %d\n", &v, &i); err != nil || next[v] != i {
			t.Fatalf("line %q: %v, want number %d", line, err, next[v])
		}
		next[v]++
	}
	for v, n := range next {
		if n != lines {
			t.Errorf("viewer %d: got %d lines, want %d", v, n, lines)
		}
	}
	if out.writes > 3 {
		t.Errorf("got %d writes, want those that waited in one", out.writes)
	}
	fmt.Fprintln(w, "late")
	if !strings.HasSuffix(out.got.String(), "late\n") {
		t.Error("a line that comes after Close is lost")
	}
}
