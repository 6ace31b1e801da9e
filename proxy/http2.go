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

// serveHTTP2 passes one HTTP/2 request to the edge and its response back. Field names are
// in lower case on the wire, and net/http loses their order: the edge gets only the map.
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
		w.Header()["Content-Type"] = nil // otherwise net/http would guess one
	}
	w.WriteHeader(resp.Status)
	if r.Method == http.MethodHead || resp.Status == http.StatusNoContent || resp.Status == http.StatusNotModified {
		return
	}
	s.copyBody(w, resp)
	for name, values := range resp.Trailer { // only gRPC has one, over HTTP/2
		w.Header()[http.TrailerPrefix+name] = values
	}
}

// streams counts the HTTP/2 handlers in progress. net/http's Shutdown waits for streams,
// and one that the viewer has reset is gone before its handler, which still has to record
// it.
type streams struct {
	mu   sync.Mutex
	n    int
	none chan struct{} // closed when n falls to 0; nil if nothing waits
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

// wait waits until none are left, or until ctx ends.
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

// rescueHTTP2 is rescue for HTTP/2, where net/http resets the stream.
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

// viewerRequestHTTP2 converts a request for the edge, the same way as for HTTP/1 once it
// has been read.
func (s *Server) viewerRequestHTTP2(h *http.Request) *edge.ViewerRequest {
	r, fault := http1.FromHTTP2(h)
	r.ContentLength, r.RemoteAddr, r.TLS, r.Close = h.ContentLength, h.RemoteAddr, h.TLS, h.Close
	r.Scheme = "https" // that is what is spoken, regardless of :scheme
	if c, ok := h.Context().Value(connKey{}).(*tls.Conn); ok {
		if r.TLS == nil { // net/http trusts :scheme
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

// connKey is the context key of a connection.
type connKey struct{}

// withConn gives requests access to their connection.
func withConn(ctx context.Context, c net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, c)
}

// unreadable are the requests that net/http refuses before any handler sees them, by its
// own names for them. It resets their streams (RFC 9113 section 8.1.1).
var unreadable = map[string]string{
	"bad_path":              "its :path is not a path",
	"bad_path_method":       "it lacks :method, :scheme or :path, or they contradict each other",
	"bad_connect":           "it is a CONNECT with a path, or without an authority",
	"userinfo_in_authority": "its :authority has a user in it",
}

// countHTTP2 receives HTTP/2 errors, and records requests that were refused without being
// handled. Nothing else is known about those.
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
