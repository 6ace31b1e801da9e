package main

import (
	"math"
	"slices"
	"time"
)

// round is one turn of every subject, by name.
type round map[string]sample

// cellResult is the result for one field of the matrix.
type cellResult struct {
	cell
	Subjects []figures `json:"subjects"`
}

// figures are the medians of one subject in one cell. An unknown number is 0. The ratios
// are medians of the rounds' ratios to std, not ratios of medians.
type figures struct {
	Subject string `json:"subject"`
	// Rate is requests per second.
	Rate      float64 `json:"requestsPerSecond"`
	RateRatio float64 `json:"requestsPerSecondToStd"`
	// CPU is microseconds of the subject's processes per request.
	CPU      float64 `json:"cpuMicrosecondsPerRequest,omitempty"`
	CPURatio float64 `json:"cpuToStd,omitempty"`
	// P50 and P99 are latencies.
	P50      time.Duration `json:"p50Nanoseconds"`
	P99      time.Duration `json:"p99Nanoseconds"`
	P99Ratio float64       `json:"p99ToStd"`
	// PeakBytes is the largest resident memory since the subject's start.
	PeakBytes int64 `json:"peakBytes,omitempty"`
	// Errors are the failed requests of all rounds.
	Errors int64 `json:"errors"`
}

// summarize takes the medians over the rounds.
func summarize(name string, rounds []round) figures {
	over := func(value func(one, std sample) float64) float64 {
		values := make([]float64, len(rounds))
		for i, r := range rounds {
			values[i] = value(r[name], r[nameStd])
		}
		return median(values)
	}
	f := figures{
		Subject:   name,
		Rate:      over(func(one, _ sample) float64 { return one.rate() }),
		RateRatio: over(func(one, std sample) float64 { return ratio(one.rate(), std.rate()) }),
		CPU:       over(func(one, _ sample) float64 { return one.cpuPerRequest() }),
		CPURatio:  over(func(one, std sample) float64 { return ratio(one.cpuPerRequest(), std.cpuPerRequest()) }),
		P50:       time.Duration(over(func(one, _ sample) float64 { return float64(one.P50) })),
		P99:       time.Duration(over(func(one, _ sample) float64 { return float64(one.P99) })),
		P99Ratio:  over(func(one, std sample) float64 { return ratio(float64(one.P99), float64(std.P99)) }),
	}
	for _, r := range rounds {
		f.Errors += r[name].Errors
	}
	return f
}

// median returns the middle value, or the mean of the two in the middle; 0 for none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// ratio returns a quotient, or 0 if there is nothing to divide by.
func ratio(a, b float64) float64 {
	if b == 0 || math.IsNaN(a) || math.IsNaN(b) {
		return 0
	}
	return a / b
}

// find returns the figures of a subject in a cell.
func find(cells []cellResult, c cell, name string) (figures, bool) {
	for _, one := range cells {
		if one.cell != c {
			continue
		}
		for _, f := range one.Subjects {
			if f.Subject == name {
				return f, true
			}
		}
	}
	return figures{}, false
}
