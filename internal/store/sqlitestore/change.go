package sqlitestore

import (
	"context"
	"errors"

	"github.com/edgesim/edgesim/recording"
)

// Delete deletes the exchanges with these ids. Their bytes go with the segment they are in.
func (s *Store) Delete(ctx context.Context, ids ...string) (int, error) {
	s.queue.Flush(ctx)
	var numbers []int64
	for _, id := range ids {
		if number, ok := damagedNumber(id); ok {
			numbers = append(numbers, number)
			continue
		}
		_, number, err := s.find(ctx, id)
		var absent *recording.NotFoundError
		switch {
		case errors.As(err, &absent):
		case err != nil && number == 0:
			return 0, err
		default: // including a damaged one
			numbers = append(numbers, number)
		}
	}
	if len(numbers) == 0 {
		return 0, nil
	}
	return s.forget(ctx, numbers)
}

// Reset deletes every exchange and the segments. Numbering continues.
func (s *Store) Reset(ctx context.Context) (int, error) {
	s.queue.Flush(ctx)
	reset := func(ix *index) (int64, error) {
		n := ix.exchanges
		for _, text := range []string{"DELETE FROM block", "DELETE FROM block_kind", "DELETE FROM block_key", "DELETE FROM kind", "DELETE FROM span"} {
			if err := ix.exec(text); err != nil {
				return 0, err
			}
		}
		ix.exchanges = 0
		return n, nil
	}
	n, err := s.change(ctx, reset)
	if full(err) {
		if err := s.removeAllSegments(); err != nil {
			return 0, explain(err)
		}
		n, err = s.change(ctx, reset)
	}
	if err == nil {
		s.damage.forget()
	}
	return n, err
}

// errReadOnly is the error for changing what was opened for reading.
var errReadOnly = errors.New("the recordings were opened for reading only")

// change runs a transaction besides the writer's, and deletes the segments that are then
// empty.
func (s *Store) change(ctx context.Context, do func(*index) (int64, error)) (int, error) {
	if s.config.ReadOnly {
		return 0, errReadOnly
	}
	s.changing.Lock()
	defer s.changing.Unlock()
	n, gone, err := s.changed(ctx, do)
	if full(err) {
		s.makeRoom(ctx)
		n, gone, err = s.changed(ctx, do)
	}
	if err != nil {
		return 0, explain(err)
	}
	s.removeSegments(gone)
	s.keepReserve()
	return int(n), nil
}

func (s *Store) changed(ctx context.Context, do func(*index) (int64, error)) (int64, []int64, error) {
	files := s.files.Load()
	tx, err := files.write.BeginTx(ctx, nil)
	if err != nil {
		return 0, nil, err
	}
	defer tx.Rollback()
	ix := index{ctx: ctx, tx: tx, prepared: files.prepared}
	if err := ix.begin(); err != nil {
		return 0, nil, err
	}
	n, err := do(&ix)
	if err != nil {
		return 0, nil, err
	}
	// The writer finds that its segment is gone, and starts another.
	gone, err := ix.removeEmptySegments(0)
	if err != nil {
		return 0, nil, err
	}
	if err := ix.end(); err != nil {
		return 0, nil, err
	}
	return n, gone, tx.Commit()
}
