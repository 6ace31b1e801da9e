package sqlitestore

import (
	"context"
	"database/sql"
	"strings"

	"github.com/edgesim/edgesim/internal/store/lookup"
	"github.com/edgesim/edgesim/recording"
)

// index is one transaction that changes the index.
type index struct {
	ctx context.Context
	tx  *sql.Tx

	next, exchanges int64 // the number that comes next, and how many there are
	counts          map[int64]int64
	latest          map[int64]int64 // the latest start in a span of numbers
	inserting       *sql.Stmt
}

// span is how many numbers share one row of the table span, which tells where
// exchanges received since a time begin.
const span = 4096

// begin reads where the last transaction ended.
func (x *index) begin() error {
	x.counts, x.latest = map[int64]int64{}, map[int64]int64{}
	return x.tx.QueryRowContext(x.ctx, "SELECT next, exchanges FROM state").Scan(&x.next, &x.exchanges)
}

// end writes where this one ended.
func (x *index) end() error {
	for first, latest := range x.latest {
		if err := x.exec("INSERT INTO span VALUES (?, ?) ON CONFLICT (first) DO UPDATE SET latest = max(latest, excluded.latest)", first, latest); err != nil {
			return err
		}
	}
	return x.exec("UPDATE state SET next = ?, exchanges = ?", x.next, x.exchanges)
}

func (x *index) exec(text string, values ...any) error {
	_, err := x.tx.ExecContext(x.ctx, text, values...)
	return err
}

// insert adds the row of an exchange under the next number.
func (x *index) insert(e *recording.Exchange, kind, place int64) error {
	if x.inserting == nil {
		var err error
		x.inserting, err = x.tx.PrepareContext(x.ctx, "INSERT INTO exchange (number, key, start, kind, place, uri) VALUES (?, ?, ?, ?, ?, ?)")
		if err != nil {
			return err
		}
	}
	start := e.Start.UnixNano()
	if _, err := x.inserting.ExecContext(x.ctx, x.next, lookup.Key(e.ID), start, kind, place, []byte(e.Viewer.URI)); err != nil {
		return err
	}
	first := x.next - x.next%span
	if latest, ok := x.latest[first]; !ok || latest < start {
		x.latest[first] = start
	}
	x.counts[kind]++
	x.next++
	x.exchanges++
	return nil
}

// kind returns the id of a kind, which is added if it is new.
func (x *index) kind(k lookup.Kind) (int64, error) {
	values := k.Values()
	places := strings.Repeat(", ?", len(values))
	var id int64
	err := x.tx.QueryRowContext(x.ctx,
		"INSERT INTO kind (exchanges, "+strings.Join(lookup.Columns, ", ")+") VALUES (0"+places+") ON CONFLICT DO UPDATE SET exchanges = exchanges RETURNING id",
		values...).Scan(&id)
	return id, err
}

// count adds to the kinds what was inserted.
func (x *index) count() error {
	for kind, n := range x.counts {
		result, err := x.tx.ExecContext(x.ctx, "UPDATE kind SET exchanges = exchanges + ? WHERE id = ?", n, kind)
		if err != nil {
			return err
		}
		if changed, err := result.RowsAffected(); err != nil || changed == 0 {
			return errStale
		}
	}
	return nil
}

// newSegment adds a segment and returns its id.
func (x *index) newSegment() (id int64, err error) {
	err = x.tx.QueryRowContext(x.ctx, "INSERT INTO segment (bytes, last) VALUES (0, 0) RETURNING id").Scan(&id)
	return id, err
}

// hasSegment says whether a segment is still there.
func (x *index) hasSegment(id int64) (there bool, err error) {
	err = x.tx.QueryRowContext(x.ctx, "SELECT EXISTS (SELECT 1 FROM segment WHERE id = ?)", id).Scan(&there)
	return there, err
}

// segment notes how large a segment is, and that the newest exchange is in it.
func (x *index) segment(id, bytes int64) error {
	return x.exec("UPDATE segment SET bytes = ?, last = ? WHERE id = ?", bytes, x.next-1, id)
}

// move notes that an exchange stands at another place now, in a segment that has
// grown to so many bytes.
func (x *index) move(number, place, bytes int64) error {
	if err := x.exec("UPDATE exchange SET place = ? WHERE number = ?", place, number); err != nil {
		return err
	}
	id, _ := segmentOf(place)
	return x.exec("UPDATE segment SET bytes = ?, last = max(last, ?) WHERE id = ?", bytes, number, id)
}

// uncount takes the exchanges that fulfil a condition out of the counts; they
// are deleted next.
func (x *index) uncount(where string, values ...any) (int64, error) {
	rows, err := x.tx.QueryContext(x.ctx, "SELECT kind, count(*) FROM exchange WHERE "+where+" GROUP BY kind", values...)
	if err != nil {
		return 0, err
	}
	counts := map[int64]int64{}
	total := int64(0)
	for rows.Next() {
		var kind, n int64
		if err := rows.Scan(&kind, &n); err != nil {
			rows.Close()
			return 0, err
		}
		counts[kind] = n
		total += n
	}
	if err := rows.Err(); err != nil {
		return 0, err
	}
	for kind, n := range counts {
		if err := x.exec("UPDATE kind SET exchanges = exchanges - ? WHERE id = ?", n, kind); err != nil {
			return 0, err
		}
	}
	x.exchanges -= total
	return total, nil
}

// remove deletes the exchanges that fulfil a condition and returns how many
// there were.
func (x *index) remove(where string, values ...any) (int64, error) {
	n, err := x.uncount(where, values...)
	if err != nil || n == 0 {
		return n, err
	}
	return n, x.exec("DELETE FROM exchange WHERE "+where, values...)
}

// removeEmptySegments deletes the segments, but one, that no exchange is in any
// more, and returns their ids.
func (x *index) removeEmptySegments(but int64) ([]int64, error) {
	rows, err := x.tx.QueryContext(x.ctx,
		"DELETE FROM segment WHERE id <> ? AND last < (SELECT coalesce(min(number), ?) FROM exchange) RETURNING id", but, x.next)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var gone []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		gone = append(gone, id)
	}
	return gone, rows.Err()
}
