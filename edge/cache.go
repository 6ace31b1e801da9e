package edge

import (
	"strings"
	"sync/atomic"
	"time"

	"github.com/edgesim/edgesim/internal/cache"
	"github.com/edgesim/edgesim/policy"
)

// CacheMode says what an edge keeps.
type CacheMode string

// The modes of a cache.
const (
	// CacheOff keeps nothing: every request goes to the origin.
	CacheOff CacheMode = "off"
	// CacheErrors keeps errors alone, for as long as CloudFront would.
	CacheErrors CacheMode = "errors"
	// CacheOn keeps all that CloudFront would.
	CacheOn CacheMode = "on"
)

// DefaultCacheBytes is how much a cache keeps unless it is told otherwise: 256 MB.
const DefaultCacheBytes = 256 << 20

// CacheConfig says what a cache keeps, how much and where.
type CacheConfig struct {
	// Mode is what is kept. Default: nothing.
	Mode CacheMode
	// Bytes bounds it, in memory and in files together. Default: 256 MB.
	Bytes int64
	// Dir is the folder for bodies over a megabyte; they are gone with the process.
	// Default: none, and they are kept in memory.
	Dir string
	// Changed is called when Dir cannot be written, with the reason, and with nil
	// when it can be again; such bodies are served and not kept meanwhile. Default:
	// nobody is told.
	Changed func(error)
}

// Cache is what an edge keeps of answers. Make one with [NewCache]; it is safe for
// concurrent use, and a nil one keeps nothing.
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

// Mode is what the cache keeps.
func (c *Cache) Mode() CacheMode {
	if c == nil || c.mode == "" {
		return CacheOff
	}
	return c.mode
}

// Reset forgets everything and says how many entries there were.
func (c *Cache) Reset() int {
	if c == nil {
		return 0
	}
	return c.store.Invalidate(func(string, *kept) bool { return true })
}

// Invalidate removes what one distribution's items name, and says how many entries
// that were (CF-INV-20). What is on its way from an origin is not kept if its path
// is named.
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

// Named returns the name of the distribution that an id means, in the API of
// CloudFront or of edgesim: by its name or its id; "" means all of them, and is
// their name. Where the only distribution has no id of its own, which is not part
// of its configuration, any id means it.
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

// Invalidate removes what items name from what is kept for the distribution of
// this name, or for all if it is "", and says how many entries that were.
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

// CacheEntry is one thing that is kept, as people are told of it.
type CacheEntry struct {
	// ID grows with every entry.
	ID uint64
	// Distribution and Key say what it is kept for; Status is its own.
	Distribution, Key string
	Status            int
	// Size is that of the body in bytes; -1 while it is not known.
	Size int64
	// Age is how old it is, Left how long it is served without asking the origin:
	// 0 or less where it has expired.
	Age, Left time.Duration
	// Exchange is the one that brought it, Rule what decided how long it is kept.
	Exchange string
	Rule     policy.RuleID
	// Error says that it is an error.
	Error bool
}

// Entries returns up to n entries, the newest first, that are older than the one
// with the id before; 0 is all.
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

// CacheStats are the figures of a cache.
type CacheStats struct {
	Mode    CacheMode
	Entries int
	// Bytes is what they take, of Most; Evicted counts those that made room.
	Bytes, Most int64
	Evicted     uint64
}

// Stats returns the figures of the cache.
func (c *Cache) Stats() CacheStats {
	if c == nil {
		return CacheStats{Mode: CacheOff}
	}
	s := c.store.Stats()
	return CacheStats{c.Mode(), s.Entries, s.Bytes, s.Most, s.Evicted}
}

// kept is the head of an entry: an answer without its body. It is not changed any
// more, but for retry.
type kept struct {
	// outcome has the response as it came, compressed where the edge did that, and
	// without a body; or the cause alone.
	outcome outcome
	// origin is the id of the origin that gave it, exchange the one that met it,
	// host what its viewer asked for.
	origin, exchange string
	notes            []string
	// keeping decided for a success, ttl for an error.
	keeping policy.Keeping
	ttl     policy.ErrorTTL
	times   policy.CopyTimes
	// tags are those of the answer, read from the field tagHeader.
	tags      []string
	tagHeader string
	// unkeyed is what the origin got and no other viewer's request is told by.
	unkeyed []policy.Field
	// paged says that the answer is that of a custom error page's own behavior.
	paged bool
	// retry is until when a copy that has expired stands in for an origin that
	// failed without asking it again, as UnixNano (CF-CACHE-17).
	retry atomic.Int64
}

func (k *kept) isError() bool { return k.outcome.original != 0 }

func (k *kept) rule() policy.RuleID {
	if k.isError() {
		return k.ttl.Rule
	}
	return k.keeping.Rule
}

// status is what a viewer gets, as far as that is up to the entry.
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

// weight is about what the head takes of the memory.
func (k *kept) weight() int {
	n := 900 + len(k.exchange) + 64*(len(k.tags)+len(k.notes))
	if r := k.outcome.response; r != nil {
		n += len(r.RawHead) + 120*len(r.Header)
	}
	return n
}
