package main

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// relay makes an origin on this machine as distant as a remote one: it passes everything on
// half a round trip later, without holding back what follows. The kernel opens connections
// to the relay at once, so the first bytes of a client are held for another whole round
// trip, which opening the connection would have taken.
type relay struct {
	ln        net.Listener
	to        string
	roundTrip time.Duration
	// opened counts the connections.
	opened atomic.Int64

	running sync.WaitGroup
	mu      sync.Mutex
	closed  bool
	conns   map[net.Conn]bool
}

// openRelay starts a relay to an address. The caller closes it.
func openRelay(to string, roundTrip time.Duration) (*relay, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	r := &relay{ln: ln, to: to, roundTrip: roundTrip, conns: make(map[net.Conn]bool)}
	r.running.Go(r.accept)
	return r, nil
}

func (r *relay) address() string { return r.ln.Addr().String() }

// close ends the relay and its connections, and waits for that.
func (r *relay) close() {
	r.ln.Close()
	r.mu.Lock()
	r.closed = true
	for conn := range r.conns {
		conn.Close()
	}
	r.mu.Unlock()
	r.running.Wait()
}

// accept accepts connections until the relay is closed.
func (r *relay) accept() {
	for {
		near, err := r.ln.Accept()
		if err != nil {
			return
		}
		r.opened.Add(1)
		r.running.Go(func() { r.join(near) })
	}
}

// join connects a client with the origin until both have ended.
func (r *relay) join(near net.Conn) {
	ready := time.Now().Add(r.roundTrip) // when a client at this distance is connected
	defer near.Close()
	far, err := net.Dial("tcp", r.to)
	if err != nil {
		return
	}
	defer far.Close()
	if !r.note(near, far) {
		return
	}
	defer r.forget(near, far)
	var ways sync.WaitGroup
	ways.Go(func() { r.pass(far, near, ready) })
	ways.Go(func() { r.pass(near, far, ready) })
	ways.Wait()
}

// note remembers connections for close, and reports whether that is still to come.
func (r *relay) note(conns ...net.Conn) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, conn := range conns {
		r.conns[conn] = true
	}
	return !r.closed
}

func (r *relay) forget(conns ...net.Conn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, conn := range conns {
		delete(r.conns, conn)
	}
}

// piece is what was read at once, and when to pass it on.
type piece struct {
	due  time.Time
	data []byte
}

// pass passes on what comes from one side, late and in order, including its end.
func (r *relay) pass(to, from net.Conn, ready time.Time) {
	pieces := make(chan piece, 256)
	go r.take(from, ready, pieces)
	for p := range pieces {
		time.Sleep(time.Until(p.due))
		if _, err := to.Write(p.data); err != nil { // also the end, which has no data
			from.Close()
		}
		if len(p.data) == 0 {
			to.Close()
		}
	}
}

// take reads one side to its end. The last piece is empty. It ends when its connection
// does.
func (r *relay) take(from net.Conn, ready time.Time, pieces chan<- piece) {
	defer close(pieces)
	for {
		buffer := make([]byte, 16<<10)
		n, err := from.Read(buffer)
		due := time.Now()
		if due.Before(ready) {
			due = ready
		}
		due = due.Add(r.roundTrip / 2)
		if n > 0 {
			pieces <- piece{due, buffer[:n]}
		}
		if err != nil {
			pieces <- piece{due, nil}
			return
		}
	}
}
