package e2e_test

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/store/sqlitestore"
)

// soakTime is how long TestSoak goes on: 20 seconds in make test, ten minutes in
// make soak, what SOAK says there.
func soakTime(t *testing.T) time.Duration {
	text := os.Getenv("EDGESIM_SOAK")
	if text == "" {
		return 20 * time.Second
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		t.Fatalf("EDGESIM_SOAK %q is not a duration", text)
	}
	return d
}

// soak is a campaign against one edge after another on the same recordings.
type soak struct {
	dir    string
	faults []lab.Fault
	// edge is the one that runs now; swapping keeps kills and requests apart.
	edge   atomic.Pointer[edgesim]
	epoch  atomic.Int64 // counts the edges
	client *http.Client

	requests, left, refused, reloads, invalidations, kills, mistakes atomic.Int64
	mu                                                               sync.Mutex
	wrong                                                            []string
	answered                                                         []seen // since the last kill
}

// quick are the lab's origins whose answer takes no timeout.
func quick() []lab.Fault {
	var all []lab.Fault
	for _, f := range lab.Faults() {
		slow := strings.Contains(f.Name, "timeout") || strings.Contains(f.Name, "silent") || strings.Contains(f.Name, "stall") || strings.Contains(f.Name, "slow")
		if !slow && f.BodyCause == "" && (f.Method == "" || f.Method == http.MethodGet) && f.Status != 504 {
			all = append(all, f)
		}
	}
	return all
}

// begin starts an edge on the recordings.
func (s *soak) begin(t *testing.T) {
	e := start(t, "demo", "--record", s.dir, "--cache", "on", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0", "--inspect", "127.0.0.1:0")
	s.edge.Store(e)
	s.epoch.Add(1)
}

// ask sends one request and compares the answer with what the lab says of it.
func (s *soak) ask(ctx context.Context, f lab.Fault) {
	e, epoch := s.edge.Load(), s.epoch.Load()
	leaves := rand.IntN(20) == 0
	if leaves {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(rand.IntN(5000))*time.Microsecond)
		defer cancel()
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("http://%s%s?n=%d", e.HTTP, f.Path(), rand.Int64()), nil)
	if err != nil {
		s.complain("%v", err)
		return
	}
	s.requests.Add(1)
	response, err := s.client.Do(r)
	if err != nil {
		switch {
		case leaves:
			s.left.Add(1)
		case s.epoch.Load() != epoch || s.edge.Load() == nil || ctx.Err() != nil:
			s.refused.Add(1) // it was killed under us
		default:
			s.mistakes.Add(1)
			s.recheck(e, epoch, f, err)
		}
		return
	}
	_, err = io.Copy(io.Discard, response.Body)
	response.Body.Close()
	cause := response.Header.Get("X-Edgesim-Cause")
	switch {
	case err != nil || leaves:
	case response.StatusCode != f.Status:
		s.complain("%s: %d %s, want %d %s", f.Name, response.StatusCode, cause, f.Status, f.Cause)
	case strings.HasPrefix(string(f.Cause), "tls-no-shared-") && strings.HasSuffix(cause, " tls-handshake-failure"):
		// Which of them it is a scan tells, which may come after the answer here.
	case f.Cause != "" && !strings.HasSuffix(cause, " "+string(f.Cause)):
		s.complain("%s: cause %q, want %s", f.Name, cause, f.Cause)
	default:
		s.mu.Lock()
		if s.epoch.Load() == epoch {
			s.answered = append(s.answered, seen{response.Header.Get("X-Edgesim-Exchange"), time.Now()})
		}
		s.mu.Unlock()
	}
}

// recheck gives a kill that is under way the moment it takes to be counted.
func (s *soak) recheck(e *edgesim, epoch int64, f lab.Fault, err error) {
	deadline := time.Now().Add(5 * time.Second)
	for time.Now().Before(deadline) {
		if s.epoch.Load() != epoch || s.edge.Load() != e {
			s.mistakes.Add(-1)
			s.refused.Add(1)
			return
		}
		<-time.After(10 * time.Millisecond)
	}
	s.complain("%s: %v", f.Name, err)
}

func (s *soak) complain(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wrong) < 20 {
		s.wrong = append(s.wrong, fmt.Sprintf(format, args...))
	}
}

// disturb does to the edge what happens to it in a long life.
func (s *soak) disturb(ctx context.Context, t *testing.T) {
	e := s.edge.Load()
	post := func(path, body string, count *atomic.Int64) {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+e.Inspect+path, strings.NewReader(body))
		if err != nil {
			return
		}
		if response, err := s.client.Do(r); err == nil {
			response.Body.Close()
			count.Add(1)
		}
	}
	switch rand.IntN(3) {
	case 0:
		post("/api/invalidations", `{"paths": ["/*"]}`, &s.invalidations)
	case 1:
		post("/api/reload", "", &s.reloads)
	case 2:
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+e.Inspect+"/api/exchanges?limit=200&whole=true", nil)
		if err != nil {
			return
		}
		if response, err := s.client.Do(r); err == nil {
			_, _ = io.Copy(io.Discard, response.Body)
			response.Body.Close()
		}
	}
}

// kill ends the edge without warning, sees that what was promised is recorded, and
// starts another.
func (s *soak) kill(t *testing.T) {
	e := s.edge.Load()
	if err := e.Signal(syscall.SIGKILL); err != nil {
		t.Error(err)
		return
	}
	killed := time.Now()
	e.ExitCode(t, 20*time.Second)
	s.kills.Add(1)
	s.mu.Lock()
	answered := s.answered
	s.answered = nil
	s.mu.Unlock()
	checkKilled(t, s.dir, answered, killed)
	s.begin(t)
}

// TestSoak puts a load on an edge before the lab, with viewers that leave, kills,
// reloads, invalidations and readers: every verdict is the expected one, nothing
// older than a second is lost, and the last edge ends with no descriptor and no
// memory too many. EDGESIM_SOAK is how long.
func TestSoak(t *testing.T) {
	t.Parallel()
	needProc(t)
	s := &soak{dir: filepath.Join(t.TempDir(), "recordings"), faults: quick()}
	s.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}, Timeout: time.Minute}
	s.begin(t)
	total := soakTime(t)
	ctx, cancel := context.WithTimeout(t.Context(), total)
	defer cancel()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for ctx.Err() == nil {
				s.ask(ctx, s.faults[rand.IntN(len(s.faults))])
			}
		})
	}
	group.Go(func() {
		for kill := time.Now(); ; {
			select {
			case <-ctx.Done():
				return
			case <-time.After(time.Second):
			}
			if time.Since(kill) > max(total/8, 5*time.Second) {
				s.kill(t)
				kill = time.Now()
				continue
			}
			s.disturb(ctx, t)
		}
	})
	group.Wait()
	s.client.CloseIdleConnections()
	for _, wrong := range s.wrong {
		t.Error(wrong)
	}
	s.settle(t)
	t.Logf("%v: %d requests, %d left by their viewers, %d cut by %d kills, %d reloads, %d invalidations", total,
		s.requests.Load(), s.left.Load(), s.refused.Load(), s.kills.Load(), s.reloads.Load(), s.invalidations.Load())
}

// settle sees that the last edge comes to rest and ends clean.
func (s *soak) settle(t *testing.T) {
	e := s.edge.Load()
	const lab, own = 120, 60 // listeners and kept connections of nearly fifty origins, and what an edge has open itself
	peers.Await(t, "the edge to close what viewers left", func() bool { return descriptors(t, e.PID()) < 3*lab+own })
	if mb := peakMemory(t, e.PID()); mb > 1500 && raceDetector || mb > 500 && !raceDetector {
		t.Errorf("the edge took %d MB", mb)
	}
	if err := e.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := e.ExitCode(t, 30*time.Second); code != 0 {
		t.Errorf("exit code %d", code)
	}
	store, err := sqlitestore.Open(t.Context(), sqlitestore.Config{Dir: s.dir, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	report, err := store.Check(t.Context(), false)
	if err != nil || !report.Fine() {
		t.Errorf("the recordings: %+v, %v", report, err)
	}
}
