package sqlitestore

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// explain rewords an SQLite error so that it says what to do.
func explain(err error) error {
	var failed *sqlite.Error
	hint := ""
	switch {
	case err == nil:
		return nil
	case full(err):
		hint = "the disk is full"
	case errors.As(err, &failed):
		switch failed.Code() & 0xff {
		case sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB:
			hint = "index.db is damaged"
		case sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN:
			hint = "the folder or its index.db cannot be written"
		case sqlite3.SQLITE_BUSY:
			hint = "another process keeps the recordings locked"
		}
	}
	if hint == "" {
		return err
	}
	return fmt.Errorf("%s: %w", hint, err)
}
