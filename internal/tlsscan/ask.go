package tlsscan

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// asker sends hellos within limits, each over its own connection.
type asker struct {
	origin  Origin
	options Options
	// slots limit the parallelism.
	slots chan struct{}

	mu sync.Mutex
	// opened counts the connections, answered those with any kind of answer.
	opened, answered, timeouts int
	// dialCause is why the first failed connection could not be opened.
	dialCause *policy.Cause
	address   string
	limits    []string
}

// left is how many connections may still be opened.
func (a *asker) left() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return max(a.options.MaxConnections-a.opened, 0)
}

// answer is the response to one hello.
type answer struct {
	flight tlswire.Flight
	// asked is false if the hello could not be sent: a limit, or no connection. Nothing
	// follows from such an answer.
	asked bool
	// timedOut means that the origin neither answered nor closed in time.
	timedOut bool
}

// in returns the ServerHello if it chooses this version.
func (a *answer) in(version uint16) *tlswire.ServerHello {
	if h := a.flight.ServerHello; h != nil && h.Version == version {
		return h
	}
	return nil
}

// useless reports whether nothing follows from the answer to a question in a version, where
// hello is what the origin chose: it was not asked, was not answered in time, or the answer
// is malformed.
func (a *answer) useless(hello *tlswire.ServerHello) bool {
	return !a.asked || a.timedOut && hello == nil || a.flight.Malformed != ""
}

// leaf returns the first certificate that the origin presented.
func (a *answer) leaf() []byte {
	if len(a.flight.Certificates) == 0 {
		return nil
	}
	return a.flight.Certificates[0]
}

// ask sends a hello if the limits allow it and reads the answer.
func (a *asker) ask(ctx context.Context, hello tlswire.ClientHello) answer {
	sent, err := hello.Build()
	if err != nil {
		a.limit(err.Error())
		return answer{}
	}
	select {
	case a.slots <- struct{}{}:
		defer func() { <-a.slots }()
	case <-ctx.Done():
		a.ended(ctx)
		return answer{}
	}
	if !a.open(ctx) {
		return answer{}
	}
	return a.send(ctx, sent)
}

// open counts a connection, if one more may be opened.
func (a *asker) open(ctx context.Context) bool {
	if ctx.Err() != nil {
		a.ended(ctx)
		return false
	}
	a.mu.Lock()
	spent := a.opened >= a.options.MaxConnections
	silent := a.answered == 0 && a.timeouts >= silentEnough
	if !spent && !silent {
		a.opened++
	}
	a.mu.Unlock()
	if spent {
		a.limit(fmt.Sprintf("the limit of %d connections was reached", a.options.MaxConnections))
	}
	return !spent && !silent
}

// silentEnough is how many connections may end in silence before an origin that never
// answered is considered silent.
const silentEnough = 3

// ended notes that the scan's time is over, unless it was stopped on purpose.
func (a *asker) ended(ctx context.Context) {
	if context.Cause(ctx) == context.DeadlineExceeded {
		a.limit(fmt.Sprintf("the time allowed, %s, was over", a.options.Budget))
	}
}

// limit notes why the scan is incomplete, once.
func (a *asker) limit(what string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !slices.Contains(a.limits, what) {
		a.limits = append(a.limits, what)
	}
}

// send sends the hello and counts the result.
func (a *asker) send(ctx context.Context, sent *tlswire.SentHello) answer {
	ctx, cancel := context.WithTimeout(ctx, a.options.Timeout)
	defer cancel()
	got, cause := a.origin.Ask(ctx, sent)
	if cause != nil {
		a.mu.Lock()
		if a.dialCause == nil {
			a.dialCause = cause
		}
		a.mu.Unlock()
		if ctx.Err() == nil {
			a.limit("a connection could not be opened: " + cause.Detail)
		}
		return answer{}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.address = got.Address
	if got.TimedOut {
		a.timeouts++
	}
	if !got.TimedOut || got.Flight.ServerHello != nil || got.Flight.RecordVersion != 0 || got.Flight.NotTLS != nil {
		a.answered++
	}
	return answer{flight: got.Flight, asked: true, timedOut: got.TimedOut}
}
