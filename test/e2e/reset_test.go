package e2e_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// TestReset: a reset keeps the recordings of earlier sessions, unless told otherwise.
func TestReset(t *testing.T) {
	t.Parallel()
	origin, dir := plainOrigin(t), filepath.Join(t.TempDir(), "recordings")
	var earlier string
	t.Run("an earlier session", func(t *testing.T) {
		e := serve(t, "--origin", origin, "--record", dir)
		earlier = e.do(t, http.MethodGet, "/", "").Header.Get("X-Edgesim-Exchange")
	})
	e := serve(t, "--origin", origin, "--record", dir)
	ask := func(method, path string) *answer {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, "http://"+e.Inspect+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		return e.send(t, r)
	}
	later := e.do(t, http.MethodGet, "/", "").Header.Get("X-Edgesim-Exchange")
	for _, row := range []struct {
		query    string
		earlier  int
		removing string
	}{{"", 200, `"removed": 1,`}, {"", 200, `"removed": 0,`}, {"?all=true", 404, `"removed": 1,`}} {
		if a := ask(http.MethodPost, "/api/reset"+row.query); !strings.Contains(a.Body, row.removing) {
			t.Errorf("reset%s: got %s, want %s", row.query, a.Body, row.removing)
		}
		if a := ask(http.MethodGet, "/api/exchanges/"+url.PathEscape(earlier)); a.Status != row.earlier {
			t.Errorf("reset%s: the earlier exchange: got %d, want %d", row.query, a.Status, row.earlier)
		}
		if a := ask(http.MethodGet, "/api/exchanges/"+url.PathEscape(later)); a.Status != 404 {
			t.Errorf("reset%s: the later exchange: got %d, want 404", row.query, a.Status)
		}
	}
}
