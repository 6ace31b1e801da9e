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

// Deleting takes room: SQLite writes what it changes before it gives anything
// back. So that it works on a full disk, too, a file keeps some until then.
const (
	reserveName  = "reserve"
	reserveBytes = 4 << 20
)

// full says whether an error means that the disk is full.
func full(err error) bool {
	var failed *sqlite.Error
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return true
	}
	// The file that connections share could not grow, which is how it begins.
	return errors.As(err, &failed) && (failed.Code()&0xff == sqlite3.SQLITE_FULL || failed.Code() == sqlite3.SQLITE_IOERR_SHMSIZE)
}

// keepReserve makes the reserve if it is not there. Where there is no room for it,
// there is none to keep.
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

// releaseReserve gives the reserve back, and says whether there was one.
func (s *Store) releaseReserve() bool {
	return os.Remove(filepath.Join(s.config.Dir, reserveName)) == nil
}

// makeRoom is what can be done on a full disk before a change is tried again: the
// reserve is given back, and the log beside the index taken into it.
func (s *Store) makeRoom(ctx context.Context) {
	s.releaseReserve()
	if f := s.files.Load(); f != nil && f.write != nil {
		_, _ = f.write.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)") // the change that follows says what is wrong
	}
}

// removeAllSegments deletes every segment before the index forgets what is in
// them: their rows then lead nowhere, which readers take for forgotten.
func (s *Store) removeAllSegments() error {
	var all []error
	for _, id := range segmentFiles(s.config.Dir) {
		if err := os.Remove(segmentPath(s.config.Dir, id)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			all = append(all, err)
		}
	}
	return errors.Join(all...)
}
