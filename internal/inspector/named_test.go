package inspector_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/inspector"
)

// TestNamed: an exchange is asked for by its id, by the beginning of one that fits
// no other, or as last or failed.
func TestNamed(t *testing.T) {
	t.Parallel()
	base := start(t, inspector.Config{Recordings: recorded()})
	for name, want := range map[string]string{"last": "new", "failed": "bad==", "ba": "bad==", "old": "old", "o": "old", "x": "", "lastly": ""} {
		a := ask(t, "GET", base+"/api/exchanges/"+name)
		if want == "" {
			if a.StatusCode != 404 {
				t.Errorf("%s: got %d", name, a.StatusCode)
			}
			continue
		}
		if a.StatusCode != 200 || !strings.Contains(a.body, `"id": "`+want+`"`) {
			t.Errorf("%s: got %d %.200s", name, a.StatusCode, a.body)
		}
		if a := ask(t, "GET", base+"/api/exchanges/"+name+"/changes"); a.StatusCode != 200 {
			t.Errorf("%s/changes: got %d", name, a.StatusCode)
		}
	}
}
