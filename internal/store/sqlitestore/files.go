package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver
)

// files are the connections to an index.
type files struct {
	// write is the connection for changes, nil if there are none; read are those for
	// everything else.
	write, read *sql.DB
	// prepared are the statements of write, by text.
	prepared map[string]*sql.Stmt
	path     string
	// index identifies the file.
	index fs.FileInfo
}

// openFiles opens an index, creating it if needed. Only its owner may read it: it contains
// addresses, as the segments do.
func openFiles(path string, readOnly bool) (*files, error) {
	f := &files{path: path}
	if !readOnly {
		if err := private(path); err != nil {
			return nil, err
		}
	}
	var err error
	if f.read, err = database(path, readOnly); err != nil {
		return nil, err
	}
	f.read.SetMaxOpenConns(4)
	if readOnly {
		return f, nil
	}
	if f.write, err = database(path, false); err != nil {
		return nil, errors.Join(err, f.close())
	}
	f.write.SetMaxOpenConns(1)
	f.write.SetMaxIdleConns(1)
	return f, nil
}

// private ensures that only the owner can access the index and the files that SQLite keeps
// next to it. SQLite gives the files it creates the mode of the index.
func private(path string) error {
	made, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	made.Close()
	for _, end := range []string{"", "-wal", "-shm"} {
		info, err := os.Stat(path + end)
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			// If the mode cannot be changed, the folder's own has to do.
			_ = os.Chmod(path+end, 0o600)
		}
	}
	return nil
}

// identify notes which file the index is.
func (f *files) identify() (err error) {
	f.index, err = os.Stat(f.path)
	return err
}

// prepare parses the statements that every transaction uses.
func (f *files) prepare(ctx context.Context) error {
	f.prepared = map[string]*sql.Stmt{}
	for _, text := range preparedTexts {
		stmt, err := f.write.PrepareContext(ctx, text)
		if err != nil {
			return err
		}
		f.prepared[text] = stmt
	}
	return nil
}

// gone reports whether the index is no longer the file that was opened: the folder was
// removed, or another index was put there.
func (f *files) gone() bool {
	now, err := os.Stat(f.path)
	return errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(now, f.index)
}

func (f *files) close() error {
	if f == nil {
		return nil
	}
	var all []error
	for _, stmt := range f.prepared {
		all = append(all, stmt.Close())
	}
	for _, db := range []*sql.DB{f.read, f.write} {
		if db != nil {
			all = append(all, db.Close())
		}
	}
	return errors.Join(all...)
}

// database opens the index. The cache of a connection is limited, as its memory is not
// Go's.
func database(path string, readOnly bool) (*sql.DB, error) {
	q := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
		"journal_mode(wal)", "synchronous(normal)", "wal_autocheckpoint(4000)", "cache_size(-2000)", "temp_store(memory)", "journal_size_limit(16777216)",
	}, "_txlock": {"immediate"}}
	if readOnly {
		q = url.Values{"mode": {"ro"}, "_pragma": {fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "query_only(1)", "cache_size(-2000)"}}
	}
	if readOnly && untouched(path) {
		q.Set("immutable", "1")
	}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
}

// untouched reports whether an index is where we cannot write and no edge has it open: a
// copy on a read-only disk, for example. SQLite would try to create files next to it.
func untouched(path string) bool {
	return !inUse(path) && writable(filepath.Dir(path)) != nil
}
