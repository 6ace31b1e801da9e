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
