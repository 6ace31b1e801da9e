package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"time"
)

// coldStart is how long edgesim takes from exec until it is usable. Requests are sent
// before it listens and until it answers, so the answer includes the first handshake with
// the origin.
type coldStart struct {
	State string `json:"state"` // contents of the state directory
	// Ready is the time until the ready file existed, Answered until the first request was
	// answered: medians and the slowest.
	Ready    time.Duration `json:"readyNanoseconds"`
	Answered time.Duration `json:"answeredNanoseconds"`
	Slowest  time.Duration `json:"slowestAnswerNanoseconds"`
	Starts   int           `json:"starts"`
}

// The two kinds of state directory.
const (
	stateKept  = "with its CA"
	stateEmpty = "empty"
)

// coldStarts starts edgesim repeatedly, with and without an existing viewer CA.
func (b *bench) coldStarts(ctx context.Context) ([]coldStart, error) {
	if b.plan.starts == 0 || !b.plan.takesPart(nameEdgesim) {
		return nil, nil
	}
	b.say("cold starts, %d of each kind", b.plan.starts)
	var all []coldStart
	for _, kind := range []string{stateKept, stateEmpty} {
		c := coldStart{State: kind, Starts: b.plan.starts}
		var ready, answered []float64
		for i := range b.plan.starts + 1 {
			state := b.site.path("cold-state")
			if kind == stateEmpty {
				state += strconv.Itoa(i)
			}
			r, a, err := b.site.coldStart(ctx, state)
			if err != nil {
				return nil, fmt.Errorf("cold start: %w", err)
			}
			if i == 0 {
				continue // it made the CA, and warmed the page cache
			}
			ready, answered = append(ready, float64(r)), append(answered, float64(a))
			c.Slowest = max(c.Slowest, a)
		}
		c.Ready, c.Answered = time.Duration(median(ready)), time.Duration(median(answered))
		all = append(all, c)
	}
	return all, nil
}

// coldStart starts edgesim once and returns how long it took until the ready file existed
// and until the first answer.
func (s *site) coldStart(ctx context.Context, state string) (ready, answered time.Duration, err error) {
	address, err := freeAddress()
	if err != nil {
		return 0, 0, err
	}
	readyFile := s.path("ready.json")
	os.Remove(readyFile)
	cmd := s.edgesimCommand(address, state, "--ready-file", readyFile)
	began := time.Now()
	child, err := s.start(ctx, nameEdgesim, cmd)
	if err != nil {
		return 0, 0, err
	}
	defer child.stop()
	seen := make(chan time.Duration, 1)
	go func() { seen <- s.watchFor(readyFile, began) }()
	for {
		status, _, err := fetchOnce(ctx, "http://"+address+bodyPath(allBodies[0]))
		answered = time.Since(began)
		switch {
		case err == nil && status == http.StatusOK:
			return <-seen, answered, nil
		case err == nil:
			return 0, 0, child.failure(fmt.Errorf("status %d", status))
		case answered > startLimit:
			return 0, 0, child.failure(err)
		}
		if err := waitUntil(ctx, 500*time.Microsecond); err != nil {
			return 0, 0, err
		}
	}
}

// startLimit is when a start counts as failed.
const startLimit = 10 * time.Second

// watchFor waits for a file; 0 means that it did not appear.
func (s *site) watchFor(file string, began time.Time) time.Duration {
	for time.Since(began) < startLimit {
		if info, err := os.Stat(file); err == nil && info.Size() > 0 {
			return time.Since(began)
		}
		time.Sleep(500 * time.Microsecond)
	}
	return 0
}
