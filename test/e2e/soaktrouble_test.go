package e2e_test

import (
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/store/pgstore"
	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/recording"
)

// trouble is what happens to an edge in a long life.
type trouble struct {
	name string
	do   func(ctx context.Context, t *testing.T)
	// kills says that another edge follows.
	kills bool
}

// troubles are all of an edge: the kills first, so that a short campaign has them,
// and its last edge lives for a while.
func (s *soakEdge) troubles() []trouble {
	all := []trouble{{"kills", s.kill, true}}
	all = append(all, s.store.troubles(s)...)
	return append(all,
		trouble{"reloads", s.reload, false},
		trouble{"refused reloads", s.refusedReload, false},
		trouble{"invalidations", s.invalidate, false},
		trouble{"readers", s.read, false},
	)
}

// disturb makes one trouble after another, with a pause between, until the time is
// over and each has been once. Nothing kills after calm.
func (s *soakEdge) disturb(t *testing.T, pause time.Duration, calm, end time.Time) {
	pauses := time.NewTicker(pause)
	defer pauses.Stop()
	for round := 0; ; round++ {
		for _, one := range s.troubles() {
			if round > 0 && (one.kills && time.Now().After(calm) || time.Now().After(end)) {
				continue
			}
			<-pauses.C
			one.do(t.Context(), t)
			s.mu.Lock()
			s.did[one.name]++
			s.mu.Unlock()
		}
		if time.Now().After(end) {
			return
		}
	}
}

// call asks the API for something and wants a status. It asks again where the
// machine stood still.
func (s *soakEdge) call(ctx context.Context, method, path, body string, want int) string {
	for {
		began := time.Now()
		text, status, err := s.callOnce(ctx, method, path, body)
		switch {
		case err == nil && status == want:
			return text
		case ctx.Err() == nil && s.still.during(began, time.Now()):
			continue
		}
		s.complain("%s %s: %d %.300s, %v; want %d", method, path, status, text, err, want)
		return text
	}
}

func (s *soakEdge) callOnce(ctx context.Context, method, path, body string) (text string, status int, err error) {
	r, err := http.NewRequestWithContext(ctx, method, "http://"+s.edge.Load().Inspect+path, strings.NewReader(body))
	if err != nil {
		return "", 0, err
	}
	response, err := s.viewer.Do(r)
	if err != nil {
		return "", 0, err
	}
	defer response.Body.Close()
	all, err := io.ReadAll(response.Body)
	return string(all), response.StatusCode, err
}

// metric is the value of one of the edge's metrics.
func (s *soakEdge) metric(t *testing.T, name string) int64 {
	t.Helper()
	return metricOf(t, s.call(t.Context(), http.MethodGet, "/metrics", "", http.StatusOK), name)
}

func metricOf(t *testing.T, text, name string) int64 {
	t.Helper()
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			n, err := strconv.ParseInt(strings.TrimSpace(value), 10, 64)
			if err != nil {
				t.Error(err)
			}
			return n
		}
	}
	t.Errorf("there is no metric %s in %.300s", name, text)
	return 0
}

// reload reads the configuration again, twice, as an editor that saves twice does.
func (s *soakEdge) reload(ctx context.Context, _ *testing.T) {
	s.call(ctx, http.MethodPost, "/api/reload", "", http.StatusOK)
	s.call(ctx, http.MethodPost, "/api/reload", "", http.StatusOK)
}

// refusedReload has an invalid configuration read: the old one stays in use.
func (s *soakEdge) refusedReload(ctx context.Context, t *testing.T) {
	file := filepath.Join(s.dir, "distribution.json")
	whole, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, file, string(whole[:len(whole)/2]))
	s.call(ctx, http.MethodPost, "/api/reload", "", http.StatusUnprocessableEntity)
	writeFile(t, file, string(whole))
	s.call(ctx, http.MethodPost, "/api/reload", "", http.StatusOK)
}

// invalidate removes everything: no viewer gets what was there before.
func (s *soakEdge) invalidate(ctx context.Context, _ *testing.T) {
	floor := s.site.count.Load()
	s.call(ctx, http.MethodPost, "/api/invalidations", `{"paths": ["/*"]}`, http.StatusCreated)
	s.mu.Lock()
	s.floor = floor
	s.mu.Unlock()
}

// read lists exchanges whole.
func (s *soakEdge) read(ctx context.Context, _ *testing.T) {
	s.call(ctx, http.MethodGet, "/api/exchanges?limit=200&whole=true", "", http.StatusOK)
}

// folderStore is a folder, on its own disk if mounting is allowed.
type folderStore struct {
	disk string
	// small says that the disk is one that can be filled.
	small bool
	full  time.Duration // how long it is full
}

func (f *folderStore) args() []string {
	return []string{"--record", filepath.Join(f.disk, "recordings"), "--keep", "200000", "--keep-size", "0"}
}

func (f *folderStore) filler() string { return filepath.Join(f.disk, "filler") }

// makeRoom makes room again.
func (f *folderStore) makeRoom(t *testing.T) {
	if err := os.Remove(f.filler()); err != nil && !os.IsNotExist(err) {
		t.Error(err)
	}
}

func (f *folderStore) open(t *testing.T, _ *soakEdge) recording.Store {
	t.Helper()
	dir := filepath.Join(f.disk, "recordings")
	store, err := sqlitestore.Open(t.Context(), sqlitestore.Config{Dir: dir, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := store.List(t.Context(), recording.Filter{Limit: 200, Bodies: true}); err != nil {
		t.Error(err)
	}
	soundIndex(t, dir)
	return store
}

func (f *folderStore) troubles(s *soakEdge) []trouble {
	if !f.small {
		return nil
	}
	return []trouble{
		{"full disks with a kill", func(ctx context.Context, t *testing.T) {
			f.fill(s, ctx, t)
			s.replace(t, func() { f.makeRoom(t) }, func() {})
		}, true},
		{"full disks", func(ctx context.Context, t *testing.T) { f.fill(s, ctx, t); f.empty(s, ctx, t) }, false},
	}
}

// fill fills the disk, and what the edge gives back of its reserve, until it says
// that nothing can be recorded, and waits a while longer.
func (f *folderStore) fill(s *soakEdge, ctx context.Context, t *testing.T) {
	s.mu.Lock()
	s.since = time.Now().Add(-time.Second)
	s.mu.Unlock()
	awaitRunning(t, "/readyz to say that the disk is full", func() bool {
		fill(t, f.filler())
		return s.ready(ctx, http.StatusServiceUnavailable, "the disk is full")
	})
	<-time.After(f.full)
}

// empty makes room and waits until the edge records again.
func (f *folderStore) empty(s *soakEdge, ctx context.Context, t *testing.T) {
	f.makeRoom(t)
	awaitRunning(t, "the edge to record again", func() bool { return s.ready(ctx, http.StatusOK, "ready") })
	s.mu.Lock()
	s.windows = append(s.windows, window{s.since, time.Now()})
	s.since = time.Time{}
	s.mu.Unlock()
}

// ready reports whether /readyz answers with a status and a text.
func (s *soakEdge) ready(ctx context.Context, want int, text string) bool {
	said, status, err := s.callOnce(ctx, http.MethodGet, "/readyz", "")
	return err == nil && status == want && strings.Contains(said, text)
}

// databaseStore is a PostgreSQL that is stopped and started.
type databaseStore struct {
	server *peers.PostgreSQL
	url    string
	away   time.Duration // how long it is away
}

func (d *databaseStore) args() []string { return []string{"--record", d.url} }

func (d *databaseStore) open(t *testing.T, s *soakEdge) recording.Store {
	t.Helper()
	awaitRunning(t, "the spool to be delivered", func() bool {
		return s.edge.Load().Ended() || s.metric(t, "edgesim_record_spooled_exchanges") == 0
	})
	store, err := pgstore.Open(t.Context(), pgstore.Config{URL: d.url, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func (d *databaseStore) troubles(s *soakEdge) []trouble {
	stop := func(t *testing.T) {
		d.server.Stop(t)
		<-time.After(d.away)
	}
	return []trouble{
		{"kills without the database", func(_ context.Context, t *testing.T) {
			stop(t)
			s.replace(t, func() {}, func() { d.server.Start(t) })
		}, true},
		{"restarts of the database", func(_ context.Context, t *testing.T) {
			stop(t)
			d.server.Start(t)
		}, false},
	}
}
