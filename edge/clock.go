package edge

import (
	"sync/atomic"
	"time"
)

// Clock is the time on which an edge bases its decisions: whether a certificate is
// valid, whether a cached response is fresh, whether a signed URL has expired. It
// follows the system clock and can be moved ahead of it, so that tests need not
// wait for a day to pass. The zero value and nil are usable; a nil Clock cannot be
// moved. A Clock is safe for concurrent use.
//
// Measurements (how long an origin takes, timeouts, when an exchange took place)
// always use the system clock.
type Clock struct {
	ahead atomic.Int64
}

// Now returns the current time of this clock.
func (c *Clock) Now() time.Time { return time.Now().Add(c.Ahead()) }

// Ahead returns how far the clock is ahead of the system clock; 0 unless it was
// moved.
func (c *Clock) Ahead() time.Duration {
	if c == nil {
		return 0
	}
	return time.Duration(c.ahead.Load())
}

// Advance moves the clock by d: forward, or backward if d is negative.
func (c *Clock) Advance(d time.Duration) {
	if c != nil {
		c.ahead.Add(int64(d))
	}
}

// Reset sets the clock back to the system clock.
func (c *Clock) Reset() {
	if c != nil {
		c.ahead.Store(0)
	}
}
