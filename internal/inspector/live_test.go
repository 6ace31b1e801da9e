package inspector_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/inspector"
	"github.com/edgesim/edgesim/internal/store/storetest"
	"github.com/edgesim/edgesim/recording"
)

// TestLiveIsBounded: watchers are shown as many exchanges as a person can read and told how
// many others there were, however fast they come; what is shown is redacted.
func TestLiveIsBounded(t *testing.T) {
	t.Parallel()
	live := &inspector.Live{}
	base := start(t, inspector.Config{Recordings: recording.NewRing(recording.RingConfig{}), Live: live})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/api/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	lines := bufio.NewScanner(response.Body)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() && lines.Text() != "event: hello" {
	}
	const all = 300
	for n := range all {
		e := storetest.Success(n)
		e.Viewer.Header.Set("Cookie", "sid=secret")
		live.Record(e)
	}
	shown, skipped, events := 0, 0, 0 // where recording takes longer than a tick there are more events
	for shown+skipped < all && lines.Scan() {
		data, ok := strings.CutPrefix(lines.Text(), "data: ")
		if !ok {
			continue
		}
		if strings.Contains(data, "secret") {
			t.Errorf("a secret is shown: %s", data)
		}
		var event struct {
			Exchanges []struct{ ID string }
			Skipped   int
		}
		if err := json.Unmarshal([]byte(data), &event); err != nil {
			t.Fatal(err)
		}
		for _, e := range event.Exchanges {
			if want := fmt.Sprintf("ok-%d", shown+skipped); e.ID != want {
				t.Errorf("%s is shown, want %s", e.ID, want)
			}
			shown++
		}
		skipped += event.Skipped
		events++
	}
	if shown < 50 || shown > 50*events || shown+skipped != all {
		t.Errorf("%d are shown and %d skipped (%v)", shown, skipped, lines.Err())
	}
}

// TestLiveMinutes: exchanges are counted by the minute in which they ended, watched
// or not.
func TestLiveMinutes(t *testing.T) {
	t.Parallel()
	live := &inspector.Live{}
	for n := range 90 {
		live.Record(storetest.Success(n)) // one a second
	}
	minutes := live.Minutes(storetest.Noon.Add(2 * time.Minute))
	if len(minutes) != 15 || minutes[12].Requests != 60 || minutes[13].Requests != 30 || minutes[14].Requests != 0 {
		t.Errorf("%+v", minutes)
	}
}
