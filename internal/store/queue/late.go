package queue

import (
	"slices"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// Late holds the exchanges that were written before their handshake was explained: the scan
// for that takes time, and the exchange must not wait for it. The zero value is ready for
// use; it must not be used concurrently.
type Late struct {
	waiting []late
}

type late struct {
	number   int64
	exchange *recording.Exchange
	until    time.Time
}

const (
	// LateCheck is how often to ask Explained while there are Some.
	LateCheck = 250 * time.Millisecond
	// lateFor is how long to wait for an explanation, maxLate how many are waited for.
	lateFor = 2 * time.Minute
	maxLate = 64
)

// Some reports whether any explanation is pending.
func (l *Late) Some() bool { return len(l.waiting) > 0 }

// Note adds the exchanges of a batch whose explanation is pending. Their numbers begin with
// first.
func (l *Late) Note(batch []Item, first int64, r *recording.Redactor) {
	for i := range batch {
		if explained(batch[i].Exchange) || len(l.waiting) >= maxLate {
			continue
		}
		own := batch[i].Whole(r)
		own.Viewer.Body, own.Response.Body = slices.Clone(own.Viewer.Body), slices.Clone(own.Response.Body)
		l.waiting = append(l.waiting, late{number: first + int64(i), exchange: own, until: time.Now().Add(lateFor)})
	}
}

// Explained calls again for every exchange whose explanation has arrived, redacted and with
// its bodies, and removes it.
func (l *Late) Explained(again func(number int64, e *recording.Exchange)) {
	now := time.Now()
	l.waiting = slices.DeleteFunc(l.waiting, func(x late) bool {
		done := explained(x.exchange)
		if done {
			again(x.number, x.exchange)
		}
		return done || now.After(x.until)
	})
}

// explained reports whether the explanations of an exchange are complete.
func explained(e *recording.Exchange) bool {
	for _, a := range e.Attempts {
		if a != nil && a.Explanation != nil && !a.Explanation.Done() {
			return false
		}
	}
	return true
}
