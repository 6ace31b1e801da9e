package http1

import (
	"sync"
	"sync/atomic"
)

// What is read of a body goes straight behind the head, or behind the size of its
// chunk. outSize is how much is sent at once, largeOutSize the same while no more
// than mostLargeOuts responses have one, and smallOutSize enough for the whole of a
// short response.
const (
	outSize       = 32<<10 + 1<<10
	largeOutSize  = 64<<10 + 1<<10
	mostLargeOuts = 64
	smallOutSize  = 8 << 10
)

// mostInSmall is the length up to which a body has room behind its head in a small
// piece, unless the head is of an unusual size.
const mostInSmall = smallOutSize - 4<<10

var (
	outs      = sync.Pool{New: func() any { b := make([]byte, 0, outSize); return &b }}
	largeOuts = sync.Pool{New: func() any { b := make([]byte, 0, largeOutSize); return &b }}
	smallOuts = sync.Pool{New: func() any { b := make([]byte, 0, smallOutSize); return &b }}
)

// largeOutsInUse counts the responses that have one.
var largeOutsInUse atomic.Int32

// takeOut returns what a response waits in, of the size that its body asks for.
func takeOut(w *Response) *[]byte {
	switch {
	case w.bodyless || w.length >= 0 && w.length <= mostInSmall:
		return smallOuts.Get().(*[]byte)
	case largeOutsInUse.Add(1) <= mostLargeOuts:
		return largeOuts.Get().(*[]byte)
	}
	largeOutsInUse.Add(-1)
	return outs.Get().(*[]byte)
}

// giveBack ends the use of what takeOut returned; what has grown is the collector's.
func giveBack(out *[]byte, large bool) {
	if large {
		largeOutsInUse.Add(-1)
	}
	switch cap(*out) {
	case outSize:
		outs.Put(out)
	case largeOutSize:
		largeOuts.Put(out)
	case smallOutSize:
		smallOuts.Put(out)
	}
}
