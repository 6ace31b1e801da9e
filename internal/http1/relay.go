package http1

import (
	"errors"
	"io"
)

// Sink is where [Relay] puts a body.
type Sink interface {
	// Space returns room for a part of the body, of a few kilobytes.
	Space() ([]byte, error)
	// Add makes the first n bytes of the last Space part of the body. They may wait for
	// Flush.
	Add(n int) error
	// Flush sends what is pending, including the head.
	Flush() error
}

// Buffered is a body that can say how many of its bytes a Read returns without
// waiting. It need not be one; Relay saves writes where it is.
type Buffered interface {
	Buffered() int
}

// ErrUnfinished is a body that ended before its announced length.
var ErrUnfinished = errors.New("the response ended before the length that it announced")

// Relay moves a body: every byte goes out when it arrives, and a small body goes
// out in one piece with its head. Length is the announced one, -1 if there is none.
// What is added last is not flushed: whoever has a small response can find its
// record, as closing the body comes before the end of the handler.
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
