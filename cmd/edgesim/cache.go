package main

import (
	"fmt"
	"path/filepath"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/edge"
)

// leastCache is the minimum --cache-size: anything less holds no page.
const leastCache = 1e6

// readCache reads what the cache keeps and how much; for where, see cacheDir.
func readCache(g given) (edge.CacheConfig, error) {
	c := edge.CacheConfig{Mode: edge.CacheMode(g.text("cache"))}
	switch c.Mode {
	case "", edge.CacheOff:
		c.Mode = edge.CacheOff
		if g.on("error-caching") {
			c.Mode = edge.CacheErrors
		}
	case edge.CacheErrors, edge.CacheOn:
	default:
		return c, usage{err: fmt.Errorf("--cache %q is none of off, errors and on", c.Mode)}
	}
	if g.text("cache-size") == "" {
		return c, nil // a command that serves nothing, such as check
	}
	var err error
	if c.Bytes, err = parseSize(g.text("cache-size")); err != nil {
		return c, usage{err: fmt.Errorf("--cache-size %q is not a size", g.text("cache-size")), hint: "for example --cache-size 1GB or 512MiB"}
	}
	if c.Bytes < leastCache {
		return c, usage{err: fmt.Errorf("--cache-size %s is too small: 1MB is the least", g.text("cache-size"))}
	}
	return c, nil
}

// newCache makes the cache, which keeps large bodies in the state directory.
func newCache(c edge.CacheConfig, state string, log *logrus.Logger) *edge.Cache {
	if c.Mode == edge.CacheOff {
		return nil
	}
	if state != "" {
		c.Dir = filepath.Join(state, "cache")
		c.Changed = func(err error) { logCache(log, c.Dir, err) }
	}
	return edge.NewCache(c)
}

// logCache logs when large bodies cannot be kept, and when they can be again.
func logCache(log *logrus.Logger, dir string, err error) {
	if err != nil {
		log.Warnf("%s cannot be written (%v): bodies over 1 MiB are served and not cached until there is room", dir, err)
		return
	}
	log.Warn("bodies over 1 MiB are cached again")
}
