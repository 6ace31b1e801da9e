package main

import (
	"time"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/inspector"
	"github.com/edgesim/edgesim/internal/invalidation"
)

// cacheAPI connects the API to the cache, invalidations and the clock.
func cacheAPI(c *inspector.Config, s *settings, e *edge.Edge) {
	c.Clock = &inspector.Clock{Now: s.now, Ahead: s.clock.Ahead, Advance: s.clock.Advance}
	c.Invalidations = &invalidation.Registry{Find: e.Named, Remove: e.Invalidate, Now: s.now}
	c.Cache = func(before uint64, n int) inspector.Cache { return listCache(e, s, before, n) }
	c.Reset = func() {
		e.Forget()
		s.clock.Reset()
		c.Invalidations.Reset()
	}
}

// listCache returns the cache's contents for the API.
func listCache(e *edge.Edge, s *settings, before uint64, n int) inspector.Cache {
	stats := e.Cache.Stats()
	page := inspector.Cache{Mode: string(stats.Mode), Entries: stats.Entries, Bytes: stats.Bytes, MaxBytes: stats.Most, Evicted: stats.Evicted}
	for _, entry := range e.Entries(before, n) {
		page.Items = append(page.Items, inspector.CacheItem{
			ID: entry.ID, Distribution: entry.Distribution, Key: s.keeping.redactor.Key(entry.Key), Status: entry.Status, Size: entry.Size,
			AgeSeconds: int64(max(entry.Age, 0) / time.Second), LeftSeconds: int64(max(entry.Left, 0) / time.Second),
			Exchange: entry.Exchange, Rule: entry.Rule, Error: entry.Error,
		})
	}
	return page
}
