package sqlitestore

import (
	"context"

	"github.com/edgesim/edgesim/recording"
)

// explainLate rewrites exchanges whose explanation has arrived. A failure is ignored: the
// exchange itself is there.
func (w *writer) explainLate() {
	w.late.Explained(func(number int64, e *recording.Exchange) {
		w.report(w.rewrite(context.Background(), number, e))
	})
}

// rewrite rewrites an exchange under its number.
func (w *writer) rewrite(ctx context.Context, number int64, e *recording.Exchange) (err error) {
	w.store.changing.Lock()
	defer w.store.changing.Unlock()
	files := w.store.files.Load()
	tx, err := files.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	ix := index{ctx: ctx, tx: tx, prepared: files.prepared}
	fresh, err := w.openSegment(&ix)
	var place int64
	if err == nil {
		place, err = w.encode(e, e.Viewer.Body, e.Response.Body)
	}
	if err == nil {
		err = w.segment.flush()
	}
	if err == nil {
		err = ix.move(number, place, w.segment.next)
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
