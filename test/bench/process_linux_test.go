package main

import (
	"os"
	"testing"
	"time"
)

func TestParseStat(t *testing.T) {
	t.Parallel()
	line := "4242 (a (very) odd name) S 77 4242 4242 0 -1 4194560 5 0 0 0 150 25 0 0 20 0 6 0 100 1 2 3\n"
	got, err := parseStat([]byte(line))
	if want := (process{parent: 77, cpu: 1750 * time.Millisecond}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	for _, line := range []string{"", "1 (init) S 0", "1 init S 0 1 1 0 -1 0 0 0 0 0 1 1"} {
		if got, err := parseStat([]byte(line)); err == nil {
			t.Errorf("%q gave %+v and no error", line, got)
		}
	}
}

func TestDescends(t *testing.T) {
	t.Parallel()
	all := map[int]process{1: {}, 2: {parent: 1}, 3: {parent: 2}, 4: {parent: 1}, 5: {parent: 6}, 6: {parent: 5}}
	for _, row := range []struct {
		pid, from int
		want      bool
	}{{2, 2, true}, {3, 2, true}, {3, 1, true}, {4, 2, false}, {1, 2, false}, {5, 1, false}} {
		if got := descends(all, row.pid, row.from); got != row.want {
			t.Errorf("does %d descend from %d: got %v, want %v", row.pid, row.from, got, row.want)
		}
	}
}

// TestUsageOfThis: this process has used something.
func TestUsageOfThis(t *testing.T) {
	t.Parallel()
	used, err := usageOf(os.Getpid())
	if err != nil || used.Peak < 1<<20 {
		t.Errorf("got %+v, %v", used, err)
	}
	if _, err := usageOf(1 << 30); err == nil {
		t.Error("a process that cannot be has a usage")
	}
}
