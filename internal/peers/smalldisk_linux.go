package peers

import (
	"errors"
	"fmt"
	"syscall"
	"testing"
)

// SmallDisk returns a folder that is a file system of its own, of so many bytes,
// until the test ends.
func SmallDisk(t testing.TB, bytes int) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%d", bytes))
	if errors.Is(err, syscall.EPERM) {
		Lack(t, "mounting a small file system takes the privilege of root")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}
