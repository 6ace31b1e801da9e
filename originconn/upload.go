package originconn

import (
	"errors"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
)

// upload is a request body used by an HTTP/2 connection, which reads it in a goroutine that
// we do not control.
type upload struct {
	body io.ReadCloser
	// sent is called at the end of the body.
	sent func()

	reading   sync.Mutex // held during a Read
	closed    atomic.Bool
	viewerErr atomic.Pointer[error]
}

// Read reads from the viewer.
func (u *upload) Read(p []byte) (int, error) {
	u.reading.Lock()
	defer u.reading.Unlock()
	if u.closed.Load() {
		return 0, http.ErrBodyReadAfterClose
	}
	n, err := u.body.Read(p)
	switch {
	case err == io.EOF:
		u.sent()
	case err != nil && !u.closed.Load() && !errors.Is(err, http.ErrBodyReadAfterClose):
		u.viewerErr.Store(&err)
	}
	return n, err
}

// Close interrupts a Read in progress.
func (u *upload) Close() error {
	u.closed.Store(true)
	return u.body.Close()
}

// end closes the body and waits until it is no longer being read.
func (u *upload) end() {
	_ = u.Close()    // closing it twice is not an error
	u.reading.Lock() // just waits for the lock
	defer u.reading.Unlock()
}

// failed returns why the body could not be read from the viewer, or nil.
func (u *upload) failed() error {
	if err := u.viewerErr.Load(); err != nil {
		return *err
	}
	return nil
}
