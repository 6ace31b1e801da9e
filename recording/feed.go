package recording

import "sync"

// Feed is a [Recorder] that keeps nothing and tells who waits that there is
// something new. In a [Tee] it stands behind the store, so that who is woken
// finds the exchange there. The zero value is ready for use; its methods are
// safe for concurrent use.
type Feed struct {
	mu   sync.Mutex
	next chan struct{} // nil while nobody waits
}

var _ Recorder = (*Feed)(nil)

// Record wakes all who wait.
func (f *Feed) Record(*Exchange) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next != nil {
		close(f.next)
		f.next = nil
	}
}

// Next returns a channel that is closed at the next exchange. Who asks for it
// before looking into the store misses none.
func (f *Feed) Next() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next == nil {
		f.next = make(chan struct{})
	}
	return f.next
}
