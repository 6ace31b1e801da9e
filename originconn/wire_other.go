//go:build !unix

package originconn

import "syscall"

// probe cannot ask a socket on this system: a connection that the origin has
// closed is found out by the next request on it.
type probe struct{}

func newProbe(syscall.RawConn) *probe { return &probe{} }

func (*probe) readable() bool { return false }
