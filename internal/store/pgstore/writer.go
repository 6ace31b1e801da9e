package pgstore

import (
	"context"
	"time"

	"github.com/edgesim/edgesim/internal/store/compact"
	"github.com/edgesim/edgesim/internal/store/lookup"
	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/recording"
)

// writer is the goroutine that writes the queue.
type writer struct {
	store   *Store
	queue   *queue.Queue
	encoder compact.Encoder
	kinds   map[lookup.Kind]int64
	parts   map[int64][]byte // those new to this transaction, by reference
	// generation is that of the parts and kinds remembered; announced is the number of the
	// exchange at which all were last dropped.
	generation, announced int64
	late                  queue.Late
	batch                 []queue.Item
	exchanges             []*recording.Exchange
	down                  bool
	atOnce                int       // how many of the spool are delivered in one transaction
	tryAt                 time.Time // when the database is tried again
}

const (
	// retryAfter is the interval for retrying an unreachable database.
	retryAfter = 500 * time.Millisecond
	// tidyEvery is how often the age of exchanges is checked when none arrive.
	tidyEvery = time.Minute
	// soon is when to continue with the spool while other batches arrive.
	soon = time.Millisecond
)

func newWriter(s *Store) *writer {
	w := &writer{store: s, queue: s.queue, kinds: map[lookup.Kind]int64{}, parts: map[int64][]byte{}, atOnce: queue.BatchRows}
	w.encoder.External, w.encoder.Shortest = w.part, 48
	return w
}

// run writes until the queue is closed and empty.
func (w *writer) run() {
	for w.wait() {
		w.batch = w.queue.Take(w.batch[:0])
		w.exchanges = w.exchanges[:0]
		for i := range w.batch {
			w.exchanges = append(w.exchanges, w.batch[i].Whole(w.store.config.Redactor))
		}
		if !w.mayTry() || !w.deliver(w.exchanges) {
			w.store.spool.add(w.exchanges)
		} else {
			w.late.Note(w.batch, 0, w.store.config.Redactor)
		}
		w.queue.Finished(w.batch, false)
	}
	w.again()
}

// wait waits for a batch to be due, doing other work meanwhile. It returns false at the
// end.
func (w *writer) wait() bool {
	for {
		wait, some := w.queue.Due()
		switch {
		case some && wait == 0:
			return true
		case !some && w.queue.Closed():
			return false
		}
		if !some {
			wait = tidyEvery
		}
		switch spooled := w.store.spool.waiting() > 0; {
		case spooled, w.down:
			wait = min(wait, max(time.Until(w.tryAt), soon))
		}
		if w.late.Some() {
			wait = min(wait, queue.LateCheck)
		}
		timer := time.NewTimer(wait)
		select {
		case <-w.queue.Wake():
		case <-timer.C:
			w.idle()
		}
		timer.Stop()
	}
}

// idle does the work for when no batch is due.
func (w *writer) idle() {
	if !w.mayTry() {
		return
	}
	switch {
	case w.store.spool.waiting() > 0:
		w.deliverSpool()
	case w.down, w.store.config.KeepFor > 0:
		w.deliver(nil)
	}
	if !w.down {
		w.again()
	}
}

// again rewrites exchanges whose handshake has been explained meanwhile.
func (w *writer) again() {
	w.late.Explained(func(_ int64, e *recording.Exchange) {
		if w.mayTry() {
			w.report(w.transaction(func(context.Context) error { return nil }, func(ctx context.Context, t *transaction) error { return t.replace(ctx, e) }))
		}
	})
}

// mayTry reports whether the database is worth trying.
func (w *writer) mayTry() bool { return !time.Now().Before(w.tryAt) }

// deliverSpool moves the oldest exchanges of the spool into the database. How many at once
// depends on what the database can take within writeTimeout: otherwise one that is too slow
// for many would get none, again and again.
func (w *writer) deliverSpool() {
	all, err := w.store.spool.oldest(context.Background(), w.atOnce)
	if err == nil && len(all.Exchanges) > 0 {
		if !w.deliver(all.Exchanges) {
			w.atOnce = max(w.atOnce/4, 1)
			return
		}
		w.atOnce = min(2*w.atOnce, queue.BatchRows)
		err = w.store.spool.delivered(context.Background(), all)
	}
	if err != nil {
		// It stays where it is and is delivered later.
		w.tryAt = time.Now().Add(retryAfter)
	}
}

// deliver writes exchanges and reports whether they are in the database.
func (w *writer) deliver(all []*recording.Exchange) bool {
	var r rows
	prepare := func(ctx context.Context) (err error) {
		r, err = w.columns(ctx, all)
		return err
	}
	err := w.transaction(prepare, func(ctx context.Context, t *transaction) error { return t.add(ctx, &r) })
	w.report(err)
	return err == nil
}

// report notes whether the database can be reached.
func (w *writer) report(err error) {
	if err != nil {
		w.tryAt = time.Now().Add(retryAfter)
	}
	if down := err != nil; down != w.down {
		w.down = down
		w.store.config.Unreachable(err)
	}
}
