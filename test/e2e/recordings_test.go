package e2e_test

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/recording"
)

// plainOrigin is an origin over HTTP that answers every request with a body.
func plainOrigin(t *testing.T) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Set-Cookie", "session=secret-of-the-origin; Path=/")
		w.Header().Set("Location", "/next?token=secret-in-a-location")
		fmt.Fprintf(w, "%s %s\n", r.Method, strings.Repeat("x", rand.IntN(3000)))
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// seen is one response that a viewer had whole.
type seen struct {
	id string
	at time.Time
}

// load asks the edge until it is killed, on several connections, and returns
// what was answered.
func load(e *edgesim, viewers int) func() []seen {
	var mu sync.Mutex
	var all []seen
	var group sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: viewers}}
	for v := range viewers {
		group.Go(func() {
			for n := 0; ; n++ {
				response, err := client.Get(fmt.Sprintf("http://%s/%d/%d", e.HTTP, v, n))
				if err != nil {
					return
				}
				_, err = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				if err != nil {
					return
				}
				mu.Lock()
				all = append(all, seen{response.Header.Get("X-Edgesim-Exchange"), time.Now()})
				mu.Unlock()
			}
		})
	}
	return func() []seen {
		group.Wait()
		client.CloseIdleConnections()
		return all
	}
}

// TestKilled kills the edge at random moments under load, again and again, with another
// process reading: what viewers received more than a second before is recorded, and the
// recordings open without damage. EDGESIM_KILLS is the number of times, by default few.
func TestKilled(t *testing.T) {
	t.Parallel()
	kills := 4
	if text := os.Getenv("EDGESIM_KILLS"); text != "" {
		var err error
		if kills, err = strconv.Atoi(text); err != nil {
			t.Fatal(err)
		}
	}
	origin, dir := plainOrigin(t), filepath.Join(t.TempDir(), "recordings")
	checked := 0
	for range kills {
		e := serveUnwatched(t, "--origin", origin, "--record", dir, "--log-level", "error")
		answered := load(e, 4)
		ctx, stop := context.WithCancel(t.Context())
		reading := make(chan error, 1)
		go func() { reading <- readAlong(ctx, dir) }()
		// Long enough that something is a second old, and then at any moment.
		moment := time.NewTimer(time.Second + time.Duration(rand.IntN(500))*time.Millisecond)
		<-moment.C
		killed := time.Now()
		if err := e.Signal(syscall.SIGKILL); err != nil {
			t.Fatal(err)
		}
		all := answered()
		stop()
		if err := <-reading; err != nil {
			t.Errorf("reading beside the edge: %v", err)
		}
		e.ExitCode(t, 20*time.Second)
		checked += checkKilled(t, dir, all, killed)
	}
	if checked == 0 {
		t.Error("no response was a second old when the edge was killed")
	}
}

// readAlong lists the newest exchanges until the context ends.
func readAlong(ctx context.Context, dir string) error {
	for ctx.Err() == nil {
		s, err := sqlitestore.Open(ctx, sqlitestore.Config{Dir: dir, ReadOnly: true})
		if err != nil {
			return ignoreEnd(ctx, err)
		}
		for range 20 {
			if _, err := s.List(ctx, recording.Filter{Limit: 20, Bodies: true}); err != nil {
				s.Close()
				return ignoreEnd(ctx, err)
			}
		}
		if err := s.Close(); err != nil {
			return ignoreEnd(ctx, err)
		}
	}
	return nil
}

func ignoreEnd(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// checkKilled looks for the exchanges that must be there, reads each whole, and
// returns how many there were.
func checkKilled(t *testing.T, dir string, all []seen, killed time.Time) int {
	t.Helper()
	s, err := sqlitestore.Open(t.Context(), sqlitestore.Config{Dir: dir, Keep: -1})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	checked := 0
	for _, one := range all {
		if killed.Sub(one.at) < time.Second {
			continue
		}
		checked++
		if _, err := s.Get(t.Context(), one.id); err != nil {
			t.Errorf("%s before the kill: %v", killed.Sub(one.at), err)
		}
	}
	if _, err := s.List(t.Context(), recording.Filter{Limit: 200, Bodies: true}); err != nil {
		t.Error(err)
	}
	soundIndex(t, dir)
	return checked
}

// soundIndex has SQLite itself look at the index of a folder.
func soundIndex(t *testing.T, dir string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var verdict string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("the integrity check says %q, %v", verdict, err)
	}
}

// TestSecretsOnDisk sends secrets everywhere and looks for them in every byte of
// the recordings.
func TestSecretsOnDisk(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "recordings")
	e := serveUnwatched(t, "--origin", plainOrigin(t), "--record", dir, "--redact-query", "token")
	for n := range 40 { // again and again, as what repeats is written otherwise
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, fmt.Sprintf("http://%s/%d?a=1&token=secret-in-the-query", e.HTTP, n), nil)
		if err != nil {
			t.Fatal(err)
		}
		for name, value := range map[string]string{
			"Authorization": "Bearer secret-token", "Cookie": "a=secret-cookie; b=secret-cookie-two", "X-Api-Key": "secret-key",
			"Proxy-Authorization": "Basic secret-proxy", "Referer": "https://www.example.com/?token=secret-referer",
		} {
			r.Header.Set(name, value)
		}
		if n%4 == 3 {
			r.Method = "TRACE" // which the edge refuses itself
		}
		e.send(t, r)
	}
	e.finish(t)
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) < 2 {
		t.Fatalf("recordings: %v, %v", files, err)
	}
	total := 0
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		total += len(data)
		if at := strings.Index(string(data), "secret"); at >= 0 {
			t.Errorf("%s has a secret: …%q…", file, data[max(0, at-40):min(len(data), at+40)])
		}
	}
	s, err := sqlitestore.Open(t.Context(), sqlitestore.Config{Dir: dir, ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	page, err := s.List(t.Context(), recording.Filter{})
	if err != nil || len(page.Exchanges) != 40 {
		t.Errorf("%d exchanges in %d bytes, %v", len(page.Exchanges), total, err)
	}
}

// TestDiskFull lets the disk of the recordings become full and have room again.
func TestDiskFull(t *testing.T) {
	t.Parallel()
	dir := peers.SmallDisk(t, 2<<20)
	origin := plainOrigin(t)
	e := serveUnwatched(t, "--origin", origin, "--record", filepath.Join(dir, "recordings"))
	get := func(url string) *answer {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		return e.send(t, r)
	}
	asked := 0
	ask := func() {
		asked++
		if got := get("http://" + e.HTTP + "/"); got.Status != http.StatusOK {
			t.Fatalf("the edge answers with %d while its disk is full", got.Status)
		}
	}
	ask()
	filler := filepath.Join(dir, "filler")
	fill(t, filler)
	var said *answer
	peers.Await(t, "/readyz to tell that the disk is full", func() bool {
		ask()
		said = get("http://" + e.Inspect + "/readyz")
		return said.Status == http.StatusServiceUnavailable
	})
	if !strings.Contains(said.Body, "the disk is full") {
		t.Errorf("/readyz says %q", said.Body)
	}
	if metrics := get("http://" + e.Inspect + "/metrics").Body; !strings.Contains(metrics, "\nedgesim_record_failing 1\n") {
		t.Errorf("the metrics do not say so:\n%s", metrics)
	}
	for range 50 {
		ask()
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	peers.Await(t, "the edge to record again", func() bool {
		return get("http://"+e.Inspect+"/readyz").Status == http.StatusOK
	})
	ask()
	if log := e.Output(); !strings.Contains(log, "exchanges cannot be recorded: the disk is full") || !strings.Contains(log, "exchanges are recorded again") {
		t.Errorf("the log has:\n%s", log)
	}
	var lost int
	for line := range strings.Lines(get("http://" + e.Inspect + "/metrics").Body) {
		if text, ok := strings.CutPrefix(line, "edgesim_lost_exchanges_total "); ok {
			lost, _ = strconv.Atoi(strings.TrimSpace(text))
		}
	}
	if err := e.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := e.ExitCode(t, 20*time.Second); code != 0 {
		t.Errorf("exit code %d", code)
	}
	s, err := sqlitestore.Open(t.Context(), sqlitestore.Config{Dir: filepath.Join(dir, "recordings"), ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	stats, err := s.Stats(t.Context())
	if err != nil || stats.Exchanges != int64(asked-lost) {
		t.Errorf("%d exchanges of %d are there, and %d are said to be lost; %v", stats.Exchanges, asked, lost, err)
	}
}

// fill makes a file longer until nothing more fits.
func fill(t *testing.T, file string) {
	t.Helper()
	f, err := os.OpenFile(file, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for piece := 64 << 10; piece > 0; piece /= 2 {
		for err = nil; err == nil; {
			_, err = f.Write(make([]byte, piece))
		}
	}
}
