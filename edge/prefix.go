package edge

import "sync"

// prefix is the beginning of a body, kept for the record. Its memory is lent to recorders
// and reused afterward: with 64 KiB for each exchange, most of what the program allocates
// would be garbage.
type prefix struct {
	bytes []byte
	// from is the pool that the memory came from; nil if it is left to the garbage
	// collector.
	from *sync.Pool
}

// The sizes of the pieces: one for a typical API response, one for the usual limit.
const (
	smallPrefix = 4 << 10
	largePrefix = 64 << 10
)

var (
	smallPrefixes = sync.Pool{New: func() any { return new([smallPrefix]byte) }}
	largePrefixes = sync.Pool{New: func() any { return new([largePrefix]byte) }}
)

// add appends what fits below the limit, and reports whether that was everything. expected
// is the expected length of the whole body; -1 if unknown.
func (p *prefix) add(b []byte, limit int, expected int64) (whole bool) {
	room := max(0, limit-len(p.bytes))
	whole = len(b) <= room
	b = b[:min(len(b), room)]
	if need := len(p.bytes) + len(b); need > cap(p.bytes) {
		p.grow(min(limit, max(need, int(min(expected, int64(limit))))))
	}
	p.bytes = append(p.bytes, b...)
	return whole
}

// grow moves the bytes to a piece with room for n bytes.
func (p *prefix) grow(n int) {
	var larger prefix
	switch {
	case n <= smallPrefix:
		larger = prefix{smallPrefixes.Get().(*[smallPrefix]byte)[:0], &smallPrefixes}
	case n <= largePrefix:
		larger = prefix{largePrefixes.Get().(*[largePrefix]byte)[:0], &largePrefixes}
	default:
		larger.bytes = make([]byte, 0, max(n, 2*cap(p.bytes)))
	}
	larger.bytes = append(larger.bytes, p.bytes...)
	p.release()
	*p = larger
}

// release gives the memory back; the bytes must no longer be in use.
func (p *prefix) release() {
	switch p.from {
	case &smallPrefixes:
		p.from.Put((*[smallPrefix]byte)(p.bytes[:smallPrefix]))
	case &largePrefixes:
		p.from.Put((*[largePrefix]byte)(p.bytes[:largePrefix]))
	}
	*p = prefix{}
}
