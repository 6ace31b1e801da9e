package sqlitestore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/internal/store/storetest"
	"github.com/edgesim/edgesim/recording"
)

// open opens a store in a folder; the test closes it.
func open(t *testing.T, c sqlitestore.Config) *sqlitestore.Store {
	t.Helper()
	s, err := sqlitestore.Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func closed(t *testing.T, s *sqlitestore.Store) {
	t.Helper()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

// ids returns the ids of all exchanges, newest first.
func ids(t *testing.T, s *sqlitestore.Store) []string {
	t.Helper()
	page, err := s.List(t.Context(), recording.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return storetest.IDs(page.Exchanges)
}

func TestStore(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) recording.Store { return open(t, sqlitestore.Config{Dir: t.TempDir()}) })
}

// TestSegments runs the suite with a segment for every few exchanges.
func TestSegments(t *testing.T) {
	t.Parallel()
	storetest.Run(t, func(t *testing.T) recording.Store {
		return open(t, sqlitestore.Config{Dir: t.TempDir(), SegmentBytes: 4000})
	})
}

// TestLongList: a page that several readers share, across segments, has every exchange
// once, in order, with its body.
func TestLongList(t *testing.T) {
	t.Parallel()
	s := open(t, sqlitestore.Config{Dir: t.TempDir(), SegmentBytes: 100_000})
	defer closed(t, s)
	const many = 1000
	attempt := storetest.TrafficAttempt()
	var want []string
	for n := range many {
		e := storetest.Traffic(n, attempt)
		e.Response.Body = []byte(e.ID)
		want = append(want, e.ID)
		s.Record(e)
	}
	page, err := s.List(t.Context(), recording.Filter{OldestFirst: true, Bodies: true})
	if err != nil {
		t.Fatal(err)
	}
	if got := storetest.IDs(page.Exchanges); !slices.Equal(got, want) {
		t.Errorf("%d exchanges, want %d in the order of recording", len(got), many)
	}
	for _, e := range page.Exchanges {
		if string(e.Response.Body) != e.ID {
			t.Fatalf("%s has the body %q", e.ID, e.Response.Body)
		}
	}
}

func TestReopen(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "a b%?#", "recordings")
	var want []string
	for round := range 3 {
		s := open(t, sqlitestore.Config{Dir: dir})
		for n := range 5 {
			s.Record(storetest.Success(10*round + n))
			want = append([]string{fmt.Sprintf("ok-%d", 10*round+n)}, want...)
		}
		closed(t, s)
	}
	if _, err := os.Stat(filepath.Join(dir, "index.db-wal")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("after Close there is still a log beside the index: %v", err)
	}
	s := open(t, sqlitestore.Config{Dir: dir, ReadOnly: true})
	defer closed(t, s)
	if got := ids(t, s); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if e, err := s.Get(t.Context(), "ok-12"); err != nil || string(e.Response.Body) != "hello" {
		t.Errorf("got %v, %v", e, err)
	}
	if _, err := s.Reset(t.Context()); err == nil {
		t.Error("Reset of what is read only succeeds")
	}
}

// TestSecondProcess opens the folder twice, as a second process would, and reads and
// deletes next to the writer.
func TestSecondProcess(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	writer := open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, writer)
	other := open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, other)
	reader := open(t, sqlitestore.Config{Dir: dir, ReadOnly: true})
	defer closed(t, reader)
	for n := range 300 {
		writer.Record(storetest.Success(n))
		other.Record(storetest.Failure(n))
		if n == 200 { // asking makes them write what they have
			ids(t, writer)
			ids(t, other)
			if n, err := other.Reset(t.Context()); n != 402 || err != nil {
				t.Errorf("Reset: %d, %v, want 402", n, err)
			}
		}
	}
	ids(t, writer)
	ids(t, other)
	got := ids(t, reader)
	if bad := failures(got); len(got) != 198 || len(bad) != 99 {
		t.Errorf("%d exchanges, %d of them failures; want 198, 99", len(got), len(bad))
	}
	stats, err := reader.Stats(t.Context())
	if err != nil || stats.Exchanges != 198 {
		t.Errorf("stats %+v, %v", stats, err)
	}
}

func failures(ids []string) []string {
	return slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return !strings.HasPrefix(id, "bad") })
}

// TestRefused opens what cannot be a folder of recordings.
func TestRefused(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		prepare func(t *testing.T, dir string)
		config  sqlitestore.Config
		want    string
	}{
		{"a file", func(t *testing.T, dir string) {
			write(t, dir, "x")
		}, sqlitestore.Config{}, "is a file: name another"},
		{"a broken index", func(t *testing.T, dir string) {
			mkdir(t, dir)
			write(t, filepath.Join(dir, "index.db"), strings.Repeat("no database ", 1000))
		}, sqlitestore.Config{}, "move the folder away"},
		{"a foreign index", func(t *testing.T, dir string) {
			mkdir(t, dir)
			execute(t, dir, "CREATE TABLE t (x)")
		}, sqlitestore.Config{}, "is not edgesim's: name another folder"},
		{"a newer schema", func(t *testing.T, dir string) {
			closed(t, open(t, sqlitestore.Config{Dir: dir}))
			execute(t, dir, "PRAGMA user_version = 99")
		}, sqlitestore.Config{}, "have schema 99, and this edgesim knows up to 2: use a newer edgesim"},
		{"nothing to read", func(t *testing.T, dir string) { mkdir(t, dir) }, sqlitestore.Config{ReadOnly: true}, "it has no index.db"},
		{"no folder to read", func(*testing.T, string) {}, sqlitestore.Config{ReadOnly: true}, "there are no recordings in"},
		{"below a file", func(t *testing.T, dir string) {
			write(t, filepath.Dir(dir)+"/file", "x")
		}, sqlitestore.Config{Dir: "file/x"}, "making a folder for recordings"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			dir := filepath.Join(t.TempDir(), "recordings")
			row.prepare(t, dir)
			c := row.config
			c.Dir = dir
			if row.config.Dir != "" {
				c.Dir = filepath.Join(filepath.Dir(dir), row.config.Dir)
			}
			s, err := sqlitestore.Open(t.Context(), c)
			if err == nil {
				s.Close()
				t.Fatal("it opens")
			}
			if !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %q, want %q in it", err, row.want)
			}
		})
	}
}

func mkdir(t *testing.T, dir string) {
	t.Helper()
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// execute changes the index behind the store's back.
func execute(t *testing.T, dir, text string) {
	t.Helper()
	db, err := sql.Open("sqlite", filepath.Join(dir, "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(context.Background(), text); err != nil {
		t.Fatal(err)
	}
}
