package inspector

import (
	"net"
	"net/http"
	"sync"
	"time"
)

// The patience of the API's server. It answers people and programs nearby.
const (
	// headTimeout bounds the reading of a request head, bodyTimeout that of a body.
	headTimeout = 10 * time.Second
	bodyTimeout = 30 * time.Second
	// idleTimeout is how long a kept-alive connection may be idle.
	idleTimeout = time.Minute
	// stallTimeout is how long a client may take no byte of an answer.
	stallTimeout = time.Minute
	// maxConnections is how many there may be at a time: so many descriptors are
	// not the viewers'. Beyond them the one that has been idle longest is closed.
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

// patient bounds how long a client may take with its request's body and with the
// answer. Neither bound holds for the whole of an answer: events go on for ever.
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
	own     bool // the deadlines are the handler's
}

// renew gives the client its time for the next bytes.
func (w *patientWriter) renew() {
	if !w.own {
		_ = w.control.SetWriteDeadline(time.Now().Add(stallTimeout)) // that it cannot be set shows in the write
	}
}

// Write writes what the client takes within the deadline.
func (w *patientWriter) Write(p []byte) (int, error) {
	w.renew()
	return w.ResponseWriter.Write(p)
}

// FlushError sends what was written, as http.ResponseController asks for it.
func (w *patientWriter) FlushError() error {
	w.renew()
	return w.control.Flush()
}

// SetWriteDeadline makes the deadlines the handler's own.
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
	idle map[net.Conn]uint64 // waiting for a request, by when that began
	turn uint64
}

// track follows a connection, and closes the one that has waited longest for a
// request where there are too many; of those that are all busy, the new one.
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
	default: // closed, or in other hands
		delete(g.all, c)
		delete(g.idle, c)
	}
	g.mu.Unlock()
	if gone != nil {
		_ = gone.Close() // what it had to say was said
	}
}

// longest is the connection that has waited longest, but for the newest one, which
// is returned where no other waits.
func (g *guests) longest(newest net.Conn) net.Conn {
	found := newest
	for c, since := range g.idle {
		if c != newest && (found == newest || since < g.idle[found]) {
			found = c
		}
	}
	return found
}
