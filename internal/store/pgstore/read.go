package pgstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/edgesim/edgesim/internal/store/compact"
	"github.com/edgesim/edgesim/internal/store/lookup"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// dialect is the SQL dialect of PostgreSQL.
var dialect = lookup.Dialect{
	Numbered: true,
	Contains: func(column, place string) string { return "position(" + place + " in " + column + ") > 0" },
}

// Get returns the whole exchange with this id.
func (s *Store) Get(ctx context.Context, id string) (*recording.Exchange, error) {
	s.queue.Flush(ctx)
	all, err := s.exchanges(ctx, lookup.Statement{
		Text: "SELECT number, record, viewer, response FROM exchange WHERE id = $1", Values: []any{[]byte(id)},
	})
	if err != nil {
		return nil, s.reading(err)
	}
	if len(all) == 0 {
		return nil, &recording.NotFoundError{ID: id}
	}
	return all[0].exchange, nil
}

// List returns the exchanges that match the filter.
func (s *Store) List(ctx context.Context, f recording.Filter) (recording.Page, error) {
	from, err := recording.ParseCursor(f.Cursor)
	if err != nil {
		return recording.Page{}, err
	}
	s.queue.Flush(ctx)
	var kinds []int64
	statement, constrained := dialect.Kinds(&f)
	if constrained {
		rows, err := s.pool.Query(ctx, statement.Text, statement.Values...)
		if err == nil {
			kinds, err = pgx.CollectRows(rows, pgx.RowTo[int64])
		}
		if err != nil {
			return recording.Page{}, s.reading(err)
		}
		if len(kinds) == 0 {
			return recording.Page{}, nil
		}
	}
	columns := "number, record, NULL::bytea AS viewer, NULL::bytea AS response"
	if f.Bodies {
		columns = "number, record, viewer, response"
	}
	all, err := s.exchanges(ctx, dialect.Select(columns, &f, from, 0, kinds, constrained))
	if err != nil {
		return recording.Page{}, s.reading(err)
	}
	var page recording.Page
	for i, n := range all {
		if f.Limit > 0 && i == f.Limit {
			page.Next = page.Positions[f.Limit-1]
			break
		}
		page.Exchanges = append(page.Exchanges, n.exchange)
		page.Positions = append(page.Positions, recording.FormatCursor(uint64(n.number)))
	}
	return page, nil
}

// reading wraps an error of reading.
func (s *Store) reading(err error) error {
	return fmt.Errorf("reading the recordings in %s: %w", s.where(), err)
}

// numbered is an exchange with its number.
type numbered struct {
	number   int64
	exchange *recording.Exchange
}

// exchanges returns what a statement selects. All rows are read before the first is
// decoded, as decoding queries parts.
func (s *Store) exchanges(ctx context.Context, statement lookup.Statement) ([]numbered, error) {
	type row struct {
		Number                   int64
		Record, Viewer, Response []byte
	}
	found, err := s.pool.Query(ctx, statement.Text, statement.Values...)
	if err != nil {
		return nil, err
	}
	rows, err := pgx.CollectRows(found, pgx.RowToStructByPos[row])
	if err != nil {
		return nil, err
	}
	all := make([]numbered, len(rows))
	for i, r := range rows {
		e, err := compact.Decode(r.Record, func(ref uint64) ([]byte, error) { return s.part(ctx, int64(ref)) })
		if err != nil {
			return nil, err
		}
		e.Viewer.Body, e.Response.Body = r.Viewer, r.Response
		all[i] = numbered{r.Number, e}
	}
	return all, nil
}

// parts caches the most recently read parts.
type parts struct {
	mu            sync.Mutex
	recent, older map[int64][]byte
	bytes         int
}

// partsBytes limits each of the two generations.
const partsBytes = 1 << 20

// part returns a part by its reference.
func (s *Store) part(ctx context.Context, ref int64) ([]byte, error) {
	p := &s.parts
	p.mu.Lock()
	b, ok := p.recent[ref]
	if !ok {
		b, ok = p.older[ref]
	}
	p.mu.Unlock()
	if !ok {
		err := s.pool.QueryRow(ctx, "SELECT data FROM part WHERE ref = $1", ref).Scan(&b)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, fmt.Errorf("the part %x is missing", ref)
		}
		if err != nil {
			return nil, err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.recent[ref]; !ok {
		const overhead = 64
		if p.bytes += len(b) + overhead; p.recent == nil || p.bytes > partsBytes {
			p.recent, p.older, p.bytes = map[int64][]byte{}, p.recent, len(b)+overhead
		}
		p.recent[ref] = b
	}
	return b, nil
}

// Stats returns counts of the exchanges.
func (s *Store) Stats(ctx context.Context) (recording.Stats, error) {
	s.queue.Flush(ctx)
	stats := recording.Stats{Statuses: map[int]int64{}, Causes: map[policy.CauseName]int64{}}
	rows, err := s.pool.Query(ctx, "SELECT status, cause, sum(exchanges)::bigint FROM kind WHERE exchanges > 0 GROUP BY status, cause")
	if err != nil {
		return stats, s.reading(err)
	}
	var status int
	var cause []byte
	var n int64
	_, err = pgx.ForEachRow(rows, []any{&status, &cause, &n}, func() error {
		stats.Exchanges += n
		stats.Statuses[status] += n
		if len(cause) > 0 {
			stats.Causes[policy.CauseName(cause)] += n
		}
		return nil
	})
	if err != nil {
		return stats, s.reading(err)
	}
	var next int64
	var oldest, newest *int64
	err = s.pool.QueryRow(ctx, `SELECT next, bytes, (SELECT start FROM exchange ORDER BY number LIMIT 1),
		(SELECT start FROM exchange ORDER BY number DESC LIMIT 1) FROM state`).Scan(&next, &stats.Bytes, &oldest, &newest)
	if err != nil {
		return stats, s.reading(err)
	}
	if oldest != nil && newest != nil {
		stats.Oldest, stats.Newest = time.Unix(0, *oldest).UTC(), time.Unix(0, *newest).UTC()
	}
	stats.Cursor = recording.FormatCursor(uint64(next - 1))
	return stats, nil
}
