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

// filePattern names the files of bodies while they have names.
const filePattern = "edgesim-body-*"

// files is the folder of large bodies.
type files struct {
	dir  string
	from int64 // the size above which a body goes to a file
	// changed is told when the folder cannot be written, and when it can be again.
	changed func(error)
	// makeRoom lets go of one body in a file; false where there is none.
	makeRoom func() bool

	failing atomic.Bool
	mu      sync.Mutex
	room    int64 // what a file must have taken before the folder counts as working
}

// withRoom writes. While the disk is full and old bodies take some of it, they make
// room, and it is tried again.
func (f *files) withRoom(write func() error) error {
	for {
		err := write()
		full := errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
		if !full || !f.makeRoom() {
			return err
		}
	}
}

// fail notes that a file could not be written at this size. The first one is told.
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
			err = path.Err // the file's own name says nothing
		}
		f.changed(err)
	}
}

// wrote notes that a body of this size is whole in a file; 0 is none.
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

// clear removes what an earlier process left.
func (f *files) clear() {
	if f.dir == "" {
		return
	}
	old, _ := filepath.Glob(filepath.Join(f.dir, filePattern))
	for _, file := range old {
		_ = os.Remove(file) // one in use cannot be removed, and need not be
	}
}

// createFile makes a file with this beginning. It is gone when it is closed, or
// when the process ends, where the system lets a file be without a name.
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

// discard closes a file that is not needed any more.
func discard(f *os.File) {
	f.Close()
	_ = os.Remove(f.Name()) // mostly it has no name any more
}
