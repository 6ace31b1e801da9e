package peers

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
)

// SmallDisk returns a folder that is its own file system of the given size, until the test
// ends.
func SmallDisk(t testing.TB, bytes int) string {
	t.Helper()
	dir, ok := TrySmallDisk(t, bytes)
	if !ok {
		Lack(t, "mounting a small file system takes the privilege of root")
	}
	return dir
}

// TrySmallDisk is SmallDisk for a test that has more to do: if mounting is not allowed it
// returns an ordinary folder, and false.
func TrySmallDisk(t testing.TB, bytes int) (dir string, ok bool) {
	t.Helper()
	dir = t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes))
	if errors.Is(err, syscall.EPERM) {
		return dir, false
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir, true
}
