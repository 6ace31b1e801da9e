package lab

import (
	"errors"
	"net"
	"testing"
	"time"
)

// TestLateGuest lets a connection in after the keeper has closed, as happens
// when a client comes while a lab ends. It once locked up: the keeper closed
// the guest while it held the lock that the guest needs to leave.
func TestLateGuest(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	k := newKeeper()
	g := newGate(l.(*net.TCPListener), k)
	defer func() { _ = g.Close() }()
	client, err := new(net.Dialer).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = client.Close() }()
	k.close()
	if _, err := g.accept(); err != nil {
		t.Fatal(err)
	}
	if err := client.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	var timeout net.Error
	if _, err := client.Read(make([]byte, 1)); err == nil || errors.As(err, &timeout) && timeout.Timeout() {
		t.Errorf("got %v, want the end of the connection", err)
	}
	if len(g.slots) != 0 {
		t.Error("its slot is still taken")
	}
}

// TestFullGate closes a gate that has no slot left while somebody waits for one.
func TestFullGate(t *testing.T) {
	t.Parallel()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := newGate(l.(*net.TCPListener), newKeeper())
	g.slots = make(chan struct{}) // none at all
	if err := g.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := g.accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want closed", err)
	}
}
