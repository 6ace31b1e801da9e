package proxy

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"net/http"
	"slices"
	"sync"

	"github.com/edgesim/edgesim/edge"
)

// upgrade takes the viewer's connection over for a response with status 101,
// and returns when the edge has carried everything through it.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request, resp *edge.Response) {
	if !s.relays.enter() {
		panic(http.ErrAbortHandler)
	}
	defer s.relays.leave()
	defer resp.Body.Close() // recorded before a shutdown goes on
	conn, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		s.logger.Errorf("serving %q of %q: taking the connection over for a WebSocket: %v", r.RequestURI, r.Host, err)
		panic(http.ErrAbortHandler)
	}
	t := takenOver(conn, rw)
	if _, err := t.Write(switchingHead(resp.Header)); err != nil {
		_ = t.Close() // the viewer left; closing the body tells the origin
		return
	}
	resp.Upgrade.Relay(s.relays.ctx, t)
}

// takenOver is a hijacked connection with what net/http has read of it already.
func takenOver(conn net.Conn, rw *bufio.ReadWriter) *tunnelConn {
	t := &tunnelConn{Conn: conn}
	if n := rw.Reader.Buffered(); n > 0 {
		t.rest = make([]byte, n)
		_, _ = rw.Reader.Read(t.rest) // from the buffer alone: cannot fail
	}
	return t
}

// switchingHead is the head of a 101, fields sorted by name.
func switchingHead(h http.Header) []byte {
	var b bytes.Buffer
	b.WriteString("HTTP/1.1 101 Switching Protocols\r\n")
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range h[name] {
			b.WriteString(name + ": " + value + "\r\n")
		}
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// relays are the upgraded connections under way. Nothing but their ends ends
// them, so a shutdown must.
type relays struct {
	ctx  context.Context
	stop context.CancelFunc

	mu      sync.Mutex
	stopped bool
	running sync.WaitGroup
}

func newRelays() *relays {
	r := &relays{}
	r.ctx, r.stop = context.WithCancel(context.Background())
	return r
}

// enter notes a connection that is being taken over; false means too late.
func (r *relays) enter() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped {
		return false
	}
	r.running.Add(1)
	return true
}

func (r *relays) leave() { r.running.Done() }

// end ends all of them and waits until they have.
func (r *relays) end() {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	r.stop()
	r.running.Wait()
}
