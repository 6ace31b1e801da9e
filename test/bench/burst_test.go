package main

import (
	"io"
	"testing"
	"time"
)

// TestBurst lets a few viewers come to every subject that is installed, and makes
// each keep a few connections. Nothing is measured.
func TestBurst(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds and starts programs")
	}
	s := testSite(t)
	b := &bench{plan: &plan{rounds: 1}, site: s, progress: io.Discard}
	for _, one := range burstSubjects {
		if _, ok := installed(one.program); one.program != "" && !ok {
			continue
		}
		all, err := startAll(t.Context(), s, []subject{one})
		if err != nil {
			t.Fatal(err)
		}
		got, err := burst(t.Context(), all[0], 1000, 20, 0)
		if err != nil || got.Requests != 20 || got.Errors != 0 || got.P99 == 0 {
			t.Errorf("%s: %+v, %v", one.name, got, err)
		}
		stopAll(all)
	}
	many := crowd{3, 4}
	rows, err := b.keptConnections(t.Context(), many, 100*time.Millisecond)
	if err != nil || len(rows) < 2 {
		t.Fatalf("%+v, %v", rows, err)
	}
	for _, row := range rows {
		if row.Kept < many.total() || row.Errors != 0 || row.Many.Rate == 0 {
			t.Errorf("%+v", row)
		}
	}
}
