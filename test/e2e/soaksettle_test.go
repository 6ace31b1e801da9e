package e2e_test

import (
	"fmt"
	"io"
	"net/http"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/store/sqlitestore"
)

// soakFigures are what an edge must not have too many of.
type soakFigures struct {
	goroutines, descriptors int
	// live is what the latest garbage collection found in use, resident what the
	// process has, in MiB.
	live, resident int
}

func (f soakFigures) String() string {
	return fmt.Sprintf("%d goroutines, %d descriptors, %d MiB in use, %d MiB resident", f.goroutines, f.descriptors, f.live, f.resident)
}

// figuresOf asks an edge and the system.
func figuresOf(t *testing.T, e *edgesim) soakFigures {
	t.Helper()
	response, err := e.client.Get("http://" + e.Inspect + "/metrics")
	if err != nil { // the machine may have stood still
		response, err = e.client.Get("http://" + e.Inspect + "/metrics")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	body := string(text)
	return soakFigures{
		goroutines: int(metricOf(t, body, "go_goroutines")), descriptors: descriptors(t, e.PID()),
		live: int(metricOf(t, body, "go_gc_heap_live_bytes") >> 20), resident: residentMemory(t, e.PID()),
	}
}

// What an edge may have more of at rest than before its first request: a few
// connections of SQLite and PostgreSQL that were opened by need, the tables, and
// what is remembered of origins (scans, verified chains, names). Nothing of it
// grows with the number of requests.
const (
	moreGoroutines  = 25
	moreDescriptors = 25
	moreLive        = 24 // MiB
)

// settle sees that the last edge comes to rest: what it has is what it had at its
// start. Then it ends clean, and all that was ever answered is recorded.
func (s *soakEdge) settle(t *testing.T) {
	t.Helper()
	for _, wrong := range s.wrong {
		t.Error(wrong)
	}
	s.wrong = nil
	s.call(t.Context(), http.MethodPost, "/api/invalidations", `{"paths": ["/*"]}`, http.StatusCreated)
	s.reload(t.Context(), t) // the processes of functions end with their configuration
	s.viewer.CloseIdleConnections()
	e, end := s.edge.Load(), soakFigures{}
	defer func() {
		if t.Failed() {
			t.Logf("%s: at rest the edge has %s; before its first request it had %s", s.name, end, s.before)
		}
	}()
	awaitRunning(t, s.name+" to come to rest", func() bool {
		e.get(t, "/healthy-http") // the collector runs when something is asked for
		end = figuresOf(t, e)
		return end.goroutines <= s.before.goroutines+moreGoroutines && end.descriptors <= s.before.descriptors+moreDescriptors && end.live <= s.before.live+moreLive
	})
	peak := peakMemory(t, e.PID())
	if most := map[bool]int{false: 400, true: 1500}[raceDetector]; peak > most {
		t.Errorf("%s: the edge took %d MiB", s.name, peak)
	}
	lost := s.metric(t, "edgesim_lost_exchanges_total")
	if err := e.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := e.ExitCode(t, 30*time.Second); code != 0 {
		t.Errorf("%s: exit code %d", s.name, code)
	}
	s.healthyLog(t, e)
	s.find(t, s.answered, s.windows, lost, time.Now())
	for _, wrong := range s.wrong {
		t.Error(wrong)
	}
	t.Logf("%s: %d requests, %d left by their viewers, %d cut by kills, %d not judged; %v; %d exchanges looked for, %d of them lost as counted; before: %s; at rest: %s, %d MiB at most",
		s.name, s.requests.Load(), s.left.Load(), s.cut.Load(), s.unjudged.Load(), s.did, s.checked.Load(), s.lost.Load(), s.before, end, peak)
}

// soundFolder has a store look at all that it keeps.
func soundFolder(t *testing.T, dir string) {
	t.Helper()
	store, err := sqlitestore.Open(t.Context(), sqlitestore.Config{Dir: dir, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	report, err := store.Check(t.Context(), false)
	if err != nil || !report.Fine() {
		t.Errorf("the recordings: %+v, %v", report, err)
	}
}
