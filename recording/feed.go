package recording

import "sync"

// Feed is a [Recorder] that keeps nothing and wakes waiting readers when there is
// a new exchange. In a [Tee], put it after the store, so that readers find the
// exchange there when they wake. The zero value is ready to use; its methods are
// safe for concurrent use.
type Feed struct {
	mu   sync.Mutex
	next chan struct{} // nil while nothing waits
}

var _ Recorder = (*Feed)(nil)

// Record wakes all waiting readers.
func (f *Feed) Record(*Exchange) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next != nil {
		close(f.next)
		f.next = nil
	}
}

// Next returns a channel that is closed on the next exchange. To miss none, call
// it before reading from the store.
func (f *Feed) Next() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.next == nil {
		f.next = make(chan struct{})
	}
	return f.next
}
