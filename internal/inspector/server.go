package inspector

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// The timeouts of the API's server. Its clients are people and programs nearby.
const (
	// headTimeout limits reading a request head, bodyTimeout reading a body.
	headTimeout = 10 * time.Second
	bodyTimeout = 30 * time.Second
	// idleTimeout is how long a kept-alive connection may be idle.
	idleTimeout = time.Minute
	// stallTimeout is how long a client may go without accepting a byte of an answer.
	stallTimeout = time.Minute
	// maxConnections is how many there may be at a time: their descriptors are not
	// available to viewers. Beyond it, the one that has been idle longest is closed.
	maxConnections = 256
)

// NewServer returns the server of the API and the pages.
func NewServer(c Config) *http.Server {
	guests := &guests{most: maxConnections, idle: map[net.Conn]uint64{}, all: map[net.Conn]bool{}}
	return &http.Server{
		Handler:           patient(Handler(c)),
		ReadHeaderTimeout: headTimeout, IdleTimeout: idleTimeout,
		ConnState: guests.track,
	}
}

// patient limits how long a client may take with its request body and the answer. Neither
// limit applies to the whole answer: events never end.
func patient(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		control := http.NewResponseController(w)
		if r.ContentLength != 0 {
			_ = control.SetReadDeadline(time.Now().Add(bodyTimeout)) // net/http sets its own for the next request
		}
		h.ServeHTTP(&patientWriter{ResponseWriter: w, control: control}, r)
	})
}

// patientWriter gives each write its own deadline, unless the handler sets its own.
type patientWriter struct {
	http.ResponseWriter
	control *http.ResponseController
	own     bool // the handler sets the deadlines
}

// renew gives the client time for the next bytes.
func (w *patientWriter) renew() {
	if !w.own {
		_ = w.control.SetWriteDeadline(time.Now().Add(stallTimeout)) // a failure shows in the write
	}
}

// Write writes what the client accepts within the deadline.
func (w *patientWriter) Write(p []byte) (int, error) {
	w.renew()
	return w.ResponseWriter.Write(p)
}

// FlushError sends what was written, for http.ResponseController.
func (w *patientWriter) FlushError() error {
	w.renew()
	return w.control.Flush()
}

// SetWriteDeadline leaves the deadlines to the handler.
func (w *patientWriter) SetWriteDeadline(at time.Time) error {
	w.own = true
	return w.control.SetWriteDeadline(at)
}

// Unwrap returns the writer below, for http.ResponseController.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// guests are the connections of the API.
type guests struct {
	most int

	mu   sync.Mutex
	all  map[net.Conn]bool
	idle map[net.Conn]uint64 // waiting for a request, by when they started waiting
	turn uint64
}

// track follows a connection. If there are too many, it closes the one that has waited
// longest for a request; if all are busy, the new one.
func (g *guests) track(c net.Conn, state http.ConnState) {
	var gone net.Conn
	g.mu.Lock()
	switch state {
	case http.StateNew, http.StateIdle:
		g.turn++
		g.all[c], g.idle[c] = true, g.turn
		if len(g.all) > g.most {
			gone = g.longest(c)
			delete(g.all, gone)
			delete(g.idle, gone)
		}
	case http.StateActive:
		delete(g.idle, c)
	default: // closed, or hijacked
		delete(g.all, c)
		delete(g.idle, c)
	}
	g.mu.Unlock()
	if gone != nil {
		_ = gone.Close() // it has nothing more to say
	}
}

// longest returns the connection that has waited longest, except the newest one, which is
// returned if no other waits.
func (g *guests) longest(newest net.Conn) net.Conn {
	found := newest
	for c, since := range g.idle {
		if c != newest && (found == newest || since < g.idle[found]) {
			found = c
		}
	}
	return found
}
