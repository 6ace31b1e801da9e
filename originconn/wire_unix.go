//go:build unix

package originconn

import "syscall"

// readable asks the socket, without waiting and without taking anything from
// it, whether there is data or an end to be read.
func readable(raw syscall.RawConn) bool {
	var n int
	var err error
	var b [1]byte
	ctrl := raw.Read(func(fd uintptr) bool {
		n, _, err = syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		return true
	})
	if ctrl != nil {
		return true
	}
	return n > 0 || err == nil || (err != syscall.EAGAIN && err != syscall.EINTR)
}
