package originconn

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
)

// readAhead lets one read of the socket bring several TLS records, where crypto/tls
// would read the socket once or twice for each. It is there only while a body flows,
// and hands on no more than the record under way: so whoever reads knows whether the
// next one is here already.
type readAhead struct {
	buf  [aheadSize]byte
	r, w int   // buf[r:w] was received and not read
	err  error // came with the last of these bytes
}

// aheadSize is how much one read of the socket brings at most: four records of the
// greatest size.
const aheadSize = 4 * (recordHeader + 16<<10 + 256)

// worthReadingAhead is the length from which a body is: what is shorter comes in one
// or two records.
const worthReadingAhead = 20 << 10

// mostAheads bounds how many bodies read ahead at a time: beyond it the memory costs
// more than the system calls.
const mostAheads = 64

// aheadsInUse counts them.
var aheadsInUse atomic.Int32

var aheads = sync.Pool{New: func() any { return new(readAhead) }}

// recordHeader is the length of a TLS record's header (RFC 8446 section 5.1).
const recordHeader = 5

// records follows the records of a stream as it goes by.
type records struct {
	// left is what is missing of the record under way, head what there is of its
	// header, got bytes of it.
	left int
	head [recordHeader]byte
	got  int
}

// pass notes bytes that go by.
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

// missing is how many bytes of p, which come next, belong to the record under way or,
// if there is none, to the one that begins here.
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

// readAhead begins to read ahead, unless too many others do.
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

// stopReadingAhead gives the memory back, and says whether nothing was left in it.
// Only who reads may call it.
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

// countAhead says once that the wire reads ahead no more. Where a body is given up it
// is all that is done: a read may be under way, and the collector gets the memory.
func (w *wire) countAhead() {
	if w.counted.CompareAndSwap(true, false) {
		aheadsInUse.Add(-1)
	}
}

// readOn reads from what was received ahead, and receives where that is empty.
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

// recordHere says whether a whole record with data was received ahead, so that reading
// it does not wait. A short one may be a session ticket, a key update or an alert
// instead, behind which nothing need come: who waited for that would keep from the
// viewer what is here already.
func (w *wire) recordHere() bool {
	a := w.ahead
	if a == nil || w.records.left > 0 || w.records.got > 0 || a.w-a.r < recordHeader {
		return false
	}
	length := int(binary.BigEndian.Uint16(a.buf[a.r+3:]))
	return length >= leastOfData && a.w-a.r >= recordHeader+length
}

// leastOfData is the length from which a record is taken for data.
const leastOfData = 2 << 10
