package sqlitestore_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/internal/store/storetest"
	"github.com/edgesim/edgesim/recording"
)

// filled makes a folder with so many exchanges, ok-0 first.
func filled(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	s := open(t, sqlitestore.Config{Dir: dir})
	for i := range n {
		e := storetest.Success(i)
		e.Response.Body = fmt.Appendf(nil, "body %d %s", i, strings.Repeat("x", 100))
		s.Record(e)
	}
	closed(t, s)
	return dir
}

// flip flips one bit of a file.
func flip(t *testing.T, file string, at int) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	data[at] ^= 0x10
	write(t, file, string(data))
}

// TestOneDamagedExchange: one flipped byte costs one exchange. The others are
// listed, the damaged one is named, counted and can be removed.
func TestOneDamagedExchange(t *testing.T) {
	t.Parallel()
	dir := filled(t, 5)
	file := segments(t, dir)[0]
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flip(t, file, bytes.Index(data, []byte("body 2 "))-20) // in the record, before its body
	s := open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, s)
	page, err := s.List(t.Context(), recording.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := storetest.IDs(page.Exchanges), []string{"ok-4", "ok-3", "ok-1", "ok-0"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if len(page.Damaged) != 1 || page.Damaged[0].Name != "damaged-3" || !strings.Contains(page.Damaged[0].Reason, "damaged") {
		t.Fatalf("got %+v", page.Damaged)
	}
	if h := s.Health(); h.Damaged != 1 || h.Err != nil {
		t.Errorf("got %+v", h)
	}
	if n, err := s.Delete(t.Context(), "damaged-3"); n != 1 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
	page, err = s.List(t.Context(), recording.Filter{})
	if err != nil || len(page.Damaged) != 0 || len(page.Exchanges) != 4 || s.Health().Damaged != 0 {
		t.Errorf("got %+v, %v, %+v", page, err, s.Health())
	}
}

// TestDamagedByItsID: an exchange whose record is damaged can be removed by the id
// that its owner knows.
func TestDamagedByItsID(t *testing.T) {
	t.Parallel()
	dir := filled(t, 3)
	file := segments(t, dir)[0]
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flip(t, file, bytes.Index(data, []byte("body 1 "))-20)
	s := open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, s)
	if _, err := s.Get(t.Context(), "ok-1"); err == nil || !strings.Contains(err.Error(), "check --repair") {
		t.Errorf("got %v", err)
	}
	if n, err := s.Delete(t.Context(), "ok-1"); n != 1 || err != nil {
		t.Errorf("got %d, %v", n, err)
	}
}

// TestCheck finds damage, including in bodies, and a repair removes it.
func TestCheck(t *testing.T) {
	t.Parallel()
	dir := filled(t, 6)
	file := segments(t, dir)[0]
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	flip(t, file, bytes.Index(data, []byte("body 1 ")))    // a body
	flip(t, file, bytes.Index(data, []byte("body 4 "))-20) // a record
	s := open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, s)
	report, err := s.Check(t.Context(), false)
	if err != nil || report.Exchanges != 6 || len(report.Damaged) != 2 || report.Index != "" || report.Repaired || report.Fine() {
		t.Fatalf("got %+v, %v", report, err)
	}
	if got := len(ids(t, s)); got != 5 {
		t.Errorf("a check without repair forgot something: %d exchanges", got)
	}
	if report, err = s.Check(t.Context(), true); err != nil || !report.Repaired {
		t.Fatalf("got %+v, %v", report, err)
	}
	report, err = s.Check(t.Context(), false)
	if err != nil || report.Exchanges != 4 || !report.Fine() {
		t.Errorf("got %+v, %v", report, err)
	}
}

// TestFlippedIndex flips bits all over the index, one at a time: the store opens,
// and has every exchange, or those that a repair leaves.
func TestFlippedIndex(t *testing.T) {
	t.Parallel()
	const exchanges = 40
	dir := filled(t, exchanges)
	index, err := os.ReadFile(filepath.Join(dir, "index.db"))
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	places := []int{0, 18, 24, 40, 60, 68, 100, 103, 105, 120, 200}
	for range 60 {
		places = append(places, random.IntN(len(index)))
	}
	for _, at := range places {
		t.Run(fmt.Sprint(at), func(t *testing.T) {
			t.Parallel()
			copied := t.TempDir()
			if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
				t.Fatal(err)
			}
			flip(t, filepath.Join(copied, "index.db"), at)
			s, err := sqlitestore.Open(t.Context(), sqlitestore.Config{Dir: copied})
			var newer *sqlitestore.NewerError
			if errors.As(err, &newer) {
				return // what a newer edgesim wrote looks the same
			}
			if err != nil {
				t.Fatalf("a flip at byte %d stops the start: %v", at, err)
			}
			defer closed(t, s)
			if _, err := s.Check(t.Context(), true); err != nil {
				t.Fatalf("a flip at byte %d stops the repair: %v", at, err)
			}
			report, err := s.Check(t.Context(), false)
			if err != nil || !report.Fine() {
				t.Fatalf("after the repair: %+v, %v", report, err)
			}
			s.Record(storetest.Success(exchanges))
			if got := ids(t, s); len(got) == 0 || got[0] != fmt.Sprintf("ok-%d", exchanges) {
				t.Errorf("after a flip at byte %d: %v", at, got)
			}
		})
	}
}

// TestLostIndex rebuilds the index from the segments: everything is there in order, and
// what was deleted stays deleted.
func TestLostIndex(t *testing.T) {
	t.Parallel()
	dir := filled(t, 10)
	s := open(t, sqlitestore.Config{Dir: dir, SegmentBytes: 2000})
	for n := 10; n < 20; n++ {
		s.Record(storetest.Success(n))
	}
	if n, err := s.Delete(t.Context(), "ok-3", "ok-12"); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	want := ids(t, s)
	closed(t, s)
	if err := os.Remove(filepath.Join(dir, "index.db")); err != nil {
		t.Fatal(err)
	}
	s = open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, s)
	if got := ids(t, s); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	page, err := s.List(t.Context(), recording.Filter{Since: storetest.Success(15).Start})
	if err != nil || len(page.Exchanges) != 5 {
		t.Errorf("since: got %v, %v", storetest.IDs(page.Exchanges), err)
	}
}

// TestFolderRemoved: a folder that is removed under a running edge is noticed, told
// of, and made again.
func TestFolderRemoved(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not remove what is in use")
	}
	dir := filepath.Join(t.TempDir(), "recordings")
	told := make(chan error, 10)
	s := open(t, sqlitestore.Config{Dir: dir, Changed: func(err error) { told <- err }})
	defer closed(t, s)
	s.Record(storetest.Success(0))
	if got := ids(t, s); len(got) != 1 {
		t.Fatal(got)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	s.Record(storetest.Success(1))
	if got := ids(t, s); !slices.Equal(got, []string{"ok-1"}) {
		t.Errorf("got %v", got)
	}
	if err := <-told; err == nil || !strings.Contains(err.Error(), "was removed or replaced") {
		t.Errorf("told %v", err)
	}
	if err := <-told; err != nil {
		t.Errorf("told %v, want that it works again", err)
	}
	if e, err := s.Get(t.Context(), "ok-1"); err != nil || string(e.Response.Body) != "hello" {
		t.Errorf("got %v, %v", e, err)
	}
}

// TestModes: only the owner may read the folder's files.
func TestModes(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "index.db"), "")
	if err := os.Chmod(filepath.Join(dir, "index.db"), 0o644); err != nil {
		t.Fatal(err)
	}
	s := open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, s)
	s.Record(storetest.Success(0))
	ids(t, s)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", d.Name(), info.Mode().Perm())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFutureDates: an exchange dated in the future, as a clock that was set back
// leaves one, keeps nothing older than --keep-for.
func TestFutureDates(t *testing.T) {
	t.Parallel()
	now := storetest.Success(100).Start
	dir := t.TempDir()
	s := open(t, sqlitestore.Config{Dir: dir})
	for n := range 6 {
		e := storetest.Success(n)
		if n == 1 {
			e.Start = now.Add(24 * time.Hour)
		}
		s.Record(e)
	}
	closed(t, s)
	old := storetest.Success(3).Start
	s = open(t, sqlitestore.Config{Dir: dir, KeepFor: now.Sub(old), Now: func() time.Time { return now }})
	defer closed(t, s)
	s.Record(storetest.Success(99))
	if got, want := ids(t, s), []string{"ok-99", "ok-5", "ok-4", "ok-3"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// TestFullDisk: on a full disk recorded exchanges can be deleted, one at a time and all at
// once, and --keep-size makes room at the start.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(t *testing.T, dir string, s *sqlitestore.Store) error{
		"one": func(t *testing.T, _ string, s *sqlitestore.Store) error {
			n, err := s.Delete(t.Context(), "ok-1")
			if n != 1 {
				t.Errorf("%d deleted", n)
			}
			return err
		},
		"all": func(t *testing.T, dir string, s *sqlitestore.Store) error {
			n, err := s.Reset(t.Context())
			if n == 0 || len(segments(t, dir)) > 0 {
				t.Errorf("%d deleted, %v left", n, segments(t, dir))
			}
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := peers.SmallDisk(t, 24<<20)
			s := open(t, sqlitestore.Config{Dir: dir, SegmentBytes: 1 << 20})
			for n := range 300 {
				s.Record(large(n))
			}
			closed(t, s)
			fill(t, dir)
			s = open(t, sqlitestore.Config{Dir: dir, SegmentBytes: 1 << 20})
			defer closed(t, s)
			if err := test(t, dir, s); err != nil {
				t.Errorf("on a full disk: %v", err)
			}
		})
	}
}

// TestFullDiskKeepSize: a limit that is given when the disk is full already gives
// room back.
func TestFullDiskKeepSize(t *testing.T) {
	t.Parallel()
	dir := peers.SmallDisk(t, 24<<20)
	s := open(t, sqlitestore.Config{Dir: dir, SegmentBytes: 1 << 20})
	for n := range 300 {
		s.Record(large(n))
	}
	closed(t, s)
	fill(t, dir)
	before := len(segments(t, dir))
	s = open(t, sqlitestore.Config{Dir: dir, SegmentBytes: 1 << 20, KeepBytes: 2 << 20})
	defer closed(t, s)
	for n := 300; n < 310; n++ {
		s.Record(large(n))
	}
	got := ids(t, s)
	if len(got) == 0 || got[0] != "ok-309" || len(segments(t, dir)) >= before || s.Health().Err != nil {
		t.Errorf("%d exchanges, %d of %d segments, %v", len(got), len(segments(t, dir)), before, s.Health().Err)
	}
}

// large returns an exchange with 30 KB of unique bytes.
func large(n int) *recording.Exchange {
	e := storetest.Success(n)
	random := rand.New(rand.NewPCG(uint64(n), 0))
	e.Response.Body = make([]byte, 30<<10)
	for i := range e.Response.Body {
		e.Response.Body[i] = byte(random.Uint32())
	}
	return e
}

// fill fills the disk that a folder is on to the last byte.
func fill(t *testing.T, dir string) {
	t.Helper()
	f, err := os.Create(filepath.Join(dir, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for size := 1 << 20; size > 0; {
		if _, err := f.Write(make([]byte, size)); err != nil {
			size /= 2
		}
	}
}
