package main

import (
	"reflect"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	tests := []struct {
		values []float64
		want   float64
	}{
		{nil, 0},
		{[]float64{7}, 7},
		{[]float64{9, 1, 5}, 5},
		{[]float64{4, 1, 3, 2}, 2.5},
	}
	for _, test := range tests {
		given := append([]float64(nil), test.values...)
		if got := median(test.values); got != test.want {
			t.Errorf("median of %v: got %v, want %v", test.values, got, test.want)
		}
		if !reflect.DeepEqual(given, append([]float64(nil), test.values...)) {
			t.Errorf("median changed %v to %v", given, test.values)
		}
	}
}

// TestSummarize: the ratio is the median of the rounds' ratios. Here the ratio
// of the medians would be 1, as one slow round hit both.
func TestSummarize(t *testing.T) {
	t.Parallel()
	run := func(requests int64, cpu, p99 time.Duration, errors int64) sample {
		return sample{Requests: requests, Elapsed: time.Second, CPU: cpu, P50: p99 / 2, P99: p99, Errors: errors}
	}
	rounds := []round{
		{nameStd: run(100, 1000*time.Microsecond, 4*time.Millisecond, 0), nameEdgesim: run(200, 1000*time.Microsecond, 2*time.Millisecond, 1)},
		{nameStd: run(10, 100*time.Microsecond, 40*time.Millisecond, 0), nameEdgesim: run(20, 100*time.Microsecond, 20*time.Millisecond, 0)},
		{nameStd: run(200, 2000*time.Microsecond, 2*time.Millisecond, 0), nameEdgesim: run(100, 2000*time.Microsecond, 4*time.Millisecond, 2)},
	}
	want := figures{
		Subject: nameEdgesim, Rate: 100, RateRatio: 2, CPU: 5, CPURatio: 0.5,
		P50: 2 * time.Millisecond, P99: 4 * time.Millisecond, P99Ratio: 0.5, Errors: 3,
	}
	if got := summarize(nameEdgesim, rounds); got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got := summarize(nameStd, rounds); got.RateRatio != 1 || got.CPURatio != 1 || got.P99Ratio != 1 {
		t.Errorf("std to itself: %+v", got)
	}
	if got := summarize(nameDirect, []round{{nameStd: run(1, 1, 1, 0)}}); got.RateRatio != 0 || got.CPURatio != 0 {
		t.Errorf("a subject that did nothing: %+v", got)
	}
}

func TestJudge(t *testing.T) {
	t.Parallel()
	small, large, many := cell{1 << 10, 64}, cell{1 << 20, 64}, cell{1 << 10, 256}
	r := &report{
		Cells: []cellResult{
			{small, []figures{{Subject: nameEdgesim, CPURatio: 0.41, P99Ratio: 1, PeakBytes: 10 << 20}, {Subject: nameNginx, CPURatio: 0.23}}},
			{large, []figures{{Subject: nameEdgesim, CPURatio: 0.85, P99Ratio: 1.01, PeakBytes: 64e6}}},
			{many, []figures{{Subject: nameEdgesim, PeakBytes: 90e6}}},
		},
		ColdStarts: []coldStart{{State: stateKept, Answered: 50 * time.Millisecond}},
	}
	// To std, to nginx, p99; to std and p99 at 1 MiB; memory at 64 and at 256; start.
	want := []bool{false, true, true, true, false, false, true, true}
	var got []bool
	for _, one := range judge(r) {
		got = append(got, one.Met)
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if left := judge(&report{}); len(left) != 0 {
		t.Errorf("nothing was measured, but judged: %v", left)
	}
}
