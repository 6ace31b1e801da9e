package recording

import (
	"context"
	"slices"
	"sync"

	"github.com/edgesim/edgesim/policy"
)

// The defaults of [RingConfig].
const (
	// DefaultRingExchanges is the number of exchanges that a Ring keeps.
	DefaultRingExchanges = 2000
	// DefaultRingBytes is the memory limit for a Ring's exchanges, in bytes as
	// estimated by [Exchange.Size]: a sixteenth of the edge's 64 MiB budget, because
	// the garbage collector lets the heap grow to several times the live data.
	DefaultRingBytes = 4 << 20
)

// failureShare is the part of a Ring, one in this many, that is reserved for failures:
// successes never evict them from it.
const failureShare = 4

// RingConfig limits how much a Ring keeps. The zero value is ready to use.
type RingConfig struct {
	// Exchanges is the maximum number kept. Default: [DefaultRingExchanges].
	Exchanges int
	// Bytes is the maximum estimated memory of the exchanges kept. Default:
	// [DefaultRingBytes]. A single exchange larger than this is kept until the next
	// one arrives.
	Bytes int64
	// Redactor hides secrets. Default: see [Redact].
	Redactor *Redactor
}

// Ring is a [Store] that keeps the newest exchanges in memory, and failures
// longer than successes: an exchange with a Cause is dropped only when failures
// fill more than a quarter of the ring, no matter how many successes followed it.
// Its methods are safe for concurrent use. Create one with [NewRing].
type Ring struct {
	limit RingConfig

	mu        sync.Mutex
	next      uint64 // number of the next exchange
	failures  queue  // those with a Cause, oldest first
	successes queue
	byID      map[string]entry
	bodies    bodies
}

var _ Store = (*Ring)(nil)

// NewRing returns an empty Ring.
func NewRing(c RingConfig) *Ring {
	if c.Exchanges <= 0 {
		c.Exchanges = DefaultRingExchanges
	}
	if c.Bytes <= 0 {
		c.Bytes = DefaultRingBytes
	}
	if c.Redactor == nil {
		c.Redactor = &Redactor{}
	}
	return &Ring{limit: c, next: 1, byID: map[string]entry{}, bodies: bodies{limit: c.Bytes}}
}

// Record keeps an exchange and drops the oldest ones to make room. Work that
// grows with the size of the exchange is done before taking the lock.
func (r *Ring) Record(e *Exchange) {
	e = r.limit.Redactor.Redact(e)
	size := e.Size()
	own := *e // without what was lent: it would stay in memory with the exchange
	own.Viewer.Body, own.Response.Body = nil, nil
	r.mu.Lock()
	defer r.mu.Unlock()
	q := &r.successes
	if e.Cause != nil {
		q = &r.failures
	}
	kept := entry{
		number: r.next, size: size, exchange: &own,
		viewer: r.bodies.keep(e.Viewer.Body), response: r.bodies.keep(e.Response.Body),
	}
	q.push(kept)
	r.next++
	r.byID[e.ID] = kept
	for r.overfull() {
		r.drop()
	}
}

// overfull reports whether something must be dropped. The newest exchange is always kept.
func (r *Ring) overfull() bool {
	n := r.failures.len() + r.successes.len()
	return n > 1 && (n > r.limit.Exchanges || r.failures.bytes+r.successes.bytes > r.limit.Bytes)
}

// drop removes the oldest exchange, or the oldest success if the failures are within their
// share.
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
	// Two exchanges with the same id are a mistake of the caller, who then gets the newer
	// one.
	if r.byID[gone.exchange.ID].number == gone.number {
		delete(r.byID, gone.exchange.ID)
	}
	r.bodies.give(gone.viewer)
	r.bodies.give(gone.response)
}

// Get returns the exchange with this id, with its bodies.
func (r *Ring) Get(_ context.Context, id string) (*Exchange, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e, ok := r.byID[id]
	if !ok {
		return nil, &NotFoundError{ID: id}
	}
	return e.whole(), nil
}

// List returns the exchanges that match the filter. Everything they refer to,
// except their bodies, is shared: do not modify it. If the filter has Bodies set,
// an exchange that is dropped while the list is being built is omitted.
func (r *Ring) List(_ context.Context, f Filter) (Page, error) {
	from, err := ParseCursor(f.Cursor)
	if err != nil {
		return Page{}, err
	}
	var page Page
	for _, e := range r.ordered(from, f.OldestFirst) {
		if !f.Match(e.exchange) {
			continue
		}
		if f.Limit > 0 && len(page.Exchanges) == f.Limit {
			page.Next = page.Positions[f.Limit-1]
			return page, nil
		}
		listed := e.exchange
		if f.Bodies {
			if listed = r.whole(e.number); listed == nil {
				continue
			}
		}
		page.Exchanges = append(page.Exchanges, listed)
		page.Positions = append(page.Positions, FormatCursor(e.number))
	}
	return page, nil
}

// whole returns the exchange with a number with its bodies; nil if it is no longer kept and
// its bodies have been reused.
func (r *Ring) whole(number uint64) *Exchange {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, q := range []*queue{&r.failures, &r.successes} {
		if e, ok := q.find(number); ok {
			return e.whole()
		}
	}
	return nil
}

// ordered returns the entries beyond a cursor, so that they can be searched without
// blocking Record.
func (r *Ring) ordered(from uint64, oldestFirst bool) []entry {
	all := r.newestFirst()
	if oldestFirst {
		slices.Reverse(all)
	}
	beyond := func(e entry) bool { return e.number < from }
	switch {
	case from == 0:
		return all
	case oldestFirst:
		beyond = func(e entry) bool { return e.number > from }
	}
	if i := slices.IndexFunc(all, beyond); i >= 0 {
		return all[i:]
	}
	return nil
}

// newestFirst returns a copy of all entries.
func (r *Ring) newestFirst() []entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	a, b := r.failures.len(), r.successes.len()
	all := make([]entry, 0, a+b)
	for a > 0 || b > 0 {
		if b == 0 || a > 0 && r.failures.at(a-1).number > r.successes.at(b-1).number {
			a--
			all = append(all, r.failures.at(a))
		} else {
			b--
			all = append(all, r.successes.at(b))
		}
	}
	return all
}

// Delete removes the exchanges with these ids.
func (r *Ring) Delete(_ context.Context, ids ...string) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	gone := map[*Exchange]bool{}
	for _, id := range ids {
		if e, ok := r.byID[id]; ok {
			gone[e.exchange] = true
			delete(r.byID, id)
		}
	}
	if len(gone) > 0 {
		r.failures.remove(gone, &r.bodies)
		r.successes.remove(gone, &r.bodies)
	}
	return len(gone), nil
}

// Reset removes every exchange and returns how many there were. Cursors issued
// before remain valid: they yield an empty list.
func (r *Ring) Reset(context.Context) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.failures.len() + r.successes.len()
	r.failures, r.successes = queue{}, queue{}
	r.bodies = bodies{limit: r.limit.Bytes}
	clear(r.byID)
	return n, nil
}

// Stats returns counts of what is kept.
func (r *Ring) Stats(context.Context) (Stats, error) {
	all := r.newestFirst()
	s := Stats{Statuses: map[int]int64{}, Causes: map[policy.CauseName]int64{}}
	for _, e := range all {
		s.Exchanges++
		s.Bytes += e.size
		s.Statuses[e.exchange.Response.Status]++
		if c := e.exchange.Cause; c != nil {
			s.Causes[c.Name]++
		}
	}
	if len(all) > 0 {
		s.Newest, s.Oldest = all[0].exchange.Start, all[len(all)-1].exchange.Start
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	s.Cursor = FormatCursor(r.next - 1)
	return s, nil
}

// Health reports no problem: memory does not fail.
func (r *Ring) Health() Health {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Health{Recorded: r.next - 1}
}

// Close does nothing: the exchanges can still be read.
func (r *Ring) Close() error { return nil }
