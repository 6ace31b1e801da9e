package recording

import (
	"maps"
	"sync"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Counts is a [Recorder] that counts exchanges without keeping them. The zero
// value is ready to use; its methods are safe for concurrent use.
type Counts struct {
	mu     sync.Mutex
	totals Totals
	// origins are the totals by origin; not shared.
	origins map[string]*OriginTotals
}

var _ Recorder = (*Counts)(nil)

// Totals are the accumulated counts.
type Totals struct {
	// Statuses counts exchanges by the status that the viewer got, Causes by cause.
	Statuses map[int]uint64
	Causes   map[policy.CauseName]uint64
	// BodyBytes is the total size of the bodies sent to viewers, Duration the total
	// duration of the exchanges.
	BodyBytes uint64
	Duration  time.Duration
	// Durations is the histogram of the same durations.
	Durations Histogram
	// Origins holds the counts by origin id. Origins after the first hundred are
	// counted together under [OtherOrigins].
	Origins map[string]OriginTotals
}

// OtherOrigins is the key for the origins beyond the limit of [Totals.Origins].
const OtherOrigins = "(other)"

// mostOrigins limits how many origins are counted separately: a function may choose any.
const mostOrigins = 100

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
	c.totals.Durations.Observe(e.Duration)
	if e.Origin != "" {
		c.origin(e.Origin).add(e)
	}
}

// origin returns the totals of an origin.
func (c *Counts) origin(id string) *OriginTotals {
	if c.origins == nil {
		c.origins = map[string]*OriginTotals{}
	}
	if c.origins[id] == nil && len(c.origins) >= mostOrigins {
		id = OtherOrigins
	}
	o := c.origins[id]
	if o == nil {
		o = &OriginTotals{Causes: map[string]uint64{}}
		c.origins[id] = o
	}
	return o
}

// Totals returns the counts so far.
func (c *Counts) Totals() Totals {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.totals
	t.Statuses, t.Causes = maps.Clone(t.Statuses), maps.Clone(t.Causes)
	t.Origins = make(map[string]OriginTotals, len(c.origins))
	for id, o := range c.origins {
		copied := *o
		copied.Causes = maps.Clone(o.Causes)
		t.Origins[id] = copied
	}
	return t
}
