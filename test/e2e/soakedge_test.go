package e2e_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// soakEdge is one edge after another with the same configuration and the same
// recordings.
type soakEdge struct {
	name string
	site *soakSite
	// still is when the machine was.
	still *pauses
	args  []string
	dir   string // of the configuration
	// store is where the recordings are.
	store  soakStore
	viewer *http.Client
	cached bool

	edge   atomic.Pointer[edgesim]
	epoch  atomic.Int64 // counts the edges
	down   atomic.Bool  // it was killed, and there is no other yet
	before soakFigures  // of the edge that runs, before its first request

	requests, left, cut, checked, lost atomic.Int64
	// unjudged are those during which the machine stood still.
	unjudged atomic.Int64

	mu       sync.Mutex
	wrong    []string
	answered []answered // since the last kill
	// since is when the edge became unable to record, or zero; windows are such times
	// in the past.
	since   time.Time
	windows []window
	// floor is the count that /kept must be above after an invalidation.
	floor int64
	did   map[string]int // troubles by name
}

// answered is one response that a viewer had whole.
type answered struct {
	id    string
	at    time.Time
	cause policy.CauseName
	stood bool // the machine stood still, and the cause may be another
}

// window is a time in which exchanges may be lost, if that is counted.
type window struct{ from, to time.Time }

// soakStore is where an edge records.
type soakStore interface {
	// args are the arguments for --record and what belongs to it.
	args() []string
	// open opens what was recorded, and sees that it is sound.
	open(t *testing.T, s *soakEdge) recording.Store
	// troubles are those of this store alone.
	troubles(s *soakEdge) []trouble
}

func newSoakEdge(t *testing.T, name string, site *soakSite, still *pauses, store soakStore, args ...string) *soakEdge {
	t.Helper()
	s := &soakEdge{name: name, site: site, still: still, dir: t.TempDir(), store: store, did: map[string]int{}}
	s.args = append(site.write(t, s.dir), "--state", filepath.Join(t.TempDir(), "state"), "--log-level", "error")
	s.args = append(append(s.args, store.args()...), args...)
	s.viewer = &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		MaxIdleConnsPerHost: 8, ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true},
	}}
	s.begin(t)
	return s
}

// begin starts an edge on the recordings.
func (s *soakEdge) begin(t *testing.T) {
	e := serveUnwatched(t, s.args...)
	s.before = figuresOf(t, e)
	s.edge.Store(e)
	s.epoch.Add(1)
	s.down.Store(false)
}

// ask sends one request and compares the answer with what must come.
func (s *soakEdge) ask(ctx context.Context, want expected) {
	e, epoch := s.edge.Load(), s.epoch.Load()
	if s.down.Load() {
		return
	}
	leaves := rand.IntN(20) == 0
	if leaves {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(rand.IntN(5000))*time.Microsecond)
		defer cancel()
	}
	url := fmt.Sprintf("http://%s%s?n=%d", e.HTTP, want.path, rand.Int64())
	if rand.IntN(4) == 0 {
		url = "https://" + e.HTTPS + strings.TrimPrefix(url, "http://"+e.HTTP)
	}
	var body io.Reader
	if want.method == http.MethodPost {
		body = strings.NewReader("x")
	}
	r, err := http.NewRequestWithContext(ctx, want.method, url, body)
	if err != nil {
		s.complain("%v", err)
		return
	}
	s.mu.Lock()
	floor := s.floor
	s.mu.Unlock()
	s.requests.Add(1)
	began := time.Now()
	response, err := s.viewer.Do(r)
	var text []byte
	if err == nil {
		text, err = io.ReadAll(response.Body)
		response.Body.Close()
		if want.cause != want.recorded {
			err = cutShort(err)
		}
	}
	stood := s.still.during(began, time.Now())
	s.mu.Lock()
	killed := s.down.Load() || s.epoch.Load() != epoch
	if err == nil && !killed {
		s.answered = append(s.answered, answered{response.Header.Get("X-Edgesim-Exchange"), time.Now(), want.recorded, stood})
	}
	s.mu.Unlock()
	switch {
	case err != nil && (leaves || ctx.Err() != nil && time.Since(began) < time.Minute):
		s.left.Add(1)
	case err != nil && killed:
		s.cut.Add(1)
	case stood:
		s.unjudged.Add(1)
	case err != nil:
		s.complain("%s: %v after %s", want.name, err, time.Since(began))
	default:
		s.judge(want, response, string(text), floor)
	}
}

// cutShort is nil for a body that ended too early, as it should.
func cutShort(err error) error {
	switch {
	case err == nil:
		return errors.New("the body is whole")
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return nil
}

// judge compares a whole response.
func (s *soakEdge) judge(want expected, response *http.Response, text string, floor int64) {
	cause := response.Header.Get("X-Edgesim-Cause")
	if response.StatusCode != want.status || !sameCause(want.cause, cause) {
		s.complain("%s: %d %q, want %d %q; %s", want.name, response.StatusCode, cause, want.status, want.cause, response.Header.Get("X-Edgesim-Detail"))
		return
	}
	if !want.counted {
		return
	}
	if n, err := strconv.ParseInt(text, 10, 64); err != nil || n <= floor && s.cached {
		s.complain("%s: got %q after an invalidation at %d", want.name, text, floor)
	}
}

// sameCause compares the field X-Edgesim-Cause, a rule and a cause. Which kind of
// "no shared …" it is a scan tells, which may come after the answer.
func sameCause(want policy.CauseName, got string) bool {
	_, name, _ := strings.Cut(got, " ")
	return name == string(want) || strings.HasPrefix(string(want), "tls-no-shared-") && name == string(policy.CauseTLSHandshakeFailure)
}

func (s *soakEdge) complain(format string, args ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.wrong) < 20 {
		s.wrong = append(s.wrong, time.Now().Format("15:04:05 ")+s.name+": "+fmt.Sprintf(format, args...))
	}
}

// kill ends the edge without warning, starts another, and sees that what was
// promised is recorded.
func (s *soakEdge) kill(_ context.Context, t *testing.T) { s.replace(t, func() {}, func() {}) }

// replace is kill with something to do before the next edge starts, and after.
func (s *soakEdge) replace(t *testing.T, before, after func()) {
	e := s.edge.Load()
	lost := s.metric(t, "edgesim_lost_exchanges_total")
	s.mu.Lock()
	s.down.Store(true)
	s.mu.Unlock()
	if err := e.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	killed := time.Now()
	e.ExitCode(t, 20*time.Second)
	s.healthyLog(t, e)
	s.mu.Lock()
	all, windows := s.answered, s.windows
	if !s.since.IsZero() { // what waited for room went with the process
		windows, lost = append(windows, window{s.since, time.Now()}), -1
	}
	s.answered, s.windows, s.since = nil, nil, time.Time{}
	s.mu.Unlock()
	s.viewer.CloseIdleConnections()
	before()
	s.begin(t)
	after()
	s.find(t, all, windows, lost, s.still.before(killed))
}

// find looks for what was answered before a moment. Within the windows as many may
// be missing as were counted as lost, or any number if that is below 0.
func (s *soakEdge) find(t *testing.T, all []answered, windows []window, lost int64, before time.Time) {
	t.Helper()
	store := s.store.open(t, s)
	defer store.Close()
	var missing, excused int64
	for _, a := range all {
		if !a.at.Before(before) {
			continue
		}
		s.checked.Add(1)
		x, err := store.Get(t.Context(), a.id)
		var absent *recording.NotFoundError
		switch {
		case errors.As(err, &absent) && within(windows, a.at):
			excused++
		case err != nil:
			if missing++; missing < 10 {
				t.Errorf("%s: %s, answered %s before: %v", s.name, a.id, before.Sub(a.at), err)
			}
		case a.stood:
		case x.Cause == nil && a.cause != "" || x.Cause != nil && !sameCause(a.cause, "x "+string(x.Cause.Name)):
			t.Errorf("%s: the recording of %s has the cause %v, want %q", s.name, x.Viewer.URI, x.Cause, a.cause)
		}
	}
	s.lost.Add(excused)
	if missing > 0 || lost >= 0 && excused > lost {
		t.Errorf("%s: %d exchanges are missing, and %d of a time in which %d were counted as lost", s.name, missing, excused, lost)
	}
}

func within(windows []window, at time.Time) bool {
	for _, w := range windows {
		if at.After(w.from) && at.Before(w.to) {
			return true
		}
	}
	return false
}

// healthyLog looks for what must never be in the log of an edge.
func (s *soakEdge) healthyLog(t *testing.T, e *edgesim) {
	t.Helper()
	for _, found := range faults.FindAllString(e.Output(), -1) {
		if !strings.Contains(found, "exchanges cannot be recorded") && !strings.Contains(found, "could not be recorded and are lost") {
			t.Errorf("%s: the edge printed %s", s.name, found)
		}
	}
}

// load asks until ctx ends: two viewers for what is answered at once, and one for
// what takes its time.
func (s *soakEdge) load(ctx context.Context, group *sync.WaitGroup, pace time.Duration) {
	var quick, slow []expected
	for _, e := range s.site.wants {
		if e.slow {
			slow = append(slow, e)
		} else {
			quick = append(quick, e)
		}
	}
	ask := func(these []expected, pace time.Duration) {
		tick := time.NewTicker(pace)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				s.ask(ctx, these[rand.IntN(len(these))])
			}
		}
	}
	group.Go(func() { ask(quick, pace) })
	group.Go(func() { ask(quick, pace) })
	group.Go(func() { ask(slow, 20*pace) })
}
