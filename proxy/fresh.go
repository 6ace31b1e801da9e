package proxy

import (
	"net"
	"net/http"
	"sync"
)

// fresh are connections on which nothing was received yet, as browsers open
// them in advance. net/http would wait five seconds for each of them when it
// shuts down; nobody misses them.
type fresh struct {
	mu     sync.Mutex
	conns  map[net.Conn]bool
	closed bool
}

// track is an http.Server's ConnState.
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

// close closes what is fresh now and from now on.
func (f *fresh) close() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	for conn := range f.conns {
		conn.Close()
	}
}
