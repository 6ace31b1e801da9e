package cache

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
)

// filePattern is the name pattern of body files while they have names.
const filePattern = "edgesim-body-*"

// files is the folder for large bodies.
type files struct {
	dir  string
	from int64 // the size above which a body goes to a file
	// changed is called when the folder becomes unwritable, and when it is writable again.
	changed func(error)
	// makeRoom drops one body in a file; false if there is none.
	makeRoom func() bool

	failing atomic.Bool
	mu      sync.Mutex
	room    int64 // how much a file must hold before the folder counts as working
}

// withRoom writes. While the disk is full and old bodies use some of it, they are dropped,
// and writing is retried.
func (f *files) withRoom(write func() error) error {
	for {
		err := write()
		full := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
		if !full || !f.makeRoom() {
			return err
		}
	}
}

// fail notes that a file could not be written at this size. The first failure is reported.
func (f *files) fail(err error, size int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failing.Load() {
		f.room = min(f.room, size)
		return
	}
	f.room = size
	f.failing.Store(true)
	if f.changed != nil {
		if path, ok := errors.AsType[*fs.PathError](err); ok {
			err = path.Err // the file's own name is meaningless
		}
		f.changed(err)
	}
}

// wrote notes that a body of this size has been written to a file entirely; 0 means none.
func (f *files) wrote(size int64) {
	if size == 0 || !f.failing.Load() {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.failing.Load() && size >= f.room {
		f.failing.Store(false)
		if f.changed != nil {
			f.changed(nil)
		}
	}
}

// clear removes the files of an earlier process.
func (f *files) clear() {
	if f.dir == "" {
		return
	}
	old, _ := filepath.Glob(filepath.Join(f.dir, filePattern))
	for _, file := range old {
		_ = os.Remove(file) // one in use cannot be removed, and need not be
	}
}

// createFile creates a file with this beginning. It is gone when it is closed or, if the
// system supports files without a name, when the process ends.
func createFile(dir string, chunks [][]byte) (*os.File, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.CreateTemp(dir, filePattern)
	if err != nil {
		return nil, err
	}
	_ = os.Remove(f.Name())
	for _, chunk := range chunks {
		if _, err := f.Write(chunk); err != nil {
			discard(f)
			return nil, err
		}
	}
	return f, nil
}

// discard closes a file that is no longer needed.
func discard(f *os.File) {
	f.Close()
	_ = os.Remove(f.Name()) // usually it no longer has a name
}
