package edge

import (
	"sync/atomic"
	"time"
)

// Clock is the time by which an edge decides: whether a certificate is valid, what
// a cache still keeps, whether a signed URL has expired. It runs with the real time
// and can be moved ahead of it, so that a day need not be waited for. The zero
// value and a nil one work; a nil one cannot be moved. It is safe for concurrent use.
//
// What is measured (how long an origin takes, timeouts, when an exchange was) is
// always real.
type Clock struct {
	ahead atomic.Int64
}

// Now returns the time by this clock.
func (c *Clock) Now() time.Time { return time.Now().Add(c.Ahead()) }

// Ahead returns how far the clock is ahead of the real time; 0 unless it was moved.
func (c *Clock) Ahead() time.Duration {
	if c == nil {
		return 0
	}
	return time.Duration(c.ahead.Load())
}

// Advance moves the clock: forward, or backward where d is negative.
func (c *Clock) Advance(d time.Duration) {
	if c != nil {
		c.ahead.Add(int64(d))
	}
}

// Reset sets the clock back to the real time.
func (c *Clock) Reset() {
	if c != nil {
		c.ahead.Store(0)
	}
}
