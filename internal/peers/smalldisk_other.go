//go:build !linux

package peers

import "testing"

// SmallDisk is known on Linux only.
func SmallDisk(t testing.TB, bytes int) string {
	t.Helper()
	t.Skip("a small file system is mounted on Linux only")
	return ""
}

// TrySmallDisk returns a folder like any other, and false.
func TrySmallDisk(t testing.TB, bytes int) (dir string, ok bool) { return t.TempDir(), false }
