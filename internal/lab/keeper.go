package lab

import (
	"io"
	"net"
	"sync"
)

// maxConnections is how many connections one origin serves at once; others wait in the
// kernel's queue.
const maxConnections = 1024

// keeper owns what a lab has open: listeners, connections, bare sockets, and
// the goroutines that serve them.
type keeper struct {
	mu      sync.Mutex
	closed  bool
	open    map[io.Closer]struct{}
	running sync.WaitGroup
}

func newKeeper() *keeper {
	return &keeper{open: make(map[io.Closer]struct{})}
}

// keep takes ownership of something open. If the keeper is closed, it closes it at once and
// returns false.
func (k *keeper) keep(c io.Closer) bool {
	k.mu.Lock()
	closed := k.closed
	if !closed {
		k.open[c] = struct{}{}
	}
	k.mu.Unlock()
	if closed {
		_ = c.Close() // nobody is left to tell; not under the lock, which a guest takes when it closes
	}
	return !closed
}

// forget gives up ownership of something that its user closes.
func (k *keeper) forget(c io.Closer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.open, c)
}

// run runs a function in a goroutine that wait waits for.
func (k *keeper) run(f func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if !k.closed {
		k.running.Go(f)
	}
}

// close closes everything. What is running then ends soon; wait waits for it.
func (k *keeper) close() {
	k.mu.Lock()
	k.closed = true
	open := k.open
	k.open = make(map[io.Closer]struct{})
	k.mu.Unlock()
	for c := range open {
		_ = c.Close() // a connection may well be broken: this is the lab
	}
}

// wait waits for every goroutine. Call it after close.
func (k *keeper) wait() { k.running.Wait() }

// gate is a listener that admits a limited number of connections at once and hands each to
// its keeper.
type gate struct {
	*net.TCPListener
	keeper *keeper
	slots  chan struct{}
	shut   chan struct{}
	once   sync.Once
}

func newGate(l *net.TCPListener, k *keeper) *gate {
	return &gate{TCPListener: l, keeper: k, slots: make(chan struct{}, maxConnections), shut: make(chan struct{})}
}

// Accept waits for a free slot and then for a connection.
func (g *gate) Accept() (net.Conn, error) { return g.accept() }

func (g *gate) accept() (*guest, error) {
	select {
	case g.slots <- struct{}{}:
	case <-g.shut:
		return nil, net.ErrClosed
	}
	conn, err := g.AcceptTCP()
	if err != nil {
		<-g.slots
		return nil, err
	}
	visitor := &guest{TCPConn: conn, gate: g}
	g.keeper.keep(visitor)
	return visitor, nil
}

// Close stops the listener. Connections that were let in stay open.
func (g *gate) Close() error {
	g.once.Do(func() { close(g.shut) })
	return g.TCPListener.Close()
}

// guest is one connection admitted by a gate. Closing it frees its slot.
type guest struct {
	*net.TCPConn
	gate *gate
	once sync.Once
}

// Close closes the connection. It may be called more than once.
func (g *guest) Close() error {
	err := net.ErrClosed
	g.once.Do(func() {
		err = g.TCPConn.Close()
		g.gate.keeper.forget(g)
		<-g.gate.slots
	})
	return err
}
