package recording

import "math/bits"

// bodies is the memory for the bodies that a [Ring] keeps. The memory of a dropped exchange
// is reused for new ones, so that recording bodies makes no garbage once the ring is full.
// The ring's lock guards it.
type bodies struct {
	// free holds the free pieces of 1<<i bytes at index i; spare is their total, bounded by
	// limit: memory of large bodies must not stay forever once small ones come.
	free  [maxClass + 1][][]byte
	spare int64
	limit int64
}

// The smallest piece has 1<<minClass bytes. Pieces larger than 1<<maxClass are not kept for
// reuse, as hardly anything else would fit.
const (
	minClass = 8
	maxClass = 20
)

// class is the class of the pieces that hold n bytes.
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

// give takes back a result of keep, which must no longer be in use.
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
