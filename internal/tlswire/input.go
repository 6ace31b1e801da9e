package tlswire

// input reads big-endian numbers and length-prefixed bytes from the front of a slice.
// Reading beyond the end makes it fail permanently: it becomes nil, and every further read
// returns zero. So a parser checks once, after a series of reads.
type input []byte

// failed reports whether a read went beyond the end.
func (in input) failed() bool { return in == nil }

// bytes returns the next n bytes without copying them.
func (in *input) bytes(n int) input {
	if in.failed() || n > len(*in) {
		*in = nil
		return nil
	}
	front := (*in)[:n:n]
	*in = (*in)[n:]
	return front
}

func (in *input) number(size int) int {
	n := 0
	for _, b := range in.bytes(size) {
		n = n<<8 | int(b)
	}
	return n
}

func (in *input) u8() int  { return in.number(1) }
func (in *input) u16() int { return in.number(2) }
func (in *input) u24() int { return in.number(3) }
