package sqlitestore

import (
	"context"
	"slices"
	"time"

	"github.com/edgesim/edgesim/recording"
)

// explained says whether the explanations of an exchange are complete.
func explained(e *recording.Exchange) bool {
	for _, a := range e.Attempts {
		if a != nil && a.Explanation != nil && !a.Explanation.Done() {
			return false
		}
	}
	return true
}

// noteLate notes the exchanges of a batch, numbered from first, that are to be
// written again.
func (w *writer) noteLate(batch []item, first int64) {
	for i := range batch {
		e := batch[i].exchange
		if explained(e) || len(w.late) >= maxLate {
			continue
		}
		own := *e
		own.Viewer.Body, own.Response.Body = slices.Clone(bytesOf(batch[i].viewer)), slices.Clone(bytesOf(batch[i].body))
		w.late = append(w.late, late{number: first + int64(i), exchange: &own, until: time.Now().Add(lateFor)})
	}
}

// explainLate writes those again whose explanation has come. One that fails is
// given up: the exchange itself is there.
func (w *writer) explainLate(last bool) {
	now := time.Now()
	w.late = slices.DeleteFunc(w.late, func(l late) bool {
		if explained(l.exchange) {
			w.report(w.rewrite(context.Background(), l))
			return true
		}
		return last || now.After(l.until)
	})
}

// rewrite writes an exchange again, under its number.
func (w *writer) rewrite(ctx context.Context, l late) (err error) {
	w.store.changing.Lock()
	defer w.store.changing.Unlock()
	tx, err := w.store.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	ix := index{ctx: ctx, tx: tx}
	fresh, err := w.openSegment(&ix)
	var place int64
	if err == nil {
		e := w.store.config.Redactor.Redact(l.exchange)
		place, err = w.encode(e, e.Viewer.Body, e.Response.Body)
	}
	if err == nil {
		err = w.segment.flush()
	}
	if err == nil {
		err = ix.move(l.number, place, w.segment.next)
	}
	if err == nil {
		err = tx.Commit()
	}
	if err != nil {
		_ = tx.Rollback() // the first error counts
		w.abandon(fresh)
		return err
	}
	w.segment.size = w.segment.next
	return nil
}
