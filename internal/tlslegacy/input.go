package tlslegacy

import "encoding/binary"

// input reads big-endian numbers and length-prefixed bytes from the front of a message.
// Reading beyond the end makes it fail permanently, and every further read returns zero, so
// a parser checks once, after a series of reads.
type input struct {
	rest   []byte
	failed bool
}

// bytes returns the next n bytes without copying them.
func (in *input) bytes(n int) []byte {
	if in.failed || n > len(in.rest) {
		in.rest, in.failed = nil, true
		return nil
	}
	front := in.rest[:n:n]
	in.rest = in.rest[n:]
	return front
}

// number reads a big-endian number of this many bytes.
func (in *input) number(size int) int {
	n := 0
	for _, b := range in.bytes(size) {
		n = n<<8 | int(b)
	}
	return n
}

func (in *input) u8() uint8   { return uint8(in.number(1)) }
func (in *input) u16() uint16 { return uint16(in.number(2)) }

// vector reads bytes prefixed with a length of this many bytes.
func (in *input) vector(size int) input {
	body := in.bytes(in.number(size))
	return input{rest: body, failed: in.failed}
}

// whole reports whether everything was read and nothing was missing.
func (in *input) whole() bool { return !in.failed && len(in.rest) == 0 }

// appendVector appends the bytes prefixed with their length in size bytes.
func appendVector(dst []byte, size int, body []byte) []byte {
	var length [4]byte
	binary.BigEndian.PutUint32(length[:], uint32(len(body)))
	return append(append(dst, length[4-size:]...), body...)
}
