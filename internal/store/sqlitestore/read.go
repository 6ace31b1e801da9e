package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"sync"

	"github.com/edgesim/edgesim/internal/store/compact"
	"github.com/edgesim/edgesim/internal/store/lookup"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// dialect is the SQL dialect of SQLite.
var dialect = lookup.Dialect{Contains: func(column, place string) string { return "instr(" + column + ", " + place + ") > 0" }}

// place is where an exchange is.
type place struct{ number, place int64 }

// Get returns the whole exchange with this id.
func (s *Store) Get(ctx context.Context, id string) (*recording.Exchange, error) {
	s.queue.Flush(ctx)
	e, _, err := s.find(ctx, id)
	return e, err
}

// find returns an exchange and its number.
func (s *Store) find(ctx context.Context, id string) (*recording.Exchange, int64, error) {
	places, err := s.withKey(ctx, lookup.Key(id))
	if err != nil {
		return nil, 0, explain(err)
	}
	r := s.reader()
	defer r.close()
	for _, row := range places {
		e, err := r.exchange(row.place, true)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case unreadable(err):
			// The key is that of the id, so this is the requested one.
			s.damage.note(row.number)
			return nil, row.number, fmt.Errorf("the exchange %s cannot be read: %w (edgesim recordings check --repair drops what is damaged)", id, err)
		case err != nil:
			return nil, 0, fmt.Errorf("reading the exchange %s: %w", id, err)
		case e.ID == id:
			return e, row.number, nil
		}
	}
	return nil, 0, &recording.NotFoundError{ID: id}
}

// List returns the exchanges that match the filter.
func (s *Store) List(ctx context.Context, f recording.Filter) (recording.Page, error) {
	from, err := recording.ParseCursor(f.Cursor)
	if err != nil {
		return recording.Page{}, err
	}
	s.queue.Flush(ctx)
	rows, err := s.choose(ctx, &f, from)
	if err != nil {
		return recording.Page{}, explain(err)
	}
	var page recording.Page
	more := f.Limit > 0 && len(rows) > f.Limit
	if more {
		rows = rows[:f.Limit]
	}
	for i, read := range s.readAll(rows, f.Bodies) {
		row, e, err := rows[i], read.exchange, read.err
		if errors.Is(err, fs.ErrNotExist) {
			continue // dropped since the index was queried
		}
		if unreadable(err) {
			page.Damaged = append(page.Damaged, s.damaged(row, err))
			continue
		}
		if err != nil {
			return recording.Page{}, fmt.Errorf("reading %s: %w", damagedName(row.number), err)
		}
		page.Exchanges = append(page.Exchanges, e)
		page.Positions = append(page.Positions, recording.FormatCursor(uint64(row.number)))
	}
	if more {
		page.Next = recording.FormatCursor(uint64(rows[len(rows)-1].number))
	}
	return page, nil
}

// readResult is an exchange that was read, or why it was not.
type readResult struct {
	exchange *recording.Exchange
	err      error
}

// A long list is read by up to mostReaders side by side, each of which gets at least
// rowsEach rows: decoding takes most of the time of an export.
const (
	mostReaders = 4
	rowsEach    = 64
)

// readAll reads the exchanges at the places, in order.
func (s *Store) readAll(rows []place, withBodies bool) []readResult {
	results := make([]readResult, len(rows))
	readers := max(min(mostReaders, runtime.GOMAXPROCS(0), len(rows)/rowsEach), 1)
	var reading sync.WaitGroup
	for i := range readers {
		from, to := len(rows)*i/readers, len(rows)*(i+1)/readers
		reading.Go(func() {
			r := s.reader()
			defer r.close()
			for n := from; n < to; n++ {
				results[n].exchange, results[n].err = r.exchange(rows[n].place, withBodies)
			}
		})
	}
	reading.Wait()
	return results
}

// each calls scan for every row of a statement.
func (s *Store) each(ctx context.Context, statement lookup.Statement, scan func(*sql.Rows) error) error {
	rows, err := s.files.Load().read.QueryContext(ctx, statement.Text, statement.Values...)
	if err != nil {
		return s.suspect(err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return s.suspect(err)
		}
	}
	return s.suspect(rows.Err())
}

// suspect notes that the index is damaged if an error says so. The writer rebuilds it.
func (s *Store) suspect(err error) error {
	if rebuildable(err) {
		s.damage.index.Store(true)
	}
	return err
}

// Stats returns counts of the exchanges.
func (s *Store) Stats(ctx context.Context) (recording.Stats, error) {
	s.queue.Flush(ctx)
	stats := recording.Stats{Statuses: map[int]int64{}, Causes: map[policy.CauseName]int64{}}
	err := s.each(ctx, lookup.Statement{Text: "SELECT status, cause, sum(exchanges) FROM kind WHERE exchanges > 0 GROUP BY status, cause"}, func(rows *sql.Rows) error {
		var status int
		var cause string
		var n int64
		err := rows.Scan(&status, &cause, &n)
		stats.Exchanges += n
		stats.Statuses[status] += n
		if cause != "" {
			stats.Causes[policy.CauseName(cause)] += n
		}
		return err
	})
	if err != nil {
		return stats, explain(err)
	}
	var next int64
	err = s.files.Load().read.QueryRowContext(ctx, "SELECT next, ("+usedBytes+") FROM state").Scan(&next, &stats.Bytes)
	if err != nil {
		return stats, explain(err)
	}
	stats.Cursor = recording.FormatCursor(uint64(next - 1))
	if stats.Oldest, err = s.startOf(ctx, true); err == nil {
		stats.Newest, err = s.startOf(ctx, false)
	}
	if err != nil {
		return stats, explain(err)
	}
	return stats, nil
}

// reader reads exchanges from segments; it keeps the files open until close.
type reader struct {
	store *Store
	files map[int64]*opened
}

// opened is an open segment file.
type opened struct {
	*os.File
	decoder compact.Decoder
}

func (s *Store) reader() *reader { return &reader{store: s, files: map[int64]*opened{}} }

func (r *reader) close() {
	for _, f := range r.files {
		f.Close()
	}
}

func (r *reader) file(id int64) (*opened, error) {
	if f := r.files[id]; f != nil {
		return f, nil
	}
	file, err := os.Open(segmentPath(r.store.config.Dir, id))
	if err != nil {
		return nil, err
	}
	f := &opened{File: file}
	f.decoder.Part = func(ref uint64) ([]byte, error) {
		return r.store.parts.get(placeOf(id, int64(ref)), func() ([]byte, error) { return readPart(f, int64(ref)) })
	}
	r.files[id] = f
	return f, nil
}

// exchange reads the exchange at a place.
func (r *reader) exchange(place int64, withBodies bool) (*recording.Exchange, error) {
	id, offset := segmentOf(place)
	f, err := r.file(id)
	if err != nil {
		return nil, err
	}
	entry, err := readEntry(f, offset, withBodies)
	if err != nil {
		return nil, err
	}
	e, err := f.decoder.Decode(entry.record)
	if err != nil {
		return nil, err
	}
	e.Viewer.Body, e.Response.Body = entry.viewer, entry.response
	return e, nil
}
