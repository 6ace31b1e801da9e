package http1

import (
	"sync"
	"sync/atomic"
)

// What is read of a body goes directly after the head or the size of its chunk. outSize is
// how much is sent at once, largeOutSize the same for at most mostLargeOuts responses at a
// time, and smallOutSize is enough for a whole short response.
const (
	outSize       = 32<<10 + 1<<10
	largeOutSize  = 64<<10 + 1<<10
	mostLargeOuts = 32
	smallOutSize  = 8 << 10
)

// mostInSmall is the maximum length of a body that fits after its head in a small piece,
// unless the head is unusually large.
const mostInSmall = smallOutSize - 4<<10

var (
	outs      = sync.Pool{New: func() any { b := make([]byte, 0, outSize); return &b }}
	largeOuts = sync.Pool{New: func() any { b := make([]byte, 0, largeOutSize); return &b }}
	smallOuts = sync.Pool{New: func() any { b := make([]byte, 0, smallOutSize); return &b }}
)

// largeOutsInUse counts the responses with a large one.
var largeOutsInUse atomic.Int32

// takeOut returns the output buffer of a response, sized for its body.
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

// giveBack returns a buffer from takeOut; one that has grown is left to the garbage
// collector.
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
