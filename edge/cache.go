package edge

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/edgesim/edgesim/internal/cache"
	"github.com/edgesim/edgesim/policy"
)

// CacheMode selects which responses an edge caches.
type CacheMode string

// The modes of a cache.
const (
	// CacheOff caches nothing: every request goes to the origin.
	CacheOff CacheMode = "off"
	// CacheErrors caches only errors, for as long as CloudFront would.
	CacheErrors CacheMode = "errors"
	// CacheOn caches everything that CloudFront would.
	CacheOn CacheMode = "on"
)

// DefaultCacheBytes is the default size limit of a cache: 256 MB.
const DefaultCacheBytes = 256 << 20

// CacheConfig configures what a cache stores, how much and where.
type CacheConfig struct {
	// Mode selects which responses are cached. Default: none.
	Mode CacheMode
	// Bytes limits the total size, in memory and in files. Default: 256 MB.
	Bytes int64
	// Dir is the directory for bodies larger than a megabyte; they do not outlive
	// the process. Default: none, and such bodies are kept in memory.
	Dir string
	// Changed is called with an error when Dir becomes unwritable, and with nil
	// when it is writable again. In between, large bodies are served but not
	// cached. Default: no call.
	Changed func(error)
}

// Cache stores an edge's responses. Create one with [NewCache]. It is safe for
// concurrent use, and a nil Cache stores nothing.
type Cache struct {
	mode  CacheMode
	store *cache.Store[*kept]
}

// NewCache returns an empty cache.
func NewCache(c CacheConfig) *Cache {
	if c.Bytes <= 0 {
		c.Bytes = DefaultCacheBytes
	}
	return &Cache{mode: c.Mode, store: cache.New[*kept](cache.Config{MaxBytes: c.Bytes, Dir: c.Dir, Changed: c.Changed})}
}

// Mode returns the cache's mode.
func (c *Cache) Mode() CacheMode {
	if c == nil || c.mode == "" {
		return CacheOff
	}
	return c.mode
}

// Reset removes all entries and returns how many there were.
func (c *Cache) Reset() int {
	if c == nil {
		return 0
	}
	return c.store.Invalidate(func(string, *kept) bool { return true })
}

// Invalidate removes the entries of one distribution that match items and returns
// how many it removed (CF-INV-20). A response still being fetched from an origin is
// not cached if an item matches its path.
func (c *Cache) Invalidate(l *Location, items []policy.InvalidationItem) int {
	if c == nil {
		return 0
	}
	name, root := l.Name()+"\n", l.Distribution.DefaultRootObject
	return c.store.Invalidate(func(key string, k *kept) bool {
		rest, ok := strings.CutPrefix(key, name)
		if !ok {
			return false
		}
		uri := policy.KeyURI(rest)
		var tags []string
		if k != nil && k.tagHeader == l.Distribution.CacheTagHeader { // CF-INV-49, CF-INV-50
			tags = k.tags
		}
		for _, item := range items {
			if item.Invalidates(uri, tags, root) {
				return true
			}
		}
		return false
	})
}

// Named returns the name of the distribution that an id in an API call,
// CloudFront's or edgesim's, refers to. The id may be the distribution's name or
// its id; "" refers to all distributions, and so does the returned "". If the only
// distribution has no id, because its configuration does not contain one, any id
// refers to it.
func (e *Edge) Named(id string) (name string, ok bool) {
	all := e.Locations()
	for _, l := range all {
		if id == l.Name() || id == l.Distribution.ID {
			return l.Name(), true
		}
	}
	if len(all) == 1 && all[0].Distribution.ID == "" {
		return all[0].Name(), true
	}
	return "", id == ""
}

// Invalidate removes the cached entries that match items for the distribution with
// this name, or for all distributions if name is "", and returns how many it
// removed.
func (e *Edge) Invalidate(name string, items []policy.InvalidationItem) int {
	n := 0
	for _, l := range e.Locations() {
		if name == "" || l.Name() == name {
			n += e.Cache.Invalidate(l, items)
		}
	}
	return n
}

// Forget empties the edge's cache, if it has one.
func (e *Edge) Forget() { e.Cache.Reset() }

// CacheEntry describes one cached response or error.
type CacheEntry struct {
	// ID increases with every entry.
	ID uint64
	// Distribution and Key identify what the entry was cached for. Status is its
	// status code.
	Distribution, Key string
	Status            int
	// Size is the size of the body in bytes; -1 while it is unknown.
	Size int64
	// Age is the age of the entry. Left is how much longer it can be served without
	// contacting the origin; 0 or less if it has expired.
	Age, Left time.Duration
	// Exchange is the id of the exchange that fetched it. Rule is the rule that
	// determined how long it is cached.
	Exchange string
	Rule     policy.RuleID
	// Error reports whether the entry is an error.
	Error bool
}

// Entries returns up to n entries with ids below before, newest first. If before is
// 0, it starts with the newest entry.
func (e *Edge) Entries(before uint64, n int) []CacheEntry {
	if e.Cache == nil {
		return nil
	}
	now := e.Clock.Now()
	var list []CacheEntry
	for _, entry := range e.Cache.store.List(before, n) {
		k := entry.Head
		name, key, _ := strings.Cut(entry.Key, "\n")
		size, _ := entry.Size()
		list = append(list, CacheEntry{
			ID: entry.ID, Distribution: name, Key: key, Status: k.status(), Size: size, Age: now.Sub(k.times.Stored), Left: k.times.Fresh.Sub(now),
			Exchange: k.exchange, Rule: k.rule(), Error: k.isError(),
		})
	}
	return list
}

// CacheStats holds the statistics of a cache.
type CacheStats struct {
	Mode    CacheMode
	Entries int
	// Bytes is the total size of the entries, at most Most. Evicted counts the
	// entries that were evicted to make room.
	Bytes, Most int64
	Evicted     uint64
}

// Stats returns the statistics of the cache.
func (c *Cache) Stats() CacheStats {
	if c == nil {
		return CacheStats{Mode: CacheOff}
	}
	s := c.store.Stats()
	return CacheStats{c.Mode(), s.Entries, s.Bytes, s.Most, s.Evicted}
}

// kept is the head of an entry: a response without its body. Only retry changes afterward.
type kept struct {
	// outcome holds the response as received, compressed if the edge compressed it, without
	// a body; or only the cause.
	outcome outcome
	// origin is the id of the origin that responded, exchange the id of the exchange that
	// fetched it, and host the Host its viewer asked for.
	origin, exchange string
	notes            []string
	// keeping is set for a success, ttl for an error.
	keeping policy.Keeping
	ttl     policy.ErrorTTL
	times   policy.CopyTimes
	// tags are the tags of the response, read from the field tagHeader.
	tags      []string
	tagHeader string
	// unkeyed are the fields that the origin received but that are not part of the cache
	// key.
	unkeyed []policy.Field
	// paged means that the response came through the behavior of a custom error page.
	paged bool
	// retry is the time, as UnixNano, until which an expired copy stands in for a failed
	// origin without asking it again (CF-CACHE-17).
	retry atomic.Int64
}

func (k *kept) isError() bool { return k.outcome.original != 0 }

func (k *kept) rule() policy.RuleID {
	if k.isError() {
		return k.ttl.Rule
	}
	return k.keeping.Rule
}

// status is the status that a viewer gets, as far as the entry determines it.
func (k *kept) status() int {
	switch o := &k.outcome; {
	case o.status != 0:
		return o.status
	case o.response != nil:
		return o.response.Status
	case o.cause != nil:
		return o.cause.Status
	}
	return 0
}

// weight estimates the memory that the head uses.
func (k *kept) weight() int {
	n := 900 + len(k.exchange) + 64*(len(k.tags)+len(k.notes))
	if r := k.outcome.response; r != nil {
		n += len(r.RawHead) + 120*len(r.Header)
	}
	return n
}
