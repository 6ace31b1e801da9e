package sqlitestore

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Deleting needs space: SQLite writes changes before it frees anything. A reserve file
// keeps some space, so that deleting works on a full disk, too.
const (
	reserveName  = "reserve"
	reserveBytes = 4 << 20
)

// full reports whether an error means that the disk is full.
func full(err error) bool {
	var failed *sqlite.Error
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return true
	}
	// The file that connections share could not grow, which is how it starts.
	return errors.As(err, &failed) && (failed.Code()&0xff == sqlite3.SQLITE_FULL || failed.Code() == sqlite3.SQLITE_IOERR_SHMSIZE)
}

// keepReserve creates the reserve if it does not exist. If there is no room for it, it does
// without.
func (s *Store) keepReserve() {
	path := filepath.Join(s.config.Dir, reserveName)
	if info, err := os.Stat(path); err == nil && info.Size() == reserveBytes {
		return
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return
	}
	zeros := make([]byte, 64<<10)
	for written := 0; written < reserveBytes && err == nil; written += len(zeros) {
		_, err = f.Write(zeros)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		s.releaseReserve()
	}
}

// releaseReserve frees the reserve, and reports whether there was one.
func (s *Store) releaseReserve() bool {
	return os.Remove(filepath.Join(s.config.Dir, reserveName)) == nil
}

// makeRoom does what can be done on a full disk before a change is retried: it frees the
// reserve and moves the log next to the index into the index.
func (s *Store) makeRoom(ctx context.Context) {
	s.releaseReserve()
	if f := s.files.Load(); f != nil && f.write != nil {
		_, _ = f.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)") // the change that follows says what is wrong
	}
}

// removeAllSegments deletes every segment before the index drops their contents: their rows
// then point to nothing, which readers take for dropped.
func (s *Store) removeAllSegments() error {
	var all []error
	for _, id := range segmentFiles(s.config.Dir) {
		if err := os.Remove(segmentPath(s.config.Dir, id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}
