package proxy

import (
	"net/http"
	"runtime/debug"
	"strings"

	"github.com/edgesim/edgesim/edge"
)

// serveAnyForm is the handler of the plain listener. goproxy tells the forms
// apart; what it will need of the connection, and would lose, is laid by here.
func (s *Server) serveAnyForm(w http.ResponseWriter, r *http.Request) {
	defer s.rescue(r)
	switch {
	case r.Method == http.MethodConnect:
		s.goproxy.ServeHTTP(&tunnelWriter{w}, r)
	case r.URL.IsAbs():
		s.serveAbsolute(w, r)
	default:
		// goproxy would hand it on at once, after preparations for a proxy
		// request that cost as much as an allocation in ten.
		s.goproxy.NonproxyHandler.ServeHTTP(w, r)
	}
}

// serveOrigin is goproxy's NonproxyHandler: an origin-form request on the
// plain listener.
func (s *Server) serveOrigin(w http.ResponseWriter, r *http.Request) {
	s.serve(w, r, edge.FormOrigin)
}

// serveViewer is the handler of the TLS listener and of tunnels. All it sees is
// for the edge, as for a CloudFront edge location: a CONNECT or an
// absolute-form request here is an ordinary one with an unusual target.
func (s *Server) serveViewer(w http.ResponseWriter, r *http.Request) {
	defer s.rescue(r)
	form, inTunnel := r.Context().Value(formKey{}).(string)
	if !inTunnel {
		form = edge.FormOrigin
		if r.URL.IsAbs() {
			form = edge.FormAbsolute
		}
	}
	s.serve(w, r, form)
}

// serve carries one request to the edge and its response back.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, form string) {
	v, ctx := viewerRequest(r, form), r.Context()
	var body *requestBody
	if hasBody(r) {
		body = newRequestBody(w, r)
		defer body.finish()
		v.Body, ctx = body, body.ctx
	}
	resp := s.config.Serve(ctx, v)
	defer resp.Body.Close()
	if resp.Upgrade != nil {
		s.upgrade(w, r, resp)
		return
	}
	s.write(w, r, resp, body.mustClose())
}

// rescue keeps a fault of edgesim from being taken for one of the network: it
// is logged, and the viewer's connection cut.
func (s *Server) rescue(r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v != http.ErrAbortHandler {
		s.logger.Errorf("serving %q of %q: a fault of edgesim: %v\n%s", r.RequestURI, r.Host, v, debug.Stack())
	}
	panic(http.ErrAbortHandler)
}

// viewerRequest is the request as the edge takes it, but for the body.
func viewerRequest(r *http.Request, form string) *edge.ViewerRequest {
	v := &edge.ViewerRequest{
		Method:        r.Method,
		Scheme:        "http",
		Host:          r.Host, // of an absolute-form target, if it is one (RFC 9112 section 3.2.2)
		Proto:         r.Proto,
		URI:           target(r),
		Header:        r.Header,
		HeaderBytes:   headBytes(r),
		ContentLength: r.ContentLength,
		RemoteAddr:    r.RemoteAddr,
		TLS:           r.TLS,
		Close:         r.Close,
		Form:          form,
	}
	if r.TLS != nil || r.URL.Scheme == "https" {
		v.Scheme = "https"
	}
	return v
}

// hasBody says whether the request has a body. One of length 0 is none, even
// if it was announced.
func hasBody(r *http.Request) bool {
	return r.ContentLength != 0 && r.Body != nil && r.Body != http.NoBody
}

// target is the path and query as sent, undecoded. For OPTIONS * it is the
// asterisk, and for a CONNECT that reaches the edge its host and port.
func target(r *http.Request) string {
	uri := r.RequestURI
	if strings.HasPrefix(uri, "/") || !r.URL.IsAbs() {
		return uri
	}
	return absoluteTarget(r.Method, uri)
}

// absoluteTarget cuts an absolute-form target down to what origin-form would
// have said (RFC 9112 section 3.2.1 and, for OPTIONS, 3.2.4).
func absoluteTarget(method, uri string) string {
	_, rest, _ := strings.Cut(uri, "://")
	i := strings.IndexAny(rest, "/?#")
	switch {
	case i < 0 && method == http.MethodOptions:
		return "*"
	case i < 0:
		return "/"
	case rest[i] == '/':
		return rest[i:]
	}
	return "/" + rest[i:]
}

// headBytes is the size of the request head over HTTP/1.1: the request line,
// the Host field, which net/http takes out, and the others.
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
