package originconn

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
)

// readAhead lets one read of the socket bring several TLS records, where crypto/tls would
// read the socket once or twice per record. It is used only while a body flows, and hands
// on no more than the current record, so that the reader knows whether the next one is
// already here.
type readAhead struct {
	buf  [aheadSize]byte
	r, w int   // buf[r:w] was received but not read
	err  error // err came with the last of these bytes
}

// aheadSize is the most that one read of the socket brings: four records of the maximum
// size.
const aheadSize = 4 * (recordHeader + 16<<10 + 256)

// worthReadingAhead is the minimum length of a body to read ahead: a shorter one comes in
// one or two records.
const worthReadingAhead = 20 << 10

// mostAheads limits how many bodies are read ahead at a time: beyond it, the memory costs
// more than the system calls.
const mostAheads = 32

// aheadsInUse counts the bodies being read ahead.
var aheadsInUse atomic.Int32

var aheads = sync.Pool{New: func() any { return new(readAhead) }}

// recordHeader is the length of a TLS record's header (RFC 8446 section 5.1).
const recordHeader = 5

// records follows the records of a stream as they pass.
type records struct {
	// left is how much of the current record is missing; head holds what there is of its
	// header, got bytes of it.
	left int
	head [recordHeader]byte
	got  int
}

// pass notes bytes that pass.
func (r *records) pass(p []byte) {
	for len(p) > 0 {
		if r.left > 0 {
			n := min(r.left, len(p))
			r.left -= n
			p = p[n:]
			continue
		}
		n := copy(r.head[r.got:], p)
		r.got += n
		p = p[n:]
		if r.got == recordHeader {
			r.left, r.got = int(binary.BigEndian.Uint16(r.head[3:])), 0
		}
	}
}

// missing returns how many of the next bytes, p, belong to the current record or, if there
// is none, to the one that starts here.
func (r *records) missing(p []byte) int {
	switch {
	case r.left > 0:
		return min(r.left, len(p))
	case r.got+len(p) < recordHeader:
		return len(p)
	}
	head := r.head
	n := copy(head[r.got:], p)
	return min(n+int(binary.BigEndian.Uint16(head[3:])), len(p))
}

// readAhead starts reading ahead, unless too many others do.
func (w *wire) readAhead() {
	if w.ahead != nil {
		return
	}
	if aheadsInUse.Add(1) > mostAheads {
		aheadsInUse.Add(-1)
		return
	}
	w.ahead = aheads.Get().(*readAhead)
	w.counted.Store(true)
}

// stopReadingAhead gives the memory back, and reports whether nothing was left in it. Only
// the reader may call it.
func (w *wire) stopReadingAhead() (empty bool) {
	a := w.ahead
	if a == nil {
		return true
	}
	w.ahead = nil
	empty = a.r == a.w && a.err == nil
	a.r, a.w, a.err = 0, 0, nil
	aheads.Put(a)
	w.countAhead()
	return empty
}

// countAhead notes, once, that the wire no longer reads ahead. If a body is given up,
// nothing else is done: a read may be in progress, and the memory is left to the garbage
// collector.
func (w *wire) countAhead() {
	if w.counted.CompareAndSwap(true, false) {
		aheadsInUse.Add(-1)
	}
}

// readOn reads from what was received ahead, and receives more if that is empty.
func (w *wire) readOn(p []byte) (int, error) {
	a := w.ahead
	if a.r == a.w {
		if a.err != nil {
			return 0, a.err
		}
		n, err := w.receive(a.buf[:])
		a.r, a.w, a.err = 0, n, err
		if n == 0 {
			a.err = nil
			return 0, err
		}
	}
	next := a.buf[a.r:a.w]
	n := copy(p, next[:w.records.missing(next)])
	w.records.pass(p[:n])
	a.r += n
	return n, nil
}

// recordHere reports whether a whole record with data has been received ahead, so that
// reading it does not block. A short one may instead be a session ticket, a key update or
// an alert, and nothing need follow those: waiting for more would withhold from the viewer
// what is already here.
func (w *wire) recordHere() bool {
	a := w.ahead
	if a == nil || w.records.left > 0 || w.records.got > 0 || a.w-a.r < recordHeader {
		return false
	}
	length := int(binary.BigEndian.Uint16(a.buf[a.r+3:]))
	return length >= leastOfData && a.w-a.r >= recordHeader+length
}

// leastOfData is the minimum length of a record assumed to hold data.
const leastOfData = 2 << 10
