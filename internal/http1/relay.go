package http1

import (
	"errors"
	"io"
)

// Sink is where [Relay] writes a body.
type Sink interface {
	// Space returns room for a part of the body, of a few kilobytes.
	Space() ([]byte, error)
	// Add makes the first n bytes of the last Space part of the body. They may wait for
	// Flush.
	Add(n int) error
	// Flush sends what is pending, including the head.
	Flush() error
}

// Buffered is a body that can report how many bytes a Read returns without waiting. A body
// need not implement it; Relay saves writes if it does.
type Buffered interface {
	Buffered() int
}

// ErrUnfinished is a body that ended before its announced length.
var ErrUnfinished = errors.New("the response ended before the length that it announced")

// Relay copies a body: every byte goes out when it arrives, and a small body goes out
// together with its head. length is the announced one, -1 if there is none. What is added
// last is not flushed: a viewer that has a small response can find its record, because the
// body is closed before the handler ends.
func Relay(to Sink, body io.Reader, length int64) error {
	ready, _ := body.(Buffered)
	if waits(ready, length) {
		if err := to.Flush(); err != nil {
			return err
		}
	}
	var moved int64
	for {
		space, err := to.Space()
		if err != nil {
			return err
		}
		n, err := body.Read(space)
		if n > 0 {
			moved += int64(n)
			if err := to.Add(n); err != nil {
				return err
			}
		}
		switch {
		case err == io.EOF && length >= 0 && moved < length:
			err = ErrUnfinished
		case err == io.EOF:
			return nil
		case err == nil && (n == 0 || moved == length || ready != nil && ready.Buffered() > 0):
			continue
		}
		// Either everything that has arrived is sent and more is to come, or nothing more
		// will come.
		if flushErr := to.Flush(); err == nil {
			err = flushErr
		}
		if err != nil {
			return err
		}
	}
}

// waits reports whether to send the head before the body's first byte has arrived. If that
// cannot be determined, it is sent if the length is unknown, which is what streams have in
// common.
func waits(ready Buffered, length int64) bool {
	if ready != nil {
		return length != 0 && ready.Buffered() == 0
	}
	return length < 0
}
