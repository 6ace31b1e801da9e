package e2e_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
)

// needProc skips a test that looks into a process where that is not possible.
func needProc(t testing.TB) {
	t.Helper()
	if _, err := os.Stat("/proc/self/fd"); err != nil {
		t.Skip("this machine has no /proc")
	}
}

// descriptors counts the open files of a process, sockets included.
func descriptors(t testing.TB, pid int) int {
	t.Helper()
	entries, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// peakMemory returns the most memory that a process ever held, in MiB.
func peakMemory(t testing.TB, pid int) int { return memoryOf(t, pid, "VmHWM:") }

// residentMemory returns the memory that a process holds, in MiB.
func residentMemory(t testing.TB, pid int) int { return memoryOf(t, pid, "VmRSS:") }

func memoryOf(t testing.TB, pid int, name string) int {
	t.Helper()
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, name); ok {
			kilobytes, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			if err != nil {
				t.Fatal(err)
			}
			return kilobytes >> 10
		}
	}
	t.Fatalf("no %s in:\n%s", name, data)
	return 0
}
