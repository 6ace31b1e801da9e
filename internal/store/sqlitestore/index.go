package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"strings"

	"github.com/edgesim/edgesim/internal/store/lookup"
	"github.com/edgesim/edgesim/recording"
)

// index is one transaction that changes the index.
type index struct {
	ctx context.Context
	tx  connection
	// prepared are the statements of the transaction's connection.
	prepared map[string]*sql.Stmt

	next, exchanges int64 // the next number, and how many there are
	// added and removed count exchanges by kind, and latest has the latest start in a span
	// of numbers: end writes them.
	added, removed, latest map[int64]int64
	// building is the block for additions, from begun until flush.
	building *blockBuilder
	begun    bool
	again    blockBuilder // a block being rewritten
	read     block
	// gone means that a kind no longer exists.
	gone bool
}

// connection is what a transaction and a connection have in common.
type connection interface {
	ExecContext(ctx context.Context, text string, values ...any) (sql.Result, error)
	QueryContext(ctx context.Context, text string, values ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, text string, values ...any) *sql.Row
}

// The statements used by every transaction, which are parsed once.
const (
	readState    = "SELECT next, exchanges FROM state"
	writeState   = "UPDATE state SET next = ?, exchanges = ?"
	newestBlock  = "SELECT first, count FROM block ORDER BY first DESC LIMIT 1"
	readBlock    = "SELECT rows FROM block WHERE first = ?"
	writeBlock   = "INSERT INTO block (first, count, rows) VALUES (?, ?, ?) ON CONFLICT (first) DO UPDATE SET count = excluded.count, rows = excluded.rows"
	writeKind    = "INSERT OR IGNORE INTO block_kind (kind, first) VALUES (?, ?)"
	writeBucket  = "INSERT OR IGNORE INTO block_key (bucket, first) VALUES (?, ?)"
	countKind    = "UPDATE kind SET exchanges = exchanges + ? WHERE id = ? RETURNING exchanges"
	writeSpan    = "INSERT INTO span VALUES (?, ?) ON CONFLICT (first) DO UPDATE SET latest = max(latest, excluded.latest)"
	hasSegment   = "SELECT EXISTS (SELECT 1 FROM segment WHERE id = ?)"
	writeSegment = "UPDATE segment SET bytes = ?, last = ? WHERE id = ?"
	oldestBlocks = "SELECT first, count FROM block ORDER BY first"
	blocksUpTo   = "SELECT first FROM block WHERE first <= ? ORDER BY first"
	deleteBlock  = "DELETE FROM block WHERE first = ?"
	deleteKind   = "DELETE FROM block_kind WHERE kind = ? AND first = ?"
	deleteBucket = "DELETE FROM block_key WHERE bucket = ? AND first = ?"
	deleteSpans  = "DELETE FROM span WHERE first <= ?"
	// usedBytes counts the pages in use, not the size of the file: SQLite fills the free
	// ones first.
	usedBytes = `SELECT ((SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)) *
	(SELECT page_size FROM pragma_page_size) + (SELECT coalesce(sum(bytes), 0) FROM segment)`
	emptySegments = "DELETE FROM segment WHERE id <> ? AND last < ? RETURNING id"
)

var preparedTexts = []string{
	readState, writeState, newestBlock, readBlock, writeBlock, writeKind, writeBucket, countKind, writeSpan, hasSegment, writeSegment,
	oldestBlocks, blocksUpTo, deleteBlock, deleteKind, deleteBucket, deleteSpans, usedBytes, emptySegments,
}

// span is how many numbers share one row of the table span, which tells where exchanges
// received since a time start.
const span = 4096

// begin reads the state left by the last transaction.
func (x *index) begin() error {
	x.added, x.removed, x.latest = map[int64]int64{}, map[int64]int64{}, map[int64]int64{}
	return x.row(readState).Scan(&x.next, &x.exchanges)
}

// end writes the state.
func (x *index) end() error {
	if err := x.flush(); err != nil {
		return err
	}
	if err := x.count(); err != nil {
		return err
	}
	for first, latest := range x.latest {
		if err := x.exec(writeSpan, first, latest); err != nil {
			return err
		}
	}
	return x.exec(writeState, x.next, x.exchanges)
}

// count writes the counts of kinds, and deletes kinds without exchanges.
func (x *index) count() error {
	for kind, n := range x.removed {
		x.added[kind] -= n
	}
	for kind, n := range x.added {
		var left int64
		err := x.row(countKind, n, kind).Scan(&left)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return errStale
		case err != nil:
			return err
		case left <= 0:
			x.gone = true
			if err := x.exec("DELETE FROM kind WHERE id = ?", kind); err != nil {
				return err
			}
		}
	}
	return nil
}

// statement returns the prepared statement for a text, or nil.
func (x *index) statement(text string) *sql.Stmt {
	tx, ok := x.tx.(*sql.Tx)
	if stmt := x.prepared[text]; ok && stmt != nil {
		return tx.StmtContext(x.ctx, stmt)
	}
	return nil
}

func (x *index) exec(text string, values ...any) (err error) {
	if stmt := x.statement(text); stmt != nil {
		_, err = stmt.ExecContext(x.ctx, values...)
	} else {
		_, err = x.tx.ExecContext(x.ctx, text, values...)
	}
	return err
}

func (x *index) row(text string, values ...any) *sql.Row {
	if stmt := x.statement(text); stmt != nil {
		return stmt.QueryRowContext(x.ctx, values...)
	}
	return x.tx.QueryRowContext(x.ctx, text, values...)
}

// query calls each for every row, until it returns false.
func (x *index) query(text string, each func(*sql.Rows) (bool, error), values ...any) (err error) {
	var rows *sql.Rows
	if stmt := x.statement(text); stmt != nil {
		rows, err = stmt.QueryContext(x.ctx, values...)
	} else {
		rows, err = x.tx.QueryContext(x.ctx, text, values...)
	}
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if more, err := each(rows); err != nil || !more {
			return err
		}
	}
	return rows.Err()
}

// insert adds the row of an exchange with the next number.
func (x *index) insert(e *recording.Exchange, kind, place int64) error {
	r := row{number: x.next, key: lookup.Key(e.ID), start: e.Start.UnixNano(), kind: kind, place: place}
	if err := put(x, r, e.Viewer.URI); err != nil {
		return err
	}
	first := x.next - x.next%span
	if latest, ok := x.latest[first]; !ok || latest < r.start {
		x.latest[first] = r.start
	}
	x.added[kind]++
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
