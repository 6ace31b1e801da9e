package e2e_test

import (
	"errors"
	"syscall"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// smallDisk returns a folder that is a file system of its own, of two megabytes.
func smallDisk(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=2m")
	if errors.Is(err, syscall.EPERM) {
		peers.Lack(t, "mounting a small file system takes the privilege of root")
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
