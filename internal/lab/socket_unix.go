//go:build unix

package lab

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"syscall"
)

// refuse binds the origin's port without listening on it: no other program can take it, and
// connections are refused.
func (s *site) refuse(context.Context) error {
	family, _ := socketAddress(s.at)
	fd, err := newSocket(family)
	if err != nil {
		return err
	}
	if !s.keeper.keep(fd) {
		return os.ErrClosed
	}
	_, address := socketAddress(s.at)
	if err := syscall.Bind(fd.number, address); err != nil {
		return os.NewSyscallError("bind", err)
	}
	name, err := syscall.Getsockname(fd.number)
	if err != nil {
		return os.NewSyscallError("getsockname", err)
	}
	switch name := name.(type) {
	case *syscall.SockaddrInet4:
		s.address = netip.AddrPortFrom(s.at.Addr(), uint16(name.Port)).String()
	case *syscall.SockaddrInet6:
		s.address = netip.AddrPortFrom(s.at.Addr(), uint16(name.Port)).String()
	default:
		return fmt.Errorf("binding %q: unexpected kind of address", s.at)
	}
	return nil
}

// The queue of a port that answers no SYN. The kernel queues a connection or two more than
// the backlog, so there are more knocks than fit.
const (
	shortBacklog = 1
	knocks       = 8
)

// ignore listens with the shortest possible backlog, never accepts, and fills the queue
// with its own connections. From then on the kernel drops every SYN, as a firewall does.
func (s *site) ignore(ctx context.Context) error {
	g, err := s.listen(ctx)
	if err != nil {
		return err
	}
	raw, err := g.SyscallConn()
	if err != nil {
		return err
	}
	var shortened error
	// Listening again on a listening socket sets its backlog again.
	if err := raw.Control(func(fd uintptr) { shortened = syscall.Listen(int(fd), shortBacklog) }); err != nil {
		return err
	}
	if shortened != nil {
		return os.NewSyscallError("listen", shortened)
	}
	return s.fillQueue()
}

// fillQueue knocks until no more connections are accepted.
func (s *site) fillQueue() error {
	target, err := netip.ParseAddrPort(dialable(s.address))
	if err != nil {
		return err
	}
	waiting := 0
	for range knocks {
		connected, err := s.knock(target)
		if err != nil {
			return err
		}
		if !connected {
			waiting++
		}
	}
	if waiting == 0 {
		return fmt.Errorf("the kernel queued %d connections on %q, more than its backlog", knocks, s.address)
	}
	return nil
}

// knock starts to connect and reports whether that succeeded at once, as it does on
// loopback when there is room in the queue.
func (s *site) knock(target netip.AddrPort) (connected bool, err error) {
	family, address := socketAddress(target)
	fd, err := newSocket(family)
	if err != nil {
		return false, err
	}
	if !s.keeper.keep(fd) {
		return false, os.ErrClosed
	}
	if err := syscall.SetNonblock(fd.number, true); err != nil {
		return false, os.NewSyscallError("fcntl", err)
	}
	if err := syscall.Connect(fd.number, address); err != nil && err != syscall.EINPROGRESS { //nolint:errorlint // a bare errno
		return false, os.NewSyscallError("connect", err)
	}
	_, err = syscall.Getpeername(fd.number)
	return err == nil, nil
}

// socket is a bare socket. It is a pointer so that the keeper can distinguish two with the
// same number.
type socket struct{ number int }

// newSocket makes a stream socket that child processes do not inherit.
func newSocket(family int) (*socket, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	number, err := syscall.Socket(family, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	syscall.CloseOnExec(number)
	return &socket{number: number}, nil
}

// Close closes the socket.
func (s *socket) Close() error { return os.NewSyscallError("close", syscall.Close(s.number)) }

// socketAddress returns an address in the form of the system calls.
func socketAddress(at netip.AddrPort) (family int, address syscall.Sockaddr) {
	if at.Addr().Is4() {
		return syscall.AF_INET, &syscall.SockaddrInet4{Port: int(at.Port()), Addr: at.Addr().As4()}
	}
	zone, _ := strconv.Atoi(at.Addr().Zone()) // looking up a zone name is not worth it here
	return syscall.AF_INET6, &syscall.SockaddrInet6{Port: int(at.Port()), Addr: at.Addr().As16(), ZoneId: uint32(zone)}
}
