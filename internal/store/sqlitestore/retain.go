package sqlitestore

import (
	"context"
	"os"
)

// retain drops the oldest exchanges beyond the limits, at most this many at once: a folder
// that is far too large shrinks with the following batches, and none of them takes long. It
// returns the segments to delete.
func (w *writer) retain(ix *index, most int) ([]int64, error) {
	cut, err := w.cut(ix, most)
	if err != nil || cut == 0 {
		return nil, err
	}
	n, err := ix.removeUpTo(cut)
	if err != nil {
		return nil, err
	}
	w.removed += n
	if err := ix.exec(deleteSpans, cut-span); err != nil {
		return nil, err
	}
	own := int64(0)
	if w.segment != nil {
		own = w.segment.id
	}
	return ix.removeEmptySegments(own)
}

// cut returns the number up to which exchanges are beyond the limits, or 0.
func (w *writer) cut(ix *index, most int) (int64, error) {
	c := &w.store.config
	excess := int64(0)
	if c.Keep > 0 {
		excess = min(ix.exchanges-c.Keep, int64(most))
	}
	if c.KeepBytes > 0 && excess < int64(most) {
		used, err := ix.bytes()
		if err != nil {
			return 0, err
		}
		if used > c.KeepBytes && ix.exchanges > 0 {
			// As many as needed if all have the same size. Their space is freed only with
			// the last of their segment, so more may follow.
			each := max(used/ix.exchanges, 1)
			excess = max(excess, min((used-c.KeepBytes)/each+1, int64(most)))
		}
	}
	cut := int64(0)
	if excess > 0 {
		var err error
		if cut, err = ix.numberAt(excess, min(max(c.Keep, 0), ix.exchanges)/128); err != nil {
			return 0, err
		}
	}
	if c.KeepFor <= 0 {
		return cut, nil
	}
	// Of the oldest, those up to the last one that is too old before the first that is not.
	// One dated in the future was recorded under a clock that has been set back since: it
	// is as old as its neighbors.
	aged, looked := int64(0), 0
	now := c.Now()
	before := now.Add(-c.KeepFor).UnixNano()
	err := ix.eachOldest(func(r *row) bool {
		if r.start < before {
			aged = r.number
		}
		looked++
		return looked < most && (r.start < before || r.start > now.UnixNano())
	})
	return max(cut, aged), err
}

// bytes returns the size of the folder.
func (x *index) bytes() (used int64, err error) {
	err = x.row(usedBytes).Scan(&used)
	return used, err
}

// removeSegments deletes the files of segments that are no longer in an index. A file that
// cannot be deleted is found again when the folder is opened.
func (s *Store) removeSegments(ids []int64) {
	for _, id := range ids {
		_ = os.Remove(segmentPath(s.config.Dir, id))
	}
}

// sweep deletes the files of segments that no index has: a process ended in between. It
// holds the writers' lock meanwhile, as others may be creating one.
func (s *Store) sweep(ctx context.Context) error {
	tx, err := s.files.Load().write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	ix := index{ctx: ctx, tx: tx}
	files, err := os.ReadDir(s.config.Dir)
	if err != nil {
		return err
	}
	for _, f := range files {
		id, ok := segmentID(f.Name())
		if !ok {
			continue
		}
		there, err := ix.hasSegment(id)
		if err != nil {
			return err
		}
		if !there {
			s.removeSegments([]int64{id})
		}
	}
	return nil
}
