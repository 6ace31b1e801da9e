package proxy

import (
	"runtime/debug"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/http1"
)

// servePlain is the handler of the plain listener. goproxy gets only proxy requests; what
// it would pass to its NonproxyHandler goes straight there.
func (s *Server) servePlain(w *http1.Response, r *http1.Request) {
	switch r.Form {
	case http1.FormAuthority, http1.FormAbsolute:
		s.serveProxied(w, r)
	default:
		s.serve(w, r, edge.FormOrigin)
	}
}

// serveViewer is the handler of the TLS listener and of tunnels. Everything it sees is for
// the edge, as for a CloudFront edge location: a CONNECT or an absolute-form request here
// is an ordinary one with an unusual target.
func (s *Server) serveViewer(w *http1.Response, r *http1.Request) {
	s.serve(w, r, formOf(r))
}

// formOf returns the form of a request that goes straight to the edge.
func formOf(r *http1.Request) string {
	switch {
	case r.Tag != nil: // set by openViewer for tunnels
		return edge.FormConnect
	case r.Form == http1.FormAbsolute:
		return edge.FormAbsolute
	}
	return edge.FormOrigin
}

// refuse refuses a request that cannot be read: the edge answers it and records it.
func (s *Server) refuse(w *http1.Response, r *http1.Request, fault *http1.Fault) {
	s.logger.Debugf("a request of %s cannot be read: %s", r.RemoteAddr, fault.Reason)
	v := viewerRequest(r, formOf(r))
	v.Malformed = fault.Reason
	s.respond(w, r, s.config.Serve(r.Context(), v))
}

// serve passes one request to the edge and its response back.
func (s *Server) serve(w *http1.Response, r *http1.Request, form string) {
	s.respond(w, r, s.config.Serve(r.Context(), viewerRequest(r, form)))
}

// respond writes a response of the edge.
func (s *Server) respond(w *http1.Response, r *http1.Request, resp *edge.Response) {
	defer resp.Body.Close()
	if resp.Upgrade != nil {
		s.upgrade(w, r, resp)
		return
	}
	w.Like(resp.OriginHead)
	w.Begin(resp.Status, resp.Header, resp.ContentLength, resp.Close)
	_ = w.Relay(resp.Body) // an error cuts the connection
}

// rescue keeps a panic of edgesim from looking like a network fault: it logs it and cuts
// the viewer's connection.
func (s *Server) rescue(r *http1.Request, v any) {
	if r == nil {
		r = &http1.Request{}
	}
	s.logFault(v, r.Target, r.Host)
}

func (s *Server) logFault(v any, target, host string) {
	s.logger.Errorf("serving %q of %q: a fault of edgesim: %v\n%s", target, host, v, debug.Stack())
}

// viewerRequest converts a request for the edge.
func viewerRequest(r *http1.Request, form string) *edge.ViewerRequest {
	v := &edge.ViewerRequest{
		Method:        r.Method,
		Scheme:        "http",
		Host:          r.Host,
		Proto:         r.Proto,
		URI:           r.URI,
		Header:        r.Header,
		Fields:        r.Fields,
		HeaderBytes:   r.HeadBytes,
		HeaderCut:     r.HeadCut,
		ContentLength: r.ContentLength,
		RemoteAddr:    r.RemoteAddr,
		TLS:           r.TLS,
		Close:         r.Close,
		Form:          form,
		Received:      r.Received,
	}
	if r.TLS != nil || r.Scheme == "https" {
		v.Scheme = "https"
	}
	if r.Body != nil {
		v.Body = body{r.Body}
	}
	return v
}
