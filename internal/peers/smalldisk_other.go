//go:build !linux

package peers

import "testing"

// SmallDisk is supported on Linux only.
func SmallDisk(t testing.TB, bytes int) string {
	t.Helper()
	t.Skip("a small file system is mounted on Linux only")
	return ""
}

// TrySmallDisk returns an ordinary folder, and false.
func TrySmallDisk(t testing.TB, bytes int) (dir string, ok bool) { return t.TempDir(), false }
