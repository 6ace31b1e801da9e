package originconn

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
