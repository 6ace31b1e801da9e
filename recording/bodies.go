package recording

import "math/bits"

// bodies is the memory of the bodies that a [Ring] keeps. What a dropped
// exchange leaves is used for those that come, so that recording bodies makes
// no garbage once the ring is full. The ring's lock guards it.
type bodies struct {
	// free has the pieces of 1<<i bytes at i, spare their sum, which limit bounds:
	// what was kept of large bodies must not stay for good once small ones come.
	free  [maxClass + 1][][]byte
	spare int64
	limit int64
}

// The smallest piece is 1<<minClass bytes. What is larger than 1<<maxClass is
// not kept for reuse, as hardly anything else would fit.
const (
	minClass = 8
	maxClass = 20
)

// class is that of the pieces in which n bytes have room.
func class(n int) int { return max(minClass, bits.Len(uint(n-1))) }

// keep returns a copy of a body; nil for an empty one.
func (b *bodies) keep(body []byte) []byte {
	n := len(body)
	if n == 0 {
		return nil
	}
	c := class(n)
	if c > maxClass {
		return append([]byte(nil), body...)
	}
	var piece []byte
	if last := len(b.free[c]) - 1; last >= 0 {
		piece = b.free[c][last]
		b.free[c][last] = nil
		b.free[c] = b.free[c][:last]
		b.spare -= 1 << c
	} else {
		piece = make([]byte, 1<<c)
	}
	piece = piece[:n]
	copy(piece, body)
	return piece
}

// give takes back what keep returned; nobody may have it any more.
func (b *bodies) give(body []byte) {
	if cap(body) == 0 {
		return
	}
	size := int64(cap(body))
	if c := class(cap(body)); c <= maxClass && size == 1<<c && b.spare+size <= b.limit {
		b.free[c] = append(b.free[c], body[:0:cap(body)])
		b.spare += size
	}
}
