package cache

import "sync"

// Config says how much a store keeps and where.
type Config struct {
	// MaxBytes limits heads, bodies and their overhead, in memory and in files together; at
	// least 1.
	MaxBytes int64
	// Dir is the folder for large bodies, created if missing. Default: none, and everything
	// is kept in memory.
	Dir string
	// FileFrom is the size above which a body goes to a file. Default: 1 MiB.
	FileFrom int64
	// Changed is called with the reason when Dir becomes unwritable, and with nil when it
	// is writable again. Large bodies are not kept meanwhile. Default: no call.
	Changed func(error)
}

const defaultFileFrom = 1 << 20

// Store keeps entries. Make one with [New]; it is safe for concurrent use.
type Store[H any] struct {
	max   int64 // bytes
	files files

	mu      sync.Mutex
	entries map[string]*Entry[H]
	flights map[string]*Flight[H]   // that others may wait for
	open    map[*Flight[H]]struct{} // all that may still bring something
	// used and made are rings through their heads, with the most recently used and the most
	// recently made entry first.
	used, made Entry[H]
	bytes      int64
	lastID     uint64
	evicted    uint64
}

// Entry is one stored response. It is immutable.
type Entry[H any] struct {
	// Key and Head are what it was stored with.
	Key  string
	Head H
	// ID increases with every entry of the store.
	ID uint64

	body   *body
	charge int64 // its own part of the store's bytes; guarded by the store
	kept   bool  // it is in the store; guarded by it

	usedPrev, usedNext, madePrev, madeNext *Entry[H]
}

// entryCost estimates what an entry uses besides key, head and body, including its share of
// what the garbage collector leaves unused on a busy machine (measured).
const entryCost = 2200

// New makes a store, and removes the files that an earlier process left in its folder.
func New[H any](c Config) *Store[H] {
	if c.FileFrom <= 0 {
		c.FileFrom = defaultFileFrom
	}
	s := &Store[H]{
		max: c.MaxBytes, files: files{dir: c.Dir, from: c.FileFrom, changed: c.Changed},
		entries: map[string]*Entry[H]{}, flights: map[string]*Flight[H]{}, open: map[*Flight[H]]struct{}{},
	}
	s.used.usedPrev, s.used.usedNext = &s.used, &s.used
	s.made.madePrev, s.made.madeNext = &s.made, &s.made
	s.files.makeRoom = s.makeRoom
	s.files.clear()
	return s
}

// Get returns the entry of a key, and counts as a use; nil if there is none.
func (s *Store[H]) Get(key string) *Entry[H] {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.entries[key]
	if e != nil && s.used.usedNext != e {
		e.usedPrev.usedNext, e.usedNext.usedPrev = e.usedNext, e.usedPrev
		s.first(e)
	}
	return e
}

// first makes an entry the most recently used.
func (s *Store[H]) first(e *Entry[H]) {
	e.usedPrev, e.usedNext = &s.used, s.used.usedNext
	e.usedPrev.usedNext, e.usedNext.usedPrev = e, e
}

// put stores an entry and drops the previous one with its key; the lock is held. It returns
// the dropped bodies, to be released without the lock.
func (s *Store[H]) put(e *Entry[H], weight int) (gone []*body) {
	if old := s.entries[e.Key]; old != nil {
		gone = append(gone, s.take(old))
	}
	s.lastID++
	e.ID, e.kept = s.lastID, true
	s.entries[e.Key] = e
	s.first(e)
	e.madePrev, e.madeNext = &s.made, s.made.madeNext
	e.madePrev.madeNext, e.madeNext.madePrev = e, e
	e.charge = int64(entryCost + len(e.Key) + weight)
	s.bytes += e.charge
	return append(gone, s.evict()...)
}

// take removes an entry and returns its body; the lock is held.
func (s *Store[H]) take(e *Entry[H]) *body {
	delete(s.entries, e.Key)
	e.usedPrev.usedNext, e.usedNext.usedPrev = e.usedNext, e.usedPrev
	e.madePrev.madeNext, e.madeNext.madePrev = e.madeNext, e.madePrev
	e.usedPrev, e.usedNext, e.madePrev, e.madeNext = nil, nil, nil, nil
	s.bytes -= e.charge
	e.kept = false
	return e.body
}

// evict makes room; the lock is held.
func (s *Store[H]) evict() (gone []*body) {
	for s.bytes > s.max && s.used.usedPrev != &s.used {
		s.evicted++
		gone = append(gone, s.take(s.used.usedPrev))
	}
	return gone
}

// makeRoom drops the least recently used body that is in a file and has no readers; false
// if there is none.
func (s *Store[H]) makeRoom() bool {
	s.mu.Lock()
	for e := s.used.usedPrev; e != &s.used; e = e.usedPrev {
		if e.body != nil && e.body.idleInFile() {
			s.evicted++
			b := s.take(e)
			s.mu.Unlock()
			letGo([]*body{b})
			return true
		}
	}
	s.mu.Unlock()
	return false
}

// grow counts bytes that have arrived of an entry's body.
func (s *Store[H]) grow(e *Entry[H], n int64) {
	s.mu.Lock()
	if !e.kept {
		s.mu.Unlock()
		return
	}
	e.charge += n
	s.bytes += n
	gone := s.evict()
	s.mu.Unlock()
	letGo(gone)
}

// remove removes this entry, if it is still there.
func (s *Store[H]) remove(e *Entry[H]) bool {
	s.mu.Lock()
	if !e.kept {
		s.mu.Unlock()
		return false
	}
	b := s.take(e)
	s.mu.Unlock()
	letGo([]*body{b})
	return true
}

func letGo(bodies []*body) {
	for _, b := range bodies {
		if b != nil {
			b.unkeep()
		}
	}
}

// Remove removes an entry, and reports whether it was still there. Readers of its body can
// continue.
func (s *Store[H]) Remove(e *Entry[H]) bool { return s.remove(e) }

// Invalidate removes every entry that matches, and returns how many there were. Flights in
// progress for a matching key are not stored, and later callers do not wait for them. match
// is called with the store locked; for a flight, with the key and the zero head.
func (s *Store[H]) Invalidate(match func(key string, head H) bool) int {
	s.mu.Lock()
	var gone []*body
	n := 0
	for key, e := range s.entries {
		if match(key, e.Head) {
			n++
			gone = append(gone, s.take(e))
		}
	}
	var unknown H
	for f := range s.open {
		if match(f.key, unknown) {
			f.doomed = true
			if s.flights[f.key] == f {
				delete(s.flights, f.key)
			}
		}
	}
	s.mu.Unlock()
	letGo(gone)
	return n
}

// Stats are the figures of a store.
type Stats struct {
	Entries int
	// Bytes is what they use, of at most Most.
	Bytes, Most int64
	// Evicted counts the entries evicted to make room.
	Evicted uint64
	// UnderWay counts the leaders that have not finished.
	UnderWay int
}

// Stats returns the figures of the store.
func (s *Store[H]) Stats() Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return Stats{len(s.entries), s.bytes, s.max, s.evicted, len(s.open)}
}

// List returns up to n entries older than the one with the id before, newest first; 0 means
// all.
func (s *Store[H]) List(before uint64, n int) []*Entry[H] {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []*Entry[H]
	for e := s.made.madeNext; e != &s.made && len(list) < n; e = e.madeNext {
		if before == 0 || e.ID < before {
			list = append(list, e)
		}
	}
	return list
}
