package main

import (
	"context"
	"math/bits"
	"sync"
	"time"
)

// ownLoad is the generator for machines without wrk, and for warming up: one goroutine per
// connection. It takes more CPU than wrk, which is then missing for the subject.
type ownLoad struct{}

// String returns the generator's name in the report.
func (ownLoad) String() string { return "own (wrk is not installed, or not wanted)" }

func (ownLoad) run(ctx context.Context, url string, connections int, d time.Duration) (sample, error) {
	began := time.Now()
	until := began.Add(d)
	crowd := make([]spectator, connections)
	var all sync.WaitGroup
	for i := range crowd {
		all.Go(func() { crowd[i].watch(ctx, url, until) })
	}
	all.Wait()
	s := sample{Elapsed: time.Since(began)}
	var latencies histogram
	for i := range crowd {
		s.Requests += crowd[i].requests
		s.Errors += crowd[i].errors
		latencies.add(&crowd[i].latencies)
	}
	s.P50, s.P99 = latencies.quantile(0.50), latencies.quantile(0.99)
	return s, ctx.Err()
}

// spectator is one connection of a run and its observations.
type spectator struct {
	requests, errors int64
	latencies        histogram
}

// watch sends requests until the time is over. A connection that breaks is replaced, after
// a pause so that a dead subject is not hammered.
func (s *spectator) watch(ctx context.Context, url string, until time.Time) {
	for ctx.Err() == nil && time.Now().Before(until) {
		v, err := openViewer(ctx, url)
		if err == nil {
			v.conn.SetDeadline(until.Add(10 * time.Second))
			stop := context.AfterFunc(ctx, func() { v.close() })
			err = s.askUntil(v, until)
			stop()
			v.close()
		}
		if err != nil {
			s.errors++
			_ = waitUntil(ctx, 10*time.Millisecond)
		}
	}
}

func (s *spectator) askUntil(v *viewer, until time.Time) error {
	now := time.Now()
	for now.Before(until) {
		status, _, err := v.ask()
		if err != nil {
			return err
		}
		after := time.Now()
		s.requests++
		s.latencies.note(after.Sub(now))
		if status >= 400 {
			s.errors++
		}
		now = after
	}
	return nil
}

// histogram counts durations in buckets, each about an eighth wider than the previous one:
// three bits after the leading one.
type histogram struct{ buckets [64 * 8]int64 }

func bucketOf(d time.Duration) int {
	n := uint64(max(d, 0))
	if n < 8 {
		return int(n)
	}
	exponent := bits.Len64(n) - 4
	return exponent*8 + int(n>>exponent)
}

// floor returns the minimum duration of a bucket.
func floor(bucket int) time.Duration {
	if bucket < 16 {
		return time.Duration(bucket)
	}
	exponent := bucket/8 - 1
	return time.Duration(bucket-exponent*8) << exponent
}

func (h *histogram) note(d time.Duration) { h.buckets[min(bucketOf(d), len(h.buckets)-1)]++ }

func (h *histogram) add(other *histogram) {
	for i, n := range other.buckets {
		h.buckets[i] += n
	}
}

// quantile returns the duration below which this share of all lies; 0 if there are none.
func (h *histogram) quantile(share float64) time.Duration {
	var total, below int64
	for _, n := range h.buckets {
		total += n
	}
	for i, n := range h.buckets {
		below += n
		if n > 0 && float64(below) >= share*float64(total) {
			return floor(i)
		}
	}
	return 0
}
