package proxy

import (
	"net"
	"net/http"
	"sync"
)

// fresh are connections on which nothing has been received yet; browsers open them in
// advance. On shutdown, net/http would wait five seconds for each of them, for nothing.
type fresh struct {
	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
}

// track is an http.Server's ConnState hook.
func (f *fresh) track(conn net.Conn, state http.ConnState) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if state != http.StateNew {
		delete(f.conns, conn)
		return
	}
	if f.closed {
		conn.Close()
		return
	}
	f.conns[conn] = true
}

// close closes all fresh connections, now and from now on.
func (f *fresh) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for conn := range f.conns {
		conn.Close()
	}
}
