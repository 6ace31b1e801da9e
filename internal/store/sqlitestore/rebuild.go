package sqlitestore

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"github.com/edgesim/edgesim/internal/store/lookup"
)

// rebuildable reports whether an error of the index means that it is damaged, and not that
// it cannot be accessed now.
func rebuildable(err error) bool {
	var foreign *ForeignError
	var failed *sqlite.Error
	switch {
	case errors.As(err, &foreign), errors.Is(err, sql.ErrNoRows), errors.Is(err, errBlock):
		return true
	case !errors.As(err, &failed):
		return false
	}
	switch failed.Code() & 0xff {
	case sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_MISMATCH,
		sqlite3.SQLITE_FORMAT, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_RANGE:
		return true
	}
	return false
}

// rebuildable reports whether the index is unusable because it is damaged, and there is
// something to rebuild it from. An index that claims to be read-only in a writable folder
// is damaged, too.
func (s *Store) rebuildable(err error) bool {
	var failed *sqlite.Error
	readOnly := errors.As(err, &failed) && failed.Code()&0xff == sqlite3.SQLITE_READONLY
	return (rebuildable(err) || readOnly && writable(s.config.Dir) == nil) && len(segmentFiles(s.config.Dir)) > 0
}

// setAside is the name given to a damaged index.
const setAside = "index.db.damaged"

// setIndexAside moves a damaged index out of the way, in case someone wants to examine it.
// The files that SQLite kept next to it are deleted.
func (s *Store) setIndexAside() error {
	path := filepath.Join(s.config.Dir, indexName)
	if err := os.Rename(path, filepath.Join(s.config.Dir, setAside)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, end := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + end); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// remake reopens the folder: it was removed, or its index is damaged and must be set aside.
func (s *Store) remake(ctx context.Context, damaged bool) error {
	s.changing.Lock()
	defer s.changing.Unlock()
	return s.remakeLocked(ctx, damaged)
}

// remakeLocked is remake for a caller that holds changing.
func (s *Store) remakeLocked(ctx context.Context, damaged bool) error {
	if damaged {
		if err := s.setIndexAside(); err != nil {
			return err
		}
	}
	old := s.files.Load()
	if err := s.openFolder(ctx); err != nil {
		s.files.Store(old)
		return err
	}
	_ = old.close() // queries on it fail meanwhile, and can be retried
	s.parts.forget()
	s.damage.forget()
	s.damage.index.Store(false)
	s.made.Add(1)
	return nil
}

// segmentFiles returns the ids of the segments in the folder, in order.
func segmentFiles(dir string) []int64 {
	files, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	var ids []int64
	for _, f := range files {
		if id, ok := segmentID(f.Name()); ok {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// rebuild fills a new index from the segments in the folder, if there are any: the index
// was lost or damaged. Damaged exchanges are left out.
func (s *Store) rebuild(ctx context.Context) (err error) {
	ids := segmentFiles(s.config.Dir)
	if len(ids) == 0 {
		return nil
	}
	tx, err := s.files.Load().write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ignoreDone(tx.Rollback())) }()
	ix := index{ctx: ctx, tx: tx}
	if err := ix.begin(); err != nil {
		return err
	}
	var known int
	if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM segment").Scan(&known); err != nil || known > 0 || ix.next > 1 {
		return err // the index belongs to these segments
	}
	b := builder{store: s, ix: &ix, numbers: map[int64]int64{}, kinds: map[lookup.Kind]int64{}}
	for _, id := range ids {
		if err := b.segment(id); err != nil {
			return fmt.Errorf("making the index again from %s: %w", segmentName(id), err)
		}
	}
	if err := ix.end(); err != nil {
		return err
	}
	return tx.Commit()
}

// builder makes the rows of an index from segments.
type builder struct {
	store *Store
	ix    *index
	// numbers are the exchanges by key: one that was rewritten, because its explanation
	// came late, counts once.
	numbers map[int64]int64
	kinds   map[lookup.Kind]int64
}

// segment adds the contents of one file.
func (b *builder) segment(id int64) error {
	info, err := os.Stat(segmentPath(b.store.config.Dir, id))
	if err != nil {
		return err
	}
	if err := b.ix.exec("INSERT INTO segment (id, bytes, last) VALUES (?, ?, 0)", id, info.Size()); err != nil {
		return err
	}
	r := b.store.reader()
	defer r.close()
	f, err := r.file(id)
	if err != nil {
		return err
	}
	before := b.ix.next
	for offset := int64(0); ; {
		at, length, kept, err := nextEntry(f, offset)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		if !kept {
			offset = at + length
			continue
		}
		added, err := b.add(r, placeOf(id, at))
		if err != nil {
			return err
		}
		if offset = at + length; !added {
			offset = at + 1 // it may not be an entry at all
		}
	}
	if b.ix.next == before { // nothing in it is readable: sweep deletes it
		return b.ix.exec("DELETE FROM segment WHERE id = ?", id)
	}
	return b.ix.segment(id, info.Size())
}

// add adds the exchange at a place, and reports whether there is one.
func (b *builder) add(r *reader, place int64) (bool, error) {
	e, err := r.exchange(place, false)
	if err != nil {
		if unreadable(err) {
			return false, nil
		}
		return false, err
	}
	key := lookup.Key(e.ID)
	if number, ok := b.numbers[key]; ok {
		id, _ := segmentOf(place)
		return true, errors.Join(b.ix.moveRow(number, place),
			b.ix.exec("UPDATE segment SET last = max(last, ?) WHERE id = ?", number, id))
	}
	kind := lookup.KindOf(e)
	id, ok := b.kinds[kind]
	if !ok {
		if id, err = b.ix.kind(kind); err != nil {
			return false, err
		}
		b.kinds[kind] = id
	}
	b.numbers[key] = b.ix.next
	return true, b.ix.insert(e, id, place)
}

// nextEntry looks for the mark of an entry from an offset on, and returns its position and
// length. kept is false for a deleted one. The error is io.EOF if there is none.
func nextEntry(r io.ReaderAt, offset int64) (at, length int64, kept bool, err error) {
	const window = 64 << 10
	buf := make([]byte, window)
	for {
		n, err := r.ReadAt(buf, offset)
		if n < headerBytes {
			if err == nil || errors.Is(err, io.EOF) {
				err = io.EOF
			}
			return 0, 0, false, err
		}
		for i := 0; i+headerBytes <= n; i++ {
			mark := binary.BigEndian.Uint32(buf[i:])
			if mark != markKept && mark != markDeleted {
				continue
			}
			at = offset + int64(i)
			h := parseHeader(buf[i:])
			length = headerBytes + int64(h.record)
			if h.bodiesAt == at+length {
				length += int64(h.viewer) + int64(h.response)
			}
			return at, length, mark == markKept, nil
		}
		offset += int64(n - headerBytes + 1)
	}
}
