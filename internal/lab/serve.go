package lab

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"log"
	"math"
	"net"
	"net/http"
	"time"
)

// connectionLifetime limits a connection of a raw origin, whatever its client does. It uses
// the real clock, the only one that sockets know.
const connectionLifetime = 5 * time.Minute

// maxHeadBytes limits what a raw origin keeps of a request's head; it is well above what
// the edge forwards (CF-LIMIT-01).
const maxHeadBytes = 1 << 16

// acceptPause is the pause after a failure to accept, e.g. for lack of file
// descriptors.
const acceptPause = 10 * time.Millisecond

// serve accepts connections and passes each to handle in its own goroutine. The connection
// is closed when handle returns. ctx ends when the lab closes; the connection is then
// closed too.
func (s *site) serve(ctx context.Context, handle func(ctx context.Context, conn *guest)) error {
	g, err := s.listen(ctx)
	if err != nil {
		return err
	}
	s.keeper.run(func() { s.acceptAll(ctx, g, handle) })
	return nil
}

// acceptAll is the accept loop of a raw origin. It ends when its listener is closed.
func (s *site) acceptAll(ctx context.Context, g *gate, handle func(ctx context.Context, conn *guest)) {
	for {
		conn, err := g.accept()
		if err == nil {
			s.keeper.run(func() { s.entertain(ctx, conn, handle) })
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(acceptPause):
		}
	}
}

// entertain serves one connection.
func (s *site) entertain(ctx context.Context, conn *guest, handle func(ctx context.Context, conn *guest)) {
	defer func() { _ = conn.Close() }() // often broken on purpose
	if conn.SetDeadline(time.Now().Add(connectionLifetime)) == nil {
		handle(ctx, conn)
	}
}

// serveRequests reads one whole request from each connection, over TLS unless config is
// nil, and lets answer write the origin's answer.
func (s *site) serveRequests(ctx context.Context, config *tls.Config, answer func(ctx context.Context, conn net.Conn)) error {
	return s.serve(ctx, func(ctx context.Context, conn *guest) {
		var stream net.Conn = conn
		if config != nil {
			secure := tls.Server(conn, config)
			defer func() { _ = secure.Close() }() // sends close_notify; conn is closed anyway
			stream = secure
		}
		bounded := &io.LimitedReader{R: stream, N: maxHeadBytes}
		request, err := http.ReadRequest(bufio.NewReader(bounded))
		if err != nil {
			return
		}
		bounded.N = math.MaxInt64 // the body is not kept, so it may be long
		if _, err := io.Copy(io.Discard, request.Body); err != nil {
			return
		}
		answer(ctx, stream)
	})
}

// serveHTTP serves a well-behaved HTTP/1.1 origin with keep-alive, over TLS
// unless config is nil.
func (s *site) serveHTTP(ctx context.Context, config *tls.Config, handler http.Handler) error {
	g, err := s.listen(ctx)
	if err != nil {
		return err
	}
	server := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: time.Minute,
		// Longer than the longest keep-alive of CloudFront (CF-CONF-09), so that it is
		// always the edge that ends an idle connection.
		IdleTimeout: connectionLifetime + 10*time.Second,
		ErrorLog:    log.New(io.Discard, "", 0), // refused handshakes are the lab's daily bread
		ConnState:   s.countConnections,
	}
	var listener net.Listener = g
	if config != nil {
		listener = tls.NewListener(g, config)
	}
	s.keeper.run(func() { _ = server.Serve(listener) }) // ends when the gate is closed
	return nil
}

// countConnections makes the keeper wait for the connections of net/http, which have their
// own goroutines. Serve reports a new one before it starts its goroutine, while its own is
// still counted.
func (s *site) countConnections(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.keeper.running.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.keeper.running.Done()
	case http.StateActive, http.StateIdle:
	}
}
