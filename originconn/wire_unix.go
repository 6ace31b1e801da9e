//go:build unix

package originconn

import "syscall"

// probe checks a socket, without blocking or consuming anything, for data or an end to be
// read. It is made once per connection, so that checking allocates nothing.
type probe struct {
	raw  syscall.RawConn
	peek func(fd uintptr) bool
	n    int
	err  error
	b    [1]byte
}

func newProbe(raw syscall.RawConn) *probe {
	p := &probe{raw: raw}
	p.peek = func(fd uintptr) bool {
		p.n, _, p.err = syscall.Recvfrom(int(fd), p.b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true
	}
	return p
}

func (p *probe) readable() bool {
	if p.raw.Read(p.peek) != nil {
		return true
	}
	return p.n > 0 || p.err == nil || (p.err != syscall.EAGAIN && p.err != syscall.EINTR)
}
