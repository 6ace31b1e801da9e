package logline

import (
	"io"
	"sync"
	"time"
)

// Writer writes log lines in its own goroutine, so that no viewer waits for a disk. A
// single line goes out at once. Lines that come within 10 ms of a write go out together:
// under load one write carries many. Make one with [NewWriter].
type Writer struct {
	to    io.Writer
	done  chan struct{}
	ended chan struct{} // closed by Close

	mu      sync.Mutex
	changed sync.Cond // more is waiting or has been taken, or closed is true
	waiting []byte
	closed  bool
}

// writeEvery is the minimum time between two writes.
const writeEvery = 10 * time.Millisecond

// logBacklog is how much may wait; beyond it, callers wait, too.
const logBacklog = 1 << 20

// NewWriter starts a writer. The caller closes it.
func NewWriter(to io.Writer) *Writer {
	w := &Writer{to: to, done: make(chan struct{}), ended: make(chan struct{})}
	w.changed.L = &w.mu
	go w.run()
	return w
}

// Write queues a line. Errors of the underlying writer are not reported.
func (w *Writer) Write(line []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(w.waiting) > logBacklog && !w.closed {
		w.changed.Wait()
	}
	if w.closed {
		return w.to.Write(line)
	}
	if len(w.waiting) == 0 {
		w.changed.Broadcast()
	}
	w.waiting = append(w.waiting, line...)
	return len(line), nil
}

// run writes what is waiting until the writer is closed.
func (w *Writer) run() {
	defer close(w.done)
	var lines []byte
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-pause.C:
		case <-w.ended:
		}
		w.mu.Lock()
		for len(w.waiting) == 0 && !w.closed {
			w.changed.Wait()
		}
		lines, w.waiting = w.waiting, lines[:0]
		ended := w.closed
		w.changed.Broadcast()
		w.mu.Unlock()
		_, _ = w.to.Write(lines)
		if ended {
			return
		}
		pause.Reset(writeEvery)
	}
}

// Close writes what is queued. Later lines are written at once.
func (w *Writer) Close() error {
	w.mu.Lock()
	if !w.closed {
		close(w.ended)
	}
	w.closed = true
	w.changed.Broadcast()
	w.mu.Unlock()
	<-w.done
	return nil
}
