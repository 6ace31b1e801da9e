package originconn

import (
	"sync"
	"time"
)

// silence is the response timeout over HTTP/2, where the socket serves more than one stream
// and cannot keep the time. It runs while the origin is being waited for, but not before
// the request has been sent completely (CF-TIME-01).
type silence struct {
	gap time.Duration
	end func() // ends the exchange

	mu      sync.Mutex
	timer   *time.Timer
	sending bool
	waiting bool
	over    bool
}

// newSilence makes one that is not running yet.
func newSilence(gap time.Duration, sending bool, end func()) *silence {
	s := &silence{gap: gap, sending: sending, end: end}
	s.timer = time.AfterFunc(gap, s.fire)
	s.timer.Stop()
	return s
}

func (s *silence) fire() {
	s.mu.Lock()
	due := s.waiting && !s.sending
	s.over = s.over || due
	s.mu.Unlock()
	if due {
		s.end()
	}
}

// wait notes that the origin is being waited for from now on.
func (s *silence) wait() { s.set(func() { s.waiting = true }) }

// heard notes that the origin answered.
func (s *silence) heard() { s.set(func() { s.waiting = false }) }

// sent notes that the request has been sent.
func (s *silence) sent() { s.set(func() { s.sending = false }) }

func (s *silence) set(change func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change()
	if s.waiting && !s.sending {
		s.timer.Reset(s.gap)
	} else {
		s.timer.Stop()
	}
}

// tooLong reports whether the timeout has ended the exchange.
func (s *silence) tooLong() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.over
}
