package pgstore

import (
	"context"
)

// retain drops the oldest exchanges beyond the limits, at most this many at once, so that
// no transaction takes long.
func (t *transaction) retain(ctx context.Context, most int) error {
	cut, err := t.cut(ctx, most)
	if err != nil || cut == 0 {
		return err
	}
	found, err := t.tx.Query(ctx, "DELETE FROM exchange WHERE number <= $1 RETURNING kind, size", cut)
	if err != nil {
		return err
	}
	if err := t.count(ctx, found, -1); err != nil {
		return err
	}
	if _, err := t.tx.Exec(ctx, "DELETE FROM kind WHERE exchanges <= 0"); err != nil {
		return err
	}
	// Apart from a batch, parts were announced again less than partsFor exchanges before
	// any exchange that still refers to them.
	_, err = t.tx.Exec(ctx, "DELETE FROM part WHERE last < $1", cut-2*partsFor)
	return err
}

// cut returns the number up to which exchanges are beyond the limits, or 0.
func (t *transaction) cut(ctx context.Context, most int) (int64, error) {
	c := &t.w.store.config
	if c.Keep <= 0 && c.KeepBytes <= 0 && c.KeepFor <= 0 {
		return 0, nil
	}
	var exchanges, bytes, cut int64
	if err := t.tx.QueryRow(ctx, "SELECT exchanges, bytes FROM state").Scan(&exchanges, &bytes); err != nil {
		return 0, err
	}
	excess := int64(0)
	if c.Keep > 0 {
		excess = min(exchanges-c.Keep, int64(most))
	}
	if c.KeepBytes > 0 && bytes > c.KeepBytes {
		excess = int64(most)
	}
	if excess > 0 {
		err := t.tx.QueryRow(ctx, "SELECT coalesce(max(number), 0) FROM (SELECT number FROM exchange ORDER BY number LIMIT $1) AS oldest", excess).Scan(&cut)
		if err != nil {
			return 0, err
		}
	}
	if c.KeepFor <= 0 {
		return cut, nil
	}
	// Of the oldest, those up to the last one that is too old before the first that is not;
	// one dated in the future was recorded under a clock that has been set back since.
	var aged int64
	now := c.Now()
	before := now.Add(-c.KeepFor).UnixNano()
	err := t.tx.QueryRow(ctx, `WITH oldest AS (SELECT number, start FROM exchange ORDER BY number LIMIT $1),
		young AS (SELECT min(number) AS first FROM oldest WHERE start >= $2 AND start <= $3)
		SELECT coalesce(max(number), 0) FROM oldest, young WHERE start < $2 AND (first IS NULL OR number < first)`,
		most, before, now.UnixNano()).Scan(&aged)
	return max(cut, aged), err
}
