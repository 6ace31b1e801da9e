package sqlitestore_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/internal/store/storetest"
	"github.com/edgesim/edgesim/recording"
)

// segments returns the names of the segment files.
func segments(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "segment-*.log"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestKeep keeps a number of exchanges and deletes segments without any.
func TestKeep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, sqlitestore.Config{Dir: dir, Keep: 100, SegmentBytes: 10_000})
	for n := range 1000 {
		s.Record(storetest.Success(n))
		if n%50 == 0 {
			s.Record(storetest.Failure(n))
			ids(t, s) // writes the batch
		}
	}
	got := ids(t, s)
	if len(got) != 100 || got[0] != "ok-999" {
		t.Errorf("%d exchanges are kept, the newest is %s; want 100, ok-999", len(got), got[0])
	}
	stats, err := s.Stats(t.Context())
	if err != nil || stats.Exchanges != 100 || stats.Statuses[200]+stats.Statuses[502] != 100 {
		t.Errorf("stats %+v, %v", stats, err)
	}
	if n := len(segments(t, dir)); n > 6 {
		t.Errorf("%d segments are left", n)
	}
	var absent *recording.NotFoundError
	if _, err := s.Get(t.Context(), "ok-5"); !errors.As(err, &absent) {
		t.Errorf("Get of a forgotten one: %v", err)
	}
	closed(t, s)
}

// TestKeepFewer opens a folder with more than may be kept: it becomes small
// with the batches that follow.
func TestKeepFewer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, sqlitestore.Config{Dir: dir})
	for n := range 3000 {
		s.Record(storetest.Success(n))
	}
	closed(t, s)
	s = open(t, sqlitestore.Config{Dir: dir, Keep: 10})
	for n := range 10 {
		s.Record(storetest.Success(3000 + n))
		ids(t, s)
	}
	if got := ids(t, s); len(got) != 10 {
		t.Errorf("%d exchanges are kept, want 10", len(got))
	}
	closed(t, s)
}

// TestKeepBytesOfFewLarge: if few exchanges are kept because they are large, those that fit
// stay, however many Keep would allow.
func TestKeepBytesOfFewLarge(t *testing.T) {
	t.Parallel()
	const body = 100 << 10
	s := open(t, sqlitestore.Config{Dir: t.TempDir(), Keep: 100_000, KeepBytes: 20 * body, SegmentBytes: 4 * body})
	for n := range 60 {
		e := storetest.Success(n)
		e.Response.Body = bytes.Repeat([]byte{byte(n)}, body)
		s.Record(e)
		if got := len(ids(t, s)); got < min(n+1, 10) {
			t.Fatalf("%d of %d exchanges are left, where twenty bodies fit", got, n+1)
		}
	}
	closed(t, s)
}

// TestKeepFor deletes by age, and new exchanges stay even after an old one.
func TestKeepFor(t *testing.T) {
	t.Parallel()
	now := storetest.Noon.Add(time.Hour)
	s := open(t, sqlitestore.Config{Dir: t.TempDir(), KeepFor: 30 * time.Minute, Now: func() time.Time { return now }})
	at := func(id string, age time.Duration) {
		e := storetest.Success(0)
		e.ID, e.Start = id, now.Add(-age)
		s.Record(e)
	}
	at("old", 40*time.Minute)
	at("young", 10*time.Minute)
	at("long ago begun", 50*time.Minute)
	ids(t, s)
	at("new", time.Minute)
	if got := ids(t, s); !slices.Equal(got, []string{"new", "long ago begun", "young"}) {
		t.Errorf("got %v", got)
	}
	closed(t, s)
}

// TestKeepBytes limits the folder by deleting whole segments.
func TestKeepBytes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const limit = 8 << 20
	s := open(t, sqlitestore.Config{Dir: dir, KeepBytes: limit})
	for n := range 600 {
		e := storetest.Success(n)
		body := []byte(strings.Repeat(fmt.Sprintf("%16d", n), 4<<10)) // each another: the same are kept once
		e.Response.Body, e.Response.BodyBytes = body, int64(len(body))
		s.Record(e)
		if n%20 == 0 {
			ids(t, s)
		}
	}
	got := ids(t, s)
	closed(t, s)
	size := int64(0)
	for _, file := range segments(t, dir) {
		info, err := os.Stat(file)
		if err != nil {
			t.Fatal(err)
		}
		size += info.Size()
	}
	if size > limit*3/2 || len(got) < 50 || got[0] != "ok-599" {
		t.Errorf("%d exchanges take %d bytes, the newest is %s", len(got), size, got[0])
	}
}

// TestSameBodies keeps a body once that many responses have.
func TestSameBodies(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, sqlitestore.Config{Dir: dir})
	one, other := strings.Repeat("one", 10_000), strings.Repeat("two", 10_000)
	for n := range 100 {
		e := storetest.Success(n)
		if e.Response.Body = []byte(one); n%2 == 1 {
			e.Response.Body = []byte(other)
		}
		s.Record(e)
	}
	page, err := s.List(t.Context(), recording.Filter{Bodies: true, OldestFirst: true})
	if err != nil {
		t.Fatal(err)
	}
	for n, e := range page.Exchanges {
		if want := []string{one, other}[n%2]; string(e.Response.Body) != want {
			t.Errorf("exchange %d has another body", n)
		}
	}
	closed(t, s)
	info, err := os.Stat(segments(t, dir)[0])
	if err != nil || info.Size() > 120_000 {
		t.Errorf("the segment takes %d bytes, %v", info.Size(), err)
	}
}

// TestSinceFromSpans asks for exchanges newer than all but the last of many.
func TestSinceFromSpans(t *testing.T) {
	t.Parallel()
	s := open(t, sqlitestore.Config{Dir: t.TempDir()})
	for n := range 9000 {
		s.Record(storetest.Success(n))
	}
	for _, n := range []int{0, 4095, 4096, 8998} {
		page, err := s.List(t.Context(), recording.Filter{Since: storetest.Success(n).Start, Limit: 3, OldestFirst: true})
		if err != nil || storetest.IDs(page.Exchanges)[0] != fmt.Sprintf("ok-%d", n) {
			t.Errorf("since %d: %v, %v", n, storetest.IDs(page.Exchanges), err)
		}
	}
	closed(t, s)
}

// TestDamagedSegment does not skip silently: the exchange whose bytes are damaged is named,
// and others are returned.
func TestDamagedSegment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := open(t, sqlitestore.Config{Dir: dir})
	for n := range 3 {
		e := storetest.Success(n)
		e.Response.Body = []byte(strings.Repeat("body", 1000))
		s.Record(e)
	}
	closed(t, s)
	file := segments(t, dir)[0]
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[len(data)-10] ^= 1
	write(t, file, string(data))
	s = open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, s)
	if _, err := s.Get(t.Context(), "ok-2"); err == nil || !strings.Contains(err.Error(), "ok-2 cannot be read: the segment file is damaged") {
		t.Errorf("got %v", err)
	}
	if _, err := s.Get(t.Context(), "ok-1"); err != nil {
		t.Error(err)
	}
}

// TestSweep deletes segments that no index knows.
func TestSweep(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "segment-77.log"), "left behind")
	write(t, filepath.Join(dir, "segment-x.log"), "not ours")
	closed(t, open(t, sqlitestore.Config{Dir: dir}))
	if got := segments(t, dir); len(got) != 1 || !strings.HasSuffix(got[0], "segment-x.log") {
		t.Errorf("left: %v", got)
	}
}
