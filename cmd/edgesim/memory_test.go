package main

import "testing"

func TestMemoryLimit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		text string
		want int64
	}{
		{"67108864\n", 64 << 20},
		{"max\n", 0},
		{"9223372036854771712\n", 0}, // what cgroup v1 says for none
		{"0\n", 0},
		{"", 0},
	} {
		if got := memoryLimit([]byte(row.text)); got != row.want {
			t.Errorf("%q: got %d, want %d", row.text, got, row.want)
		}
	}
}

// TestCollectorTarget: neither the cache's content nor bodies in transit let garbage pile
// up.
func TestCollectorTarget(t *testing.T) {
	t.Parallel()
	const mb = 1 << 20
	for _, row := range []struct {
		live, cached int64
		want         int
	}{
		{5 * mb, 0, 120}, {8 * mb, 0, 87}, {20 * mb, 0, 35}, {40 * mb, 0, 25}, {40 * mb, 20 * mb, 60}, {300 * mb, 256 * mb, 17}, {300 * mb, 290 * mb, 6}, {20 * mb, 256 * mb, 7}, {0, 0, 120},
	} {
		if got := collectorTarget(row.live, row.cached); got != row.want {
			t.Errorf("%d MB live, %d MB of it cached: %d, want %d", row.live/mb, row.cached/mb, got, row.want)
		}
	}
}
