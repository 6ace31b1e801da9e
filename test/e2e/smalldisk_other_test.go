//go:build !linux

package e2e_test

import "testing"

// smallDisk is known on Linux only.
func smallDisk(t *testing.T) string {
	t.Helper()
	t.Skip("a small file system is mounted on Linux only")
	return ""
}
