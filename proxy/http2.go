package proxy

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"sync"

	"github.com/edgesim/edgesim/edge"
)

// serveHTTP2 carries one request of HTTP/2 to the edge and its response back.
// Its fields have lower-case names on the wire, and their order is lost in
// net/http: the edge gets the map alone.
func (s *Server) serveHTTP2(w http.ResponseWriter, r *http.Request) {
	s.streams.enter()
	defer s.streams.leave()
	defer s.rescueHTTP2(r)
	resp := s.config.Serve(r.Context(), viewerRequestHTTP2(r))
	defer resp.Body.Close()
	if resp.Status < 200 || resp.Status > 999 {
		panic(fmt.Sprintf("proxy: the edge answered with status %d", resp.Status))
	}
	setHeader(w.Header(), r.Method, resp)
	if _, ok := w.Header()["Content-Type"]; !ok {
		w.Header()["Content-Type"] = nil // or net/http would guess one
	}
	w.WriteHeader(resp.Status)
	if r.Method == http.MethodHead || resp.Status == http.StatusNoContent || resp.Status == http.StatusNotModified {
		return
	}
	s.copyBody(w, resp)
	for name, values := range resp.Trailer { // gRPC has one, and comes over HTTP/2 alone
		w.Header()[http.TrailerPrefix+name] = values
	}
}

// streams counts the handlers of HTTP/2 that are under way. net/http's Shutdown
// waits for streams, and one that the viewer has reset is gone before its
// handler, which is still to record it.
type streams struct {
	mu   sync.Mutex
	n    int
	none chan struct{} // closed when n falls to 0; nil if nobody waits
}

func (s *streams) enter() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
}

func (s *streams) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n--; s.n == 0 && s.none != nil {
		close(s.none)
		s.none = nil
	}
}

// wait waits until none is left, or until ctx ends.
func (s *streams) wait(ctx context.Context) {
	s.mu.Lock()
	if s.n == 0 {
		s.mu.Unlock()
		return
	}
	if s.none == nil {
		s.none = make(chan struct{})
	}
	none := s.none
	s.mu.Unlock()
	select {
	case <-none:
	case <-ctx.Done():
	}
}

// rescueHTTP2 is rescue where it is net/http that resets the stream.
func (s *Server) rescueHTTP2(r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v != http.ErrAbortHandler {
		s.logFault(v, r.RequestURI, r.Host)
	}
	panic(http.ErrAbortHandler)
}

// viewerRequestHTTP2 is the request as the edge takes it.
func viewerRequestHTTP2(r *http.Request) *edge.ViewerRequest {
	v := &edge.ViewerRequest{
		Method: r.Method, Scheme: "https", Host: r.Host, Proto: r.Proto, URI: r.RequestURI,
		Header: r.Header, HeaderBytes: headBytes(r), ContentLength: r.ContentLength,
		RemoteAddr: r.RemoteAddr, TLS: r.TLS, Close: r.Close, Form: edge.FormOrigin,
	}
	if form, ok := r.Context().Value(formKey{}).(string); ok {
		v.Form = form
	}
	if r.ContentLength != 0 && r.Body != nil && r.Body != http.NoBody {
		v.Body = r.Body
	}
	return v
}

// headBytes is the size that the head would have over HTTP/1.1.
func headBytes(r *http.Request) int {
	size := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("  \r\n\r\n")
	if r.Host != "" {
		size += len("Host: \r\n") + len(r.Host)
	}
	for name, values := range r.Header {
		for _, value := range values {
			size += len(name) + len(value) + len(": \r\n")
		}
	}
	return size
}

// formKey is the key under which the context of a tunnel's connection has the
// form of its requests.
type formKey struct{}

// withForm gives the requests of a tunnel their form, through the context of
// the connection.
func withForm(ctx context.Context, c net.Conn) context.Context {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	if _, ok := c.(*tunnelConn); ok {
		return context.WithValue(ctx, formKey{}, edge.FormConnect)
	}
	return ctx
}
