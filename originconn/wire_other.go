//go:build !unix

package originconn

import "syscall"

// probe cannot check a socket on this system: the next request on a connection finds out if
// the origin has closed it.
type probe struct{}

func newProbe(syscall.RawConn) *probe { return &probe{} }

func (*probe) readable() bool { return false }
