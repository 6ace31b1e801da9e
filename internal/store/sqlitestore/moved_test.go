package sqlitestore_test

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/internal/store/storetest"
)

// TestMoved: the oldest are taken and deleted, those and no others, even if the folder
// was made again in between and has other exchanges under the same numbers.
func TestMoved(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "recordings")
	s := open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, s)
	for n := range 5 {
		s.Record(storetest.Success(n))
	}
	move := func(most int, want ...string) sqlitestore.Oldest {
		t.Helper()
		all, err := s.TakeOldest(t.Context(), most)
		if got := storetest.IDs(all.Exchanges); err != nil || !slices.Equal(got, want) {
			t.Fatalf("took %v, %v, want %v", got, err, want)
		}
		return all
	}
	if n, err := s.DeleteOldest(t.Context(), move(3, "ok-0", "ok-1", "ok-2")); n != 3 || err != nil {
		t.Fatal(n, err)
	}
	if got := ids(t, s); !slices.Equal(got, []string{"ok-4", "ok-3"}) {
		t.Fatalf("what is left is %v", got)
	}
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not remove what is in use")
	}
	if n, err := s.DeleteOldest(t.Context(), move(3, "ok-3", "ok-4")); n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if err := os.RemoveAll(dir); err != nil { // numbers begin again
		t.Fatal(err)
	}
	s.Record(storetest.Success(10))
	taken := move(3, "ok-10")
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	s.Record(storetest.Success(11))
	if got := ids(t, s); !slices.Equal(got, []string{"ok-11"}) { // under the number that ok-10 had
		t.Fatalf("in the new folder is %v", got)
	}
	if n, err := s.DeleteOldest(t.Context(), taken); n != 0 || err != nil {
		t.Errorf("%d were deleted, %v", n, err)
	}
	if got := ids(t, s); !slices.Equal(got, []string{"ok-11"}) {
		t.Errorf("what is left is %v", got)
	}
}
