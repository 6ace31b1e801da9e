package edge_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/edge"
)

// TestRequestBody: what the viewer sent is recorded up to the limit, with its
// true size, and reaches the origin whole.
func TestRequestBody(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, body, want string
		truncated        bool
	}{
		{"short", "hello", "hello", false},
		{"as long as the limit", "0123456789", "0123456789", false},
		{"longer", "0123456789abcdef", "0123456789", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				w.Write(body)
			}})
			s.edge.BodyLimit = 10
			for _, length := range []int64{int64(len(row.body)), -1} { // -1: chunked
				r, got := s.ask(t, edge.ViewerRequest{Method: "POST", Body: io.NopCloser(strings.NewReader(row.body)), ContentLength: length})
				if string(got) != row.body {
					t.Errorf("the origin got %q, want %q", got, row.body)
				}
				x, err := s.ring.Get(t.Context(), r.Header.Get("X-Amz-Cf-Id"))
				if err != nil {
					t.Fatal(err)
				}
				v := &x.Viewer
				if string(v.Body) != row.want || v.BodyBytes != int64(len(row.body)) || v.Truncated != row.truncated {
					t.Errorf("length %d: recorded %q, %d bytes, truncated %t; want %q, %d, %t",
						length, v.Body, v.BodyBytes, v.Truncated, row.want, len(row.body), row.truncated)
				}
			}
		})
	}
}
