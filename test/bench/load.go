package main

import (
	"context"
	"fmt"
	"time"
)

// generator makes load: a number of viewers, each with one kept-alive connection on which
// it sends the next request as soon as it is answered.
type generator interface {
	// run requests url and returns the result.
	run(ctx context.Context, url string, connections int, d time.Duration) (sample, error)
	// String names the generator.
	String() string
}

// sample is the result of one run of one subject.
type sample struct {
	Requests int64
	Elapsed  time.Duration
	P50, P99 time.Duration
	// Errors are failed requests: a status other than 2xx or 3xx, or a broken connection.
	Errors int64
	// CPU is what the subject used for all of them; 0 if unknown.
	CPU time.Duration
}

// rate returns requests per second.
func (s sample) rate() float64 { return ratio(float64(s.Requests), s.Elapsed.Seconds()) }

// cpuPerRequest returns microseconds.
func (s sample) cpuPerRequest() float64 {
	return ratio(float64(s.CPU)/float64(time.Microsecond), float64(s.Requests))
}

// newGenerator returns the requested generator, by default wrk if it is installed.
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
