package pgstore

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"
)

// errReadOnly is the error for changing what was opened for reading.
var errReadOnly = errors.New("the recordings were opened for reading only")

// Delete deletes the exchanges with these ids.
func (s *Store) Delete(ctx context.Context, ids ...string) (int, error) {
	if s.config.ReadOnly {
		return 0, errReadOnly
	}
	s.queue.Flush(ctx)
	n := int64(0)
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		t := transaction{tx: tx}
		// In the same lock order as writers that add.
		if _, err := tx.Exec(ctx, "SELECT next FROM state FOR UPDATE"); err != nil {
			return err
		}
		keys := make([][]byte, len(ids))
		for i, id := range ids {
			keys[i] = []byte(id)
		}
		found, err := tx.Query(ctx, "DELETE FROM exchange WHERE id = ANY ($1) RETURNING kind, size", keys)
		if err != nil {
			return err
		}
		if err := t.count(ctx, found, -1); err != nil {
			return err
		}
		n = found.CommandTag().RowsAffected()
		return nil
	})
	if err != nil {
		return 0, s.reading(err)
	}
	return int(n), nil
}

// Reset deletes every exchange of every edge. Numbering continues.
func (s *Store) Reset(ctx context.Context) (int, error) {
	if s.config.ReadOnly {
		return 0, errReadOnly
	}
	s.queue.Flush(ctx)
	n := 0
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, `UPDATE state SET generation = state.generation + 1, exchanges = 0, bytes = 0
			FROM (SELECT exchanges FROM state FOR UPDATE) AS before RETURNING before.exchanges`).Scan(&n)
		if err != nil {
			return err
		}
		// Not TRUNCATE, which would wait for readers.
		_, err = tx.Exec(ctx, "DELETE FROM exchange; DELETE FROM kind; DELETE FROM part")
		return err
	})
	if err != nil {
		return 0, s.reading(err)
	}
	return n, nil
}
