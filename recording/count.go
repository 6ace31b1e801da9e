package recording

import (
	"maps"
	"sync"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Counts is a [Recorder] that counts exchanges and keeps none. The zero value is
// ready for use; its methods are safe for concurrent use.
type Counts struct {
	mu     sync.Mutex
	totals Totals
}

var _ Recorder = (*Counts)(nil)

// Totals are what was counted.
type Totals struct {
	// Statuses counts exchanges by the status the viewer got, Causes by their
	// cause.
	Statuses map[int]uint64
	Causes   map[policy.CauseName]uint64
	// BodyBytes is the sum of the bodies handed to viewers, Duration the sum of
	// the exchanges' durations.
	BodyBytes uint64
	Duration  time.Duration
}

// Record counts an exchange.
func (c *Counts) Record(e *Exchange) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.totals.Statuses == nil {
		c.totals.Statuses, c.totals.Causes = map[int]uint64{}, map[policy.CauseName]uint64{}
	}
	c.totals.Statuses[e.Response.Status]++
	if e.Cause != nil {
		c.totals.Causes[e.Cause.Name]++
	}
	c.totals.BodyBytes += uint64(max(e.Response.BodyBytes, 0))
	c.totals.Duration += e.Duration
}

// Totals returns what was counted so far.
func (c *Counts) Totals() Totals {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.totals
	t.Statuses, t.Causes = maps.Clone(t.Statuses), maps.Clone(t.Causes)
	return t
}
