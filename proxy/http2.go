package proxy

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/http1"
)

// serveHTTP2 carries one request of HTTP/2 to the edge and its response back.
// Its fields have lower-case names on the wire, and their order is lost in
// net/http: the edge gets the map alone.
func (s *Server) serveHTTP2(w http.ResponseWriter, r *http.Request) {
	s.streams.enter()
	defer s.streams.leave()
	defer s.rescueHTTP2(r)
	resp := s.config.Serve(r.Context(), s.viewerRequestHTTP2(r))
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

// viewerRequestHTTP2 is the request as the edge takes it: made as one of
// HTTP/1 is, once it has been read as one.
func (s *Server) viewerRequestHTTP2(h *http.Request) *edge.ViewerRequest {
	r, fault := http1.FromHTTP2(h)
	r.ContentLength, r.RemoteAddr, r.TLS, r.Close = h.ContentLength, h.RemoteAddr, h.TLS, h.Close
	r.Scheme = "https" // whatever :scheme says, that is what is spoken
	if c, ok := h.Context().Value(connKey{}).(*tls.Conn); ok {
		if r.TLS == nil { // net/http believes :scheme
			state := c.ConnectionState()
			r.TLS = &state
		}
		if _, ok := c.NetConn().(*tunnelConn); ok {
			r.Tag = tunneled
		}
	}
	v := viewerRequest(r, formOf(r))
	if h.ContentLength != 0 && h.Body != nil && h.Body != http.NoBody {
		v.Body = h.Body
	}
	if fault != nil {
		s.logger.Debugf("a request of %s cannot be read: %s", r.RemoteAddr, fault.Reason)
		v.Malformed = fault.Reason
	}
	return v
}

// connKey is the key under which the context of a connection has it.
type connKey struct{}

// withConn lets requests know their connection.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// unreadable are the requests that net/http refuses before anybody sees them, by
// its own name for them. It resets their streams (RFC 9113 section 8.1.1).
var unreadable = map[string]string{
	"bad_path":              "its :path is not a path",
	"bad_path_method":       "it lacks :method, :scheme or :path, or they contradict each other",
	"bad_connect":           "it is a CONNECT with a path, or without an authority",
	"userinfo_in_authority": "its :authority has a user in it",
}

// countHTTP2 gets the errors of HTTP/2, and has requests recorded that were
// refused without being handled. Of those, nothing else is known.
func (s *Server) countHTTP2(what string) {
	why, ok := unreadable[strings.TrimPrefix(what, "stream_PROTOCOL_ERROR_")]
	if !ok {
		return
	}
	s.logger.Debugf("a request over HTTP/2 cannot be read: %s", why)
	resp := s.config.Serve(context.Background(), &edge.ViewerRequest{
		Scheme: "https", Proto: "HTTP/2.0", Header: http.Header{}, Form: edge.FormOrigin,
		Malformed: "the request over HTTP/2 cannot be read: " + why + "; its stream was reset",
	})
	_ = resp.Body.Close()
}
