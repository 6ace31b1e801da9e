package main

import (
	"context"
	"fmt"
	"time"
)

// generator makes load: so many viewers, each with one kept-alive connection on
// which it asks again as soon as it is answered.
type generator interface {
	// run asks for url and returns what came of it.
	run(ctx context.Context, url string, connections int, d time.Duration) (sample, error)
	// String names the generator.
	String() string
}

// sample is what one run of one subject brought.
type sample struct {
	Requests int64
	Elapsed  time.Duration
	P50, P99 time.Duration
	// Errors are requests that failed: another status than 2xx or 3xx, or a
	// broken connection.
	Errors int64
	// CPU is what the subject used for all of them; 0 if it is not known.
	CPU time.Duration
}

// rate is requests per second.
func (s sample) rate() float64 { return ratio(float64(s.Requests), s.Elapsed.Seconds()) }

// cpuPerRequest is in microseconds.
func (s sample) cpuPerRequest() float64 {
	return ratio(float64(s.CPU)/float64(time.Microsecond), float64(s.Requests))
}

// newGenerator returns the one that was asked for, by default wrk where it is
// installed.
func newGenerator(name string) (generator, error) {
	path, found := installed("wrk")
	switch {
	case name == "own" || name == "" && !found:
		return ownLoad{}, nil
	case found:
		return wrkLoad{path}, nil
	}
	return nil, fmt.Errorf("-load wrk: wrk is not installed")
}
