package main

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// worker is a subject of the TLS section in one cell: an operation that it repeats in this
// process.
type worker struct {
	name string
	// agreed is what the handshake negotiated: suite and group.
	agreed string
	once   func(ctx context.Context) error
	// close ends what it keeps open.
	close func()
}

// startWorker makes a worker that has run its operation once, so that problems show before
// anything is measured.
type startWorker func(ctx context.Context) (*worker, error)

// started tries a worker.
func started(ctx context.Context, w *worker) (*worker, error) {
	if w.close == nil {
		w.close = func() {}
	}
	if err := w.once(ctx); err != nil {
		w.close()
		return nil, fmt.Errorf("TLS, %s: %w", w.name, err)
	}
	return w, nil
}

// takeTurns runs the rounds: in each one every worker has a turn, each time starting with
// another one. Turns are short and rounds are many, as the machine changes from one second
// to the next.
func (b *bench) takeTurns(ctx context.Context, workers []*worker) ([]round, error) {
	rounds := make([]round, b.plan.tlsRounds)
	for i := range rounds {
		rounds[i] = round{}
		for turn := range workers {
			w := workers[(turn+i)%len(workers)]
			rounds[i][w.name] = b.turn(ctx, w)
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
	}
	return rounds, nil
}

// turn lets a worker work until its time is over, at least once. It starts without the
// garbage of the previous worker. Failures are counted, and the first one is reported.
func (b *bench) turn(ctx context.Context, w *worker) sample {
	runtime.GC()
	var s sample
	used, began := ownCPU(), time.Now()
	for s.Elapsed < b.plan.tlsTurn && ctx.Err() == nil {
		if err := w.once(ctx); err != nil {
			if s.Errors++; s.Errors == 1 {
				b.say("TLS, %s: %v", w.name, err)
			}
			_ = waitUntil(ctx, 10*time.Millisecond)
		} else {
			s.Requests++
		}
		s.Elapsed = time.Since(began)
	}
	s.CPU = ownCPU() - used
	return s
}
