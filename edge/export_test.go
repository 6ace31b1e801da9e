package edge

// TestOnlyUnderWay returns how many requests are in progress, and over how many HTTP/2
// connections.
func (e *Edge) TestOnlyUnderWay() (requests, connections int) {
	e.capacity.mu.Lock()
	defer e.capacity.mu.Unlock()
	return e.capacity.total, len(e.capacity.streams)
}

// TestOnlyFills returns how many requests may bring something into the cache.
func (c *Cache) TestOnlyFills() int { return c.store.Stats().UnderWay }
