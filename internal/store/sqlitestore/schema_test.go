package sqlitestore_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/internal/store/storetest"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// TestVersion1 opens a folder whose index has a row for each exchange: everything is there,
// under the same numbers, and more can be added.
func TestVersion1(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, sqlitestore.Config{Dir: dir})
	for n := range 2500 {
		if n%100 == 50 {
			s.Record(storetest.Failure(n))
		} else {
			s.Record(storetest.Success(n))
		}
	}
	if _, err := s.Delete(t.Context(), "ok-0", "ok-1030", "ok-2499"); err != nil {
		t.Fatal(err)
	}
	list := func(s *sqlitestore.Store, f recording.Filter) ([]string, []string) {
		t.Helper()
		page, err := s.List(t.Context(), f)
		if err != nil {
			t.Fatal(err)
		}
		return storetest.IDs(page.Exchanges), page.Positions
	}
	refused := recording.Filter{Cause: policy.CauseConnectRefused}
	ids, positions := list(s, recording.Filter{})
	failed, _ := list(s, refused)
	closed(t, s)
	if len(ids) != 2497 || len(failed) != 25 {
		t.Fatalf("%d exchanges, %d failures", len(ids), len(failed))
	}
	if err := sqlitestore.ToVersion1(t.Context(), dir); err != nil {
		t.Fatal(err)
	}

	s = open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, s)
	if got, at := list(s, recording.Filter{}); !slices.Equal(got, ids) || !slices.Equal(at, positions) {
		t.Errorf("%d exchanges, the newest is %s at %s; want %d, %s at %s", len(got), got[0], at[0], len(ids), ids[0], positions[0])
	}
	if got, _ := list(s, refused); !slices.Equal(got, failed) {
		t.Errorf("failures: %v", got)
	}
	if _, err := s.Get(t.Context(), "ok-1031"); err != nil {
		t.Error(err)
	}
	for n := range 100 {
		s.Record(storetest.Success(3000 + n))
	}
	if got, _ := list(s, recording.Filter{}); len(got) != 2597 || got[0] != "ok-3099" {
		t.Errorf("%d exchanges afterwards, the newest is %s", len(got), got[0])
	}
	if report, err := s.Check(t.Context(), false); err != nil || !report.Fine() || report.Exchanges != 2597 {
		t.Errorf("check: %+v, %v", report, err)
	}
}

// TestIncompleteIndex: a table that does not match the blocks is detected and rebuilt.
func TestIncompleteIndex(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"DELETE FROM block_kind", "UPDATE block_key SET bucket = bucket + 1", "DELETE FROM block"} {
		dir := t.TempDir()
		s := open(t, sqlitestore.Config{Dir: dir})
		for n := range 20 {
			s.Record(storetest.Failure(n))
		}
		closed(t, s)
		execute(t, dir, text)
		s = open(t, sqlitestore.Config{Dir: dir})
		if report, err := s.Check(t.Context(), false); err != nil || report.Index == "" {
			t.Errorf("%s: %+v, %v", text, report, err)
		}
		if report, err := s.Check(t.Context(), true); err != nil || !report.Repaired || report.Exchanges != 20 {
			t.Errorf("%s: repair: %+v, %v", text, report, err)
		}
		page, err := s.List(t.Context(), recording.Filter{Cause: policy.CauseConnectRefused})
		if err != nil || len(page.Exchanges) != 20 {
			t.Errorf("%s: %d failures, %v", text, len(page.Exchanges), err)
		}
		if _, err := s.Get(t.Context(), fmt.Sprintf("bad-%d", 13)); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		closed(t, s)
	}
}

// TestFollow reads exchange by exchange while the newest block grows: none is missed, and
// none comes twice.
func TestFollow(t *testing.T) {
	t.Parallel()
	s := open(t, sqlitestore.Config{Dir: t.TempDir(), Keep: 150})
	defer closed(t, s)
	cursor, seen := "", 0
	for n := 0; n < 600; {
		for range 1 + n%7 {
			s.Record(storetest.Success(n))
			n++
		}
		page, err := s.List(t.Context(), recording.Filter{OldestFirst: true, Cursor: cursor})
		if err != nil {
			t.Fatal(err)
		}
		for i, id := range storetest.IDs(page.Exchanges) {
			if id != fmt.Sprintf("ok-%d", seen) {
				t.Fatalf("got %s, want ok-%d", id, seen)
			}
			seen, cursor = seen+1, page.Positions[i]
		}
	}
	if seen < 600 {
		t.Errorf("%d were seen", seen)
	}
	// Deleted exchanges are in no table any longer.
	if report, err := s.Check(t.Context(), false); err != nil || !report.Fine() || report.Exchanges != 150 {
		t.Errorf("check: %+v, %v", report, err)
	}
}

// TestDamagedBlock: who finds a block that is damaged says so, and the index is made
// again with the next exchange.
func TestDamagedBlock(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, sqlitestore.Config{Dir: dir})
	for n := range 200 {
		s.Record(storetest.Success(n))
	}
	closed(t, s)
	execute(t, dir, "UPDATE block SET rows = zeroblob(length(rows))")
	s = open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, s)
	if _, err := s.Get(t.Context(), "ok-7"); err == nil {
		t.Error("a damaged block is read")
	}
	s.Record(storetest.Success(200))
	if got := ids(t, s); len(got) != 201 || got[0] != "ok-200" || got[200] != "ok-0" {
		t.Errorf("got %d exchanges", len(got))
	}
}
