package cache

import (
	"context"
	"io"
)

// Flight is one request for a key in progress: the leader fetches the result, and later
// callers wait for it.
type Flight[H any] struct {
	store *Store[H]
	key   string
	// settled is closed when the result for the waiting callers is known.
	settled chan struct{}
	// entry is what they share; nil if the leader declined.
	entry *Entry[H]
	// reserved means that each waiting caller has a reserved reader of the entry's body,
	// counted before the body could be given up.
	reserved bool
	// waiting counts the waiting callers; over means that it is too late to settle.
	// Both are guarded by the store.
	waiting int
	over    bool
	// left and cancel end the leader's work when its viewer and all waiting callers have
	// left.
	left   bool
	cancel func()
	// doomed means that the result must not be kept.
	doomed bool
	// turns lets only a few of those that got nothing proceed at a time.
	turns chan struct{}
}

// turnsAtOnce is how many of those that waited in vain proceed at a time: requests that
// cannot be shared must not hit the origin all at once.
const turnsAtOnce = 32

// Join returns the flight of a key, and whether the caller leads it. A leader must call
// Keep, Share or Decline; cancel is called when nobody waits for the result any longer. The
// others call Wait.
func (s *Store[H]) Join(key string, cancel func()) (f *Flight[H], leads bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.flights[key]; f != nil && !f.abandoned() {
		f.waiting++
		return f, false
	}
	f = &Flight[H]{store: s, key: key, settled: make(chan struct{}), cancel: cancel, turns: make(chan struct{}, turnsAtOnce)}
	s.flights[key] = f
	s.open[f] = struct{}{}
	return f, true
}

// Lead is Join for a caller that does not wait: the result is nil if a flight for the key
// is already in progress.
func (s *Store[H]) Lead(key string, cancel func()) *Flight[H] {
	s.mu.Lock()
	defer s.mu.Unlock()
	if f := s.flights[key]; f != nil && !f.abandoned() {
		return nil
	}
	f := &Flight[H]{store: s, key: key, settled: make(chan struct{}), cancel: cancel, turns: make(chan struct{}, turnsAtOnce)}
	s.flights[key] = f
	s.open[f] = struct{}{}
	return f
}

// Alone returns a flight that no one waits for, even if another is in progress.
func (s *Store[H]) Alone(key string, cancel func()) *Flight[H] {
	f := &Flight[H]{store: s, key: key, settled: make(chan struct{}), cancel: cancel}
	s.mu.Lock()
	s.open[f] = struct{}{}
	s.mu.Unlock()
	return f
}

// End declines unless the leader has delivered something. Every leader must call it when it
// is done.
func (f *Flight[H]) End() {
	f.Decline()
	f.store.mu.Lock()
	delete(f.store.open, f)
	f.store.mu.Unlock()
}

// abandoned reports whether the flight was given up because everyone left.
func (f *Flight[H]) abandoned() bool { return f.left && f.waiting == 0 }

// Leave notes that the leader's own viewer has left. The flight continues while others
// wait.
func (f *Flight[H]) Leave() {
	f.store.mu.Lock()
	f.left = true
	end := !f.over && f.waiting == 0
	f.store.mu.Unlock()
	if end {
		f.cancel()
	}
}

// Wait waits for the leader's result. The entry is nil if there is nothing to share; the
// caller then continues alone, with [Flight.Turn]. The reader is nil if the entry has no
// body; the caller closes it. An error means that ctx has ended.
func (f *Flight[H]) Wait(ctx context.Context) (*Entry[H], *Reader, error) {
	var err error
	select {
	case <-f.settled:
	case <-ctx.Done():
		err = ctx.Err()
	}
	f.store.mu.Lock()
	f.waiting--
	entry, over := f.entry, f.over
	end := !over && f.left && f.waiting == 0
	f.store.mu.Unlock()
	if end {
		f.cancel()
	}
	switch {
	case !over:
		return nil, nil, err
	case entry == nil || entry.body == nil:
		return entry, nil, err
	}
	var r *Reader
	if f.reserved {
		r = entry.body.reader(ctx)
	} else {
		r = entry.Open(ctx)
	}
	if err != nil && r != nil {
		r.Close()
	}
	if r == nil {
		return nil, nil, err // its body has been given up meanwhile
	}
	return entry, r, err
}

// Turn waits until the caller may continue alone; it calls done when its own answer has
// begun.
func (f *Flight[H]) Turn(ctx context.Context) (done func(), err error) {
	select {
	case f.turns <- struct{}{}:
		return func() { <-f.turns }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// settle lets the waiting callers proceed, with or without an entry; the lock is held.
func (f *Flight[H]) settle(e *Entry[H]) {
	f.entry, f.over = e, true
	if f.store.flights[f.key] == f {
		delete(f.store.flights, f.key)
	}
	close(f.settled)
}

// Decline releases the waiting callers without a result. It does nothing if the flight has
// ended.
func (f *Flight[H]) Decline() {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	if !f.over {
		f.settle(nil)
	}
}

// Share gives the waiting callers an existing entry.
func (f *Flight[H]) Share(e *Entry[H]) {
	f.store.mu.Lock()
	defer f.store.mu.Unlock()
	if !f.over {
		f.settle(e)
	}
}

// Content is the body of an entry to be stored.
type Content struct {
	// Source is read to its end and closed; nil means no body. io.EOF means that it was
	// complete.
	Source io.ReadCloser
	// Length is its announced length; -1 if unknown.
	Length int64
}

// Keep stores an entry under a key and gives it to the waiting callers; weight is the size
// of the head. The reader is the leader's own, and nil if there is no body.
func (f *Flight[H]) Keep(ctx context.Context, key string, head H, weight int, c Content) (*Entry[H], *Reader) {
	s := f.store
	e := &Entry[H]{Key: key, Head: head}
	if c.Source != nil {
		e.body = newBody(c, &s.files, f.cancel, func(n int64) { s.grow(e, n) }, func() { s.remove(e) })
	}
	s.mu.Lock()
	var r *Reader
	if e.body != nil {
		// Those that wait come first: the leader's viewer may have left, and a body with no
		// other reader would be given up.
		if !f.over {
			for range f.waiting {
				e.body.reserveOne()
			}
		}
		r = e.body.reserve(ctx)
	}
	var gone []*body
	if f.doomed || c.Length > s.max {
		gone = []*body{e.body}
	} else {
		gone = s.put(e, weight)
	}
	if !f.over {
		f.reserved = true
		f.settle(e)
	}
	s.mu.Unlock()
	letGo(gone)
	return e, r
}

// Renew stores the body of an entry under a new head, and gives the waiting callers the new
// entry. ok is false if the entry's body is not complete.
func (f *Flight[H]) Renew(old *Entry[H], head H, weight int) (e *Entry[H], ok bool) {
	s := f.store
	if old.body != nil && !old.body.whole.Load() {
		return nil, false
	}
	e = &Entry[H]{Key: old.Key, Head: head, body: old.body}
	s.mu.Lock()
	var gone []*body
	if !f.doomed && (old.body == nil || old.body.hold()) {
		gone = s.put(e, weight)
		if e.kept && e.body != nil {
			n := e.body.size()
			e.charge += n
			s.bytes += n
			gone = append(gone, s.evict()...)
		}
	}
	if !f.over {
		f.settle(e)
	}
	s.mu.Unlock()
	letGo(gone)
	return e, true
}

// Put stores an entry without a body, such as a mark, whether or not a flight is in
// progress.
func (s *Store[H]) Put(key string, head H, weight int) {
	e := &Entry[H]{Key: key, Head: head}
	s.mu.Lock()
	gone := s.put(e, weight)
	s.mu.Unlock()
	letGo(gone)
}
