package recording

import (
	"strconv"
	"sync"
)

// The defaults of [RingConfig].
const (
	// DefaultRingExchanges is how many exchanges a Ring keeps.
	DefaultRingExchanges = 2000
	// DefaultRingBytes is how much memory a Ring's exchanges may take, as
	// [Exchange.Size] estimates it: a sixteenth of the 64 MiB that the edge may
	// use, as the collector lets garbage grow to several times of what lives.
	DefaultRingBytes = 4 << 20
)

// failureShare is the part of a Ring, one in so many, that belongs to failures
// when there are enough of them: successes never push them out of it.
const failureShare = 4

// RingConfig says how much a Ring keeps. The zero value is ready for use.
type RingConfig struct {
	// Exchanges is the largest number kept. Default: [DefaultRingExchanges].
	Exchanges int
	// Bytes is the largest estimated memory of those kept. Default:
	// [DefaultRingBytes]. A single exchange larger than this is kept until
	// the next one comes.
	Bytes int64
	// KeepSecrets records credentials as they are. Default: see [Redact].
	KeepSecrets bool
}

// Ring is a [Recorder] that keeps the newest exchanges in memory, failures
// longer than successes: an exchange with a Cause is only dropped once failures
// fill more than a quarter of the ring, whatever number of successes came after
// it. Its methods are safe for concurrent use. Make one with [NewRing].
type Ring struct {
	limit RingConfig

	mu        sync.Mutex
	next      uint64 // number of the exchange that comes next
	failures  queue  // those with a Cause, oldest first
	successes queue
	byID      map[string]*Exchange
}

var _ Recorder = (*Ring)(nil)

// NewRing returns an empty Ring.
func NewRing(c RingConfig) *Ring {
	if c.Exchanges <= 0 {
		c.Exchanges = DefaultRingExchanges
	}
	if c.Bytes <= 0 {
		c.Bytes = DefaultRingBytes
	}
	return &Ring{limit: c, next: 1, byID: make(map[string]*Exchange)}
}

// Record keeps an exchange and drops the oldest where there is no room. The
// work that grows with the exchange is done before the lock is taken.
func (r *Ring) Record(e *Exchange) {
	if !r.limit.KeepSecrets {
		e = Redact(e)
	}
	size := e.Size()
	r.mu.Lock()
	defer r.mu.Unlock()
	q := &r.successes
	if e.Cause != nil {
		q = &r.failures
	}
	q.push(entry{number: r.next, size: size, exchange: e})
	r.next++
	r.byID[e.ID] = e
	for r.overfull() {
		r.drop()
	}
}

// overfull says whether something must go. The newest exchange always stays.
func (r *Ring) overfull() bool {
	n := r.failures.len() + r.successes.len()
	return n > 1 && (n > r.limit.Exchanges || r.failures.bytes+r.successes.bytes > r.limit.Bytes)
}

// drop removes the oldest exchange, or the oldest success where the failures
// are within their share.
func (r *Ring) drop() {
	q := &r.successes
	switch {
	case q.len() == 0:
		q = &r.failures
	case r.failures.len() > r.limit.Exchanges/failureShare || r.failures.bytes > r.limit.Bytes/failureShare:
		if r.failures.oldest().number < q.oldest().number {
			q = &r.failures
		}
	}
	gone := q.pop()
	// Two exchanges with one id are a mistake of the caller's, who then finds
	// the newer of the two.
	if r.byID[gone.exchange.ID] == gone.exchange {
		delete(r.byID, gone.exchange.ID)
	}
}

// Get returns the exchange with this id. It is shared: do not change it.
func (r *Ring) Get(id string) (*Exchange, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.byID[id]
	return e, ok
}

// List returns the exchanges that the filter lets through, the one recorded
// last first, and the cursor with which to go on, "" where there are no more.
// The exchanges are shared: do not change them. A cursor that is none of this
// Ring's gives a [*CursorError].
func (r *Ring) List(f Filter) ([]*Exchange, string, error) {
	before, err := parseCursor(f.Cursor)
	if err != nil {
		return nil, "", err
	}
	var found []*Exchange
	last := uint64(0)
	for _, e := range r.newestFirst(before) {
		if !f.Match(e.exchange) {
			continue
		}
		if f.Limit > 0 && len(found) == f.Limit {
			return found, formatCursor(last), nil
		}
		found, last = append(found, e.exchange), e.number
	}
	return found, "", nil
}

// newestFirst returns a copy of all entries with a number below this one, so
// that they can be searched without holding up Record.
func (r *Ring) newestFirst(before uint64) []entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, b := r.failures.len(), r.successes.len()
	all := make([]entry, 0, a+b)
	for a > 0 || b > 0 {
		var e entry
		if b == 0 || a > 0 && r.failures.at(a-1).number > r.successes.at(b-1).number {
			a--
			e = r.failures.at(a)
		} else {
			b--
			e = r.successes.at(b)
		}
		if e.number < before {
			all = append(all, e)
		}
	}
	return all
}

// Reset drops every exchange and returns how many there were. Cursors given
// out before stay valid: they lead to an empty list.
func (r *Ring) Reset() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.failures.len() + r.successes.len()
	r.failures, r.successes = queue{}, queue{}
	clear(r.byID)
	return n
}

// CursorError is a cursor that was not made by the recorder it was given to.
type CursorError struct {
	// Cursor is the text that was given.
	Cursor string
}

// Error names the cursor.
func (e *CursorError) Error() string {
	return "cursor " + strconv.Quote(e.Cursor) + " was not given out here"
}

// A cursor is the number of the last exchange listed, to go on below it: those
// recorded meanwhile have higher numbers and do not shift anything.
func formatCursor(number uint64) string { return strconv.FormatUint(number, 36) }

func parseCursor(cursor string) (uint64, error) {
	if cursor == "" {
		return ^uint64(0), nil
	}
	number, err := strconv.ParseUint(cursor, 36, 64)
	if err != nil || formatCursor(number) != cursor {
		return 0, &CursorError{Cursor: cursor}
	}
	return number, nil
}
