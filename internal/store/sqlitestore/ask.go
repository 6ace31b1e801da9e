package sqlitestore

import (
	"context"
	"database/sql"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/internal/store/lookup"
	"github.com/edgesim/edgesim/recording"
)

// question is a query of the index: which exchanges match, in which order.
type question struct {
	// after excludes the numbers up to it, before those from it on; 0 excludes none. since
	// excludes what was received earlier, if dated is set.
	after, before int64
	since         int64
	dated         bool
	// kinds are the matching kinds; nil if all match.
	kinds []int64
	// filter is the filter whose Path and Text apply; nil if there is none. hosts are the
	// kinds whose host contains Text.
	filter *recording.Filter
	hosts  []int64
	// limit is how many are wanted; 0 means all.
	limit       int
	oldestFirst bool
}

// fits reports whether an exchange matches.
func (q *question) fits(r *row) bool {
	return r.number > q.after && r.number < q.before && (!q.dated || r.start >= q.since) && (q.kinds == nil || slices.Contains(q.kinds, r.kind)) &&
		(q.filter == nil || lookup.MatchTarget(q.filter, r.uri, func() bool { return slices.Contains(q.hosts, r.kind) }))
}

// fewKinds is the number of kinds up to which only the blocks with these kinds are read; if
// more match, nearly every block has some.
const fewKinds = 64

// view is a snapshot of the index.
type view struct {
	ctx    context.Context
	tx     *sql.Tx
	store  *Store
	reader *sql.Stmt // of one block
	block  block
}

// view starts reading; the caller closes it.
func (s *Store) view(ctx context.Context) (*view, error) {
	tx, err := s.files.Load().read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return nil, s.suspect(err)
	}
	return &view{ctx: ctx, tx: tx, store: s}, nil
}

func (v *view) close() { _ = v.tx.Rollback() }

// query calls each for every row, until it returns false.
func (v *view) query(text string, each func(*sql.Rows) (bool, error), values ...any) error {
	rows, err := v.tx.QueryContext(v.ctx, text, values...)
	if err != nil {
		return v.store.suspect(err)
	}
	defer rows.Close()
	for rows.Next() {
		if more, err := each(rows); err != nil || !more {
			return v.store.suspect(err)
		}
	}
	return v.store.suspect(rows.Err())
}

// data reads a block as written. It is valid until the next call.
func (v *view) data(first int64, use func([]byte) error) (err error) {
	if v.reader == nil {
		if v.reader, err = v.tx.PrepareContext(v.ctx, readBlock); err != nil {
			return v.store.suspect(err)
		}
	}
	rows, err := v.reader.QueryContext(v.ctx, first)
	if err != nil {
		return v.store.suspect(err)
	}
	defer rows.Close()
	var data sql.RawBytes
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return v.store.suspect(err)
		}
		return v.store.suspect(errBlock)
	}
	if err := rows.Scan(&data); err != nil {
		return v.store.suspect(err)
	}
	return v.store.suspect(use(data))
}

// blocks calls visit with the blocks that may have matches for a question, in its order,
// until it returns false.
func (v *view) blocks(q *question, visit func(first int64, k *block) (bool, error)) error {
	lowest, err := v.lowest(q)
	if err != nil {
		return err
	}
	order := " ORDER BY first"
	if !q.oldestFirst {
		order += " DESC"
	}
	highest := q.before
	if highest == 0 {
		highest = math.MaxInt64
	}
	if q.kinds == nil || len(q.kinds) > fewKinds {
		var data sql.RawBytes
		return v.query("SELECT first, rows FROM block WHERE first >= ? AND first <= ?"+order, func(rows *sql.Rows) (bool, error) {
			var first int64
			if err := rows.Scan(&first, &data); err != nil {
				return false, err
			}
			if err := v.block.decode(data, first); err != nil {
				return false, err
			}
			return visit(first, &v.block)
		}, lowest, highest)
	}
	// Each term is already ordered, so they are merged and never sorted.
	var terms []string
	var values []any
	for _, kind := range q.kinds {
		terms = append(terms, "SELECT first FROM block_kind WHERE kind = ? AND first >= ? AND first <= ?")
		values = append(values, kind, lowest, highest)
	}
	return v.query(strings.Join(terms, " UNION ")+order, func(rows *sql.Rows) (more bool, err error) {
		var first int64
		if err := rows.Scan(&first); err != nil {
			return false, err
		}
		if err := v.data(first, func(data []byte) error { return v.block.decode(data, first) }); err != nil {
			return false, err
		}
		return visit(first, &v.block)
	}, values...)
}

// lowest returns the first block that may have matches for a question.
func (v *view) lowest(q *question) (lowest int64, err error) {
	at := q.after
	if q.dated {
		err = v.query("SELECT coalesce(min(first), ?) FROM span WHERE latest >= ?", func(rows *sql.Rows) (bool, error) {
			var from int64
			err := rows.Scan(&from)
			at = max(at, from)
			return false, err
		}, int64(math.MaxInt64), q.since)
	}
	if err == nil && at > 0 {
		err = v.query("SELECT coalesce(max(first), 0) FROM block WHERE first <= ?", func(rows *sql.Rows) (bool, error) {
			return false, rows.Scan(&lowest)
		}, at)
	}
	return lowest, err
}

// places returns where the exchanges are that match a question.
func (s *Store) places(ctx context.Context, q *question) ([]place, error) {
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	defer v.close()
	return v.places(q)
}

func (v *view) places(q *question) (found []place, err error) {
	if q.before == 0 {
		q.before = math.MaxInt64
	}
	err = v.blocks(q, func(_ int64, k *block) (bool, error) {
		for i := range k.rows {
			r := &k.rows[i]
			if !q.oldestFirst {
				r = &k.rows[len(k.rows)-1-i]
			}
			if !q.fits(r) {
				continue
			}
			found = append(found, place{r.number, r.place})
			if len(found) == q.limit {
				return false, nil
			}
		}
		return true, nil
	})
	return found, err
}

// choose returns which exchanges a filter selects, one more than its limit.
func (s *Store) choose(ctx context.Context, f *recording.Filter, from uint64) ([]place, error) {
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	defer v.close()
	q := question{oldestFirst: f.OldestFirst}
	if f.Limit > 0 {
		q.limit = f.Limit + 1
	}
	switch number := int64(min(from, math.MaxInt64)); {
	case f.OldestFirst:
		q.after = number
	default:
		q.before = number
	}
	if !f.Since.IsZero() {
		q.since, q.dated = lookup.Nanos(f.Since), true
	}
	if statement, constrained := dialect.Kinds(f); constrained {
		if q.kinds, err = v.numbers(statement); err != nil || len(q.kinds) == 0 {
			return nil, err
		}
	}
	if f.Path != "" || f.Text != "" {
		q.filter = f
	}
	if f.Text != "" {
		if q.hosts, err = v.numbers(dialect.Hosts(f.Text)); err != nil {
			return nil, err
		}
	}
	return v.places(&q)
}

// numbers returns the one column that a statement selects.
func (v *view) numbers(statement lookup.Statement) (found []int64, err error) {
	err = v.query(statement.Text, func(rows *sql.Rows) (bool, error) {
		var n int64
		err := rows.Scan(&n)
		found = append(found, n)
		return true, err
	}, statement.Values...)
	return found, err
}

// withKey returns where the exchanges with a key are, newest first.
func (s *Store) withKey(ctx context.Context, key int64) (found []place, err error) {
	v, err := s.view(ctx)
	if err != nil {
		return nil, err
	}
	defer v.close()
	firsts, err := v.numbers(lookup.Statement{Text: "SELECT first FROM block_key WHERE bucket = ? ORDER BY first DESC", Values: []any{bucketOf(key)}})
	for _, first := range firsts {
		if err != nil {
			break
		}
		err = v.data(first, func(data []byte) error {
			keys, _, err := openBlock(data, first)
			if err != nil || !hasKey(keys, key) {
				return err
			}
			if err := v.block.decode(data, first); err != nil {
				return err
			}
			for _, r := range slices.Backward(v.block.rows) {
				if r.key == key {
					found = append(found, place{r.number, r.place})
				}
			}
			return nil
		})
	}
	return found, err
}

// startOf returns when the oldest or the newest exchange was received; zero if there is
// none.
func (s *Store) startOf(ctx context.Context, oldest bool) (at time.Time, err error) {
	v, err := s.view(ctx)
	if err != nil {
		return at, err
	}
	defer v.close()
	err = v.blocks(&question{oldestFirst: oldest}, func(_ int64, k *block) (bool, error) {
		if n := len(k.rows); n > 0 && oldest {
			at = time.Unix(0, k.rows[0].start).UTC()
		} else if n > 0 {
			at = time.Unix(0, k.rows[n-1].start).UTC()
		}
		return false, nil
	})
	return at, err
}
