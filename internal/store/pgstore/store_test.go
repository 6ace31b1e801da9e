package pgstore_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/store/pgstore"
	"github.com/edgesim/edgesim/internal/store/storetest"
	"github.com/edgesim/edgesim/recording"
)

// open opens a store in a database; the test closes it.
func open(t *testing.T, c pgstore.Config) *pgstore.Store {
	t.Helper()
	if c.Spool == "" && !c.ReadOnly {
		c.Spool = filepath.Join(t.TempDir(), "spool")
	}
	s, err := pgstore.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closed(t *testing.T, s *pgstore.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func count(t *testing.T, s *pgstore.Store) int64 {
	t.Helper()
	stats, err := s.Stats(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return stats.Exchanges
}

// TestStore runs the suite of all stores on a real server.
func TestStore(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgreSQL(t)
	t.Run("suite", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) recording.Store { return open(t, pgstore.Config{URL: server.Database(t)}) })
	})
	t.Run("refused", func(t *testing.T) { refused(t, server) })
	t.Run("many edges", func(t *testing.T) { manyEdges(t, server.Database(t)) })
	t.Run("retention", func(t *testing.T) { retention(t, server.Database(t)) })
}

// refused opens what cannot be used.
func refused(t *testing.T, server *peers.PostgreSQL) {
	newer := server.Database(t)
	closed(t, open(t, pgstore.Config{URL: newer}))
	conn, err := pgx.Connect(t.Context(), newer)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), "UPDATE edgesim.version SET version = 99"); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		config pgstore.Config
		want   string
	}{
		{"newer schema", pgstore.Config{URL: newer, Spool: t.TempDir()}, "have schema 99, and this edgesim knows up to 2"},
		{"no such database", pgstore.Config{URL: strings.Replace(newer, "/test", "/nosuch", 1), Spool: t.TempDir()}, "does not exist"},
		{"nothing recorded", pgstore.Config{URL: server.Database(t), ReadOnly: true}, "the database has no recordings"},
		{"no server", pgstore.Config{URL: "postgres://edgesim@/x?host=/nowhere", ReadOnly: true}, "/nowhere"},
		{"no URL", pgstore.Config{URL: "postgres://%zz", Spool: t.TempDir()}, "cannot be read"},
	} {
		s, err := pgstore.Open(t.Context(), row.config)
		if err == nil {
			s.Close()
			t.Errorf("%s: it opens", row.name)
		} else if !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: got %q, want %q in it", row.name, err, row.want)
		}
	}
}

// manyEdges write into one database at once, while one resets it: what they
// remember having written is gone then.
func manyEdges(t *testing.T, url string) {
	const edges, each = 3, 150
	var stores []*pgstore.Store
	for range edges {
		stores = append(stores, open(t, pgstore.Config{URL: url}))
	}
	var group sync.WaitGroup
	record := func(round string) {
		for i, s := range stores {
			group.Go(func() {
				for n := range each {
					e := storetest.Success(n)
					e.ID, e.Edge = fmt.Sprintf("%s-%d-%d", round, i, n), fmt.Sprintf("edge-%d", i)
					s.Record(e)
				}
				count(t, s)
			})
		}
		group.Wait()
	}
	record("first")
	if n := count(t, stores[0]); n != edges*each {
		t.Errorf("%d exchanges, want %d", n, edges*each)
	}
	if n, err := stores[1].Reset(t.Context()); n != edges*each || err != nil {
		t.Errorf("Reset: %d, %v", n, err)
	}
	record("second")
	page, err := stores[0].List(t.Context(), recording.Filter{Edge: "edge-2"})
	if err != nil || len(page.Exchanges) != each {
		t.Errorf("%d exchanges of edge-2, %v, want %d", len(page.Exchanges), err, each)
	}
	for _, s := range stores {
		closed(t, s)
	}
}

func retention(t *testing.T, url string) {
	s := open(t, pgstore.Config{URL: url, Keep: 50})
	for n := range 300 {
		s.Record(storetest.Success(n))
	}
	if n := count(t, s); n > 50 {
		t.Errorf("%d exchanges are kept, want 50", n)
	}
	if _, err := s.Get(t.Context(), "ok-299"); err != nil {
		t.Error(err)
	}
	closed(t, s)

	s = open(t, pgstore.Config{URL: url, KeepFor: time.Minute, Now: func() time.Time { return storetest.Noon.Add(320 * time.Second) }})
	s.Record(storetest.Success(305))
	var absent *recording.NotFoundError
	count(t, s)
	if _, err := s.Get(t.Context(), "ok-255"); !errors.As(err, &absent) {
		t.Errorf("got %v for an exchange that is a minute old", err)
	}
	if _, err := s.Get(t.Context(), "ok-265"); err != nil {
		t.Errorf("one that is younger: %v", err)
	}
	closed(t, s)
}

// TestOutage stops and starts the server under load: nothing is lost and nothing
// doubled.
func TestOutage(t *testing.T) {
	t.Parallel()
	server := peers.StartPostgreSQL(t)
	url, spool := server.Database(t), filepath.Join(t.TempDir(), "spool")
	var outages, ends sync.WaitGroup
	down := make(chan error, 100)
	s := open(t, pgstore.Config{URL: url, Spool: spool, Unreachable: func(err error) { down <- err }})
	stop := make(chan struct{})
	const writers = 3
	var counts [writers]int
	for w := range writers {
		ends.Go(func() {
			tick := time.NewTicker(time.Millisecond)
			defer tick.Stop()
			for n := 0; ; n++ {
				select {
				case <-stop:
					counts[w] = n
					return
				case <-tick.C:
					e := storetest.Success(n)
					e.ID = fmt.Sprintf("%d-%d", w, n)
					s.Record(e)
				}
			}
		})
	}
	outages.Go(func() {
		defer close(stop)
		for range 3 {
			server.Stop(t)
			if err := <-down; err == nil {
				t.Error("the store has not noticed that the server is gone")
			}
			peers.Await(t, "the spool to fill", func() bool { return s.Health().Spooled > 100 })
			server.Start(t)
			if err := <-down; err != nil {
				t.Errorf("the store has not noticed that the server is back: %v", err)
			}
		}
	})
	outages.Wait()
	ends.Wait()
	if h := s.Health(); h.Err != nil || h.Lost != 0 {
		t.Errorf("health %+v", h)
	}

	// One more, which outlives the edge.
	server.Stop(t)
	e := storetest.Success(1)
	e.ID, e.Response.Body = "last", []byte("with a body")
	s.Record(e)
	closed(t, s)
	s = open(t, pgstore.Config{URL: url, Spool: spool})
	if h := s.Health(); h.Spooled == 0 {
		t.Errorf("after a restart nothing is in the spool: %+v", h)
	}
	server.Start(t)
	peers.Await(t, "the spool to be delivered", func() bool { return s.Health().Spooled == 0 })
	want := 1
	for _, n := range counts {
		want += n
	}
	if n := count(t, s); n != int64(want) {
		t.Errorf("%d exchanges are in the database, want %d", n, want)
	}
	page, err := s.List(t.Context(), recording.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, id := range storetest.IDs(page.Exchanges) {
		if seen[id] {
			t.Errorf("%s is there twice", id)
		}
		seen[id] = true
	}
	if len(seen) != want {
		t.Errorf("%d exchanges are listed, want %d", len(seen), want)
	}
	if last, err := s.Get(t.Context(), "last"); err != nil || string(last.Response.Body) != "with a body" {
		t.Errorf("got %v, %v", last, err)
	}
	closed(t, s)
}
