package originconn

import (
	"context"

	"github.com/edgesim/edgesim/policy"
)

// TestOnlyIdle returns how many kept-alive connections the client holds.
func (c *Client) TestOnlyIdle() int {
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	n := 0
	for _, list := range c.pool.idle {
		n += len(list)
	}
	return n
}

// TestOnlySlowAfter is the deadline of the first read of a response.
const TestOnlySlowAfter = slowAfter

// TestOnlyNotes returns how many targets are remembered, the largest of what the
// pool, the clients and the explanations hold, and how many scans are running.
func (c *Client) TestOnlyNotes() (targets, scans int) {
	c.pool.mu.Lock()
	targets = len(c.pool.idle)
	c.pool.mu.Unlock()
	c.roads.mu.Lock()
	targets = max(targets, len(c.roads.known))
	c.roads.mu.Unlock()
	c.explained.mu.Lock()
	defer c.explained.mu.Unlock()
	return max(targets, len(c.explained.known)), c.explained.running
}

// TestOnlyMaxNotes and TestOnlyMaxScans are their limits.
const (
	TestOnlyMaxNotes = maxNotes
	TestOnlyMaxScans = maxScans
)

// TestOnlyVerify judges the certificates that an attempt has seen.
func (c *Client) TestOnlyVerify(ctx context.Context, t *Target, a *Attempt) *policy.Cause {
	return c.verify(ctx, t, a)
}
