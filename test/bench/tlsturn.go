package main

import (
	"context"
	"fmt"
	"runtime"
	"time"
)

// worker is a subject of the TLS section in one cell: one thing that it does in
// this process again and again, one after the other.
type worker struct {
	name string
	// agreed is what the handshake agreed on: suite and group.
	agreed string
	once   func(ctx context.Context) error
	// close ends what it keeps open.
	close func()
}

// startWorker makes a worker that has done its thing once, so that what is
// wrong with it shows before anything is measured.
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

// takeTurns runs the rounds: in each one every worker has a turn, each time
// beginning with another one. Turns are short and rounds are many, as the
// machine is not the same from one second to the next.
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

// turn lets a worker work until its time is over, at least once. It begins
// without the garbage of who worked before. A failure is counted, and the first
// one is said.
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
