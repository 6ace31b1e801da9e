package edge_test

import (
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/edge"
)

// TestRecordedBodySizes asks for bodies around the sizes of the memory they are
// recorded in, many at once: each record has its own body's beginning.
func TestRecordedBodySizes(t *testing.T) {
	t.Parallel()
	for _, limit := range []int{3 << 10, 64 << 10, 100 << 10} {
		s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
			size, _ := strconv.Atoi(r.URL.Path[2:])
			if r.URL.Path[1] == 'l' {
				w.Header().Set("Content-Length", strconv.Itoa(size))
			}
			io.WriteString(w, pattern(size))
		}})
		s.edge.BodyLimit = limit
		var asking sync.WaitGroup
		for _, size := range []int{1, 4 << 10, 4<<10 + 1, 64 << 10, 64<<10 + 1, 120 << 10} {
			for _, kind := range []string{"l", "c"} { // with a length, and chunked
				asking.Go(func() {
					r, _ := s.ask(t, edge.ViewerRequest{URI: fmt.Sprintf("/%s%d", kind, size)})
					x, err := s.ring.Get(t.Context(), r.Header.Get("X-Amz-Cf-Id"))
					if err != nil {
						t.Error(err)
						return
					}
					want := pattern(size)[:min(size, limit)]
					if got := x.Response; string(got.Body) != want || got.Truncated != (size > limit) || got.BodyBytes != int64(size) {
						t.Errorf("limit %d, %s%d: got %d bytes, truncated %t, of %d", limit, kind, size, len(got.Body), got.Truncated, got.BodyBytes)
					}
				})
			}
		}
		asking.Wait()
	}
}

// pattern is a body of n bytes that no other length's beginning equals.
func pattern(n int) string {
	unit := strconv.Itoa(n) + ","
	return strings.Repeat(unit, n/len(unit)+1)[:n]
}
