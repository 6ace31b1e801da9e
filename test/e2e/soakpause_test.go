package e2e_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"
)

// pauses are the times in which the machine stood still: a laptop that slept, a
// container that was frozen, processors that were given to others. No timeout means
// anything then, whose ever it is.
type pauses struct {
	mu   sync.Mutex
	all  []window
	last time.Time // the latest look
}

const (
	// pauseLook is how often the clock is looked at, pauseFrom the gap that counts.
	pauseLook = 50 * time.Millisecond
	pauseFrom = 700 * time.Millisecond
)

// watchPauses looks at the clock until ctx ends.
func watchPauses(ctx context.Context) *pauses {
	p := &pauses{last: time.Now()}
	go func() {
		tick := time.NewTicker(pauseLook)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
				p.look()
			}
		}
	}()
	return p
}

func (p *pauses) look() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	if now.Sub(p.last) > pauseFrom {
		p.all = append(p.all, window{p.last, now})
	}
	p.last = now
}

// during reports whether the machine stood still between two times, or just before.
func (p *pauses) during(from, to time.Time) bool {
	p.look()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, w := range p.all {
		if w.from.Before(to) && w.to.After(from.Add(-time.Second)) {
			return true
		}
	}
	return false
}

// before is the moment before which there was a second of running time until end.
func (p *pauses) before(end time.Time) time.Time {
	p.look()
	p.mu.Lock()
	defer p.mu.Unlock()
	at := end.Add(-time.Second)
	for i := len(p.all) - 1; i >= 0; i-- {
		if w := p.all[i]; w.to.After(at) {
			at = w.from.Add(-time.Second)
		}
	}
	return at
}

// String says how long it stood still.
func (p *pauses) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var sum time.Duration
	for _, w := range p.all {
		sum += w.to.Sub(w.from)
	}
	return fmt.Sprintf("the machine stood still %d times, %s in all", len(p.all), sum.Round(time.Second))
}

// awaitRunning waits for what should come at once, for thirty seconds of running
// time: those in which the machine stands still do not count.
func awaitRunning(t *testing.T, what string, holds func() bool) {
	t.Helper()
	const look, patience = 20 * time.Millisecond, 1500
	tick := time.NewTicker(look)
	defer tick.Stop()
	for range patience {
		if holds() {
			return
		}
		<-tick.C
	}
	t.Fatalf("waited for %s in vain: %s", patience*look, what)
}
