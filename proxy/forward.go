package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/elazarl/goproxy"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/http1"
	"github.com/edgesim/edgesim/policy"
)

// errNoNetwork is what goproxy gets if it ever tries to connect to anything.
var errNoNetwork = errors.New("proxy: goproxy must not open connections: only originconn goes to origins")

// errNotProxied means that goproxy got a request that was not meant for a proxy.
var errNotProxied = errors.New("proxy: goproxy got an origin-form request")

// newGoproxy sets goproxy up so that it touches neither the network nor header fields, and
// passes every request on to this package.
func (s *Server) newGoproxy() *goproxy.ProxyHttpServer {
	g := goproxy.NewProxyHttpServer()
	g.Logger = goproxyLog{s.logger}
	g.KeepHeader = true
	g.KeepAcceptEncoding = true
	g.KeepDestinationHeaders = true
	g.Tr = &http.Transport{
		DialContext:       func(context.Context, string, string) (net.Conn, error) { return nil, errNoNetwork },
		DialTLSContext:    func(context.Context, string, string) (net.Conn, error) { return nil, errNoNetwork },
		DisableKeepAlives: true,
	}
	g.ConnectDial = func(string, string) (net.Conn, error) { return nil, errNoNetwork }
	g.ConnectDialWithReq = func(*http.Request, string, string) (net.Conn, error) { return nil, errNoNetwork }
	// goproxy would hand origin-form requests to this; servePlain skips the detour.
	g.NonproxyHandler = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic(errNotProxied) })
	g.OnRequest().DoFunc(s.onAbsolute)
	g.OnRequest().HandleConnectFunc(s.onConnect)
	return g
}

// forwarding is what goproxy does not pass on with a request. It travels in the request's
// context.
type forwarding struct {
	w *http1.Response
	r *http1.Request
}

type forwardingKey struct{}

// serveProxied sends an absolute-form request or a CONNECT through goproxy. A WebSocket
// bypasses it, as goproxy would hijack the connection once the origin agrees.
func (s *Server) serveProxied(w *http1.Response, r *http1.Request) {
	if r.Form == http1.FormAbsolute && s.forwards(r.Host) && policy.AsksForWebSocket(r.Method, r.Proto, r.Header) {
		s.serve(w, r, edge.FormAbsolute)
		return
	}
	h, fault := r.HTTP()
	if fault != nil {
		s.refuse(w, r, fault)
		return
	}
	ctx := context.WithValue(h.Context(), forwardingKey{}, &forwarding{w, r})
	s.goproxy.ServeHTTP(w.Writer(), h.WithContext(ctx))
}

// onAbsolute is goproxy's request hook: it refuses the request, or routes it to the edge.
func (s *Server) onAbsolute(r *http.Request, ctx *goproxy.ProxyCtx) (*http.Request, *http.Response) {
	if !s.forwards(r.URL.Host) {
		return r, refusal(r, http.StatusForbidden, refusedHost)
	}
	ctx.RoundTripper = goproxy.RoundTripperFunc(s.roundTrip)
	return r, nil
}

// refusedHost is the refusal that this package sends without asking the edge.
const refusedHost = "edgesim: this host is not the distribution's, and this proxy can be reached from other machines; --forward-others allows it"

// forwards reports whether absolute-form and CONNECT requests for a host are accepted. An
// edge that others can reach must not be an open proxy.
func (s *Server) forwards(host string) bool {
	if !s.config.Public || s.config.ForwardOthers {
		return true
	}
	return s.config.ServesHost != nil && s.config.ServesHost(host)
}

// refusal is a one-line text response, after which the connection is closed.
func refusal(r *http.Request, status int, line string) *http.Response {
	if f, ok := r.Context().Value(forwardingKey{}).(*forwarding); ok && f.r.Body != nil {
		_ = f.r.Body.Close() // it will not be read
	}
	line += "\n"
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, Close: true,
		Header: http.Header{
			"Content-Type": {"text/plain; charset=utf-8"}, "Connection": closing, "Content-Length": {strconv.Itoa(len(line))},
		},
		Body:          io.NopCloser(strings.NewReader(line)),
		ContentLength: int64(len(line)),
	}
}

// roundTrip is the round tripper of every absolute-form request. It never
// returns an error: goproxy would show its text to the viewer.
func (s *Server) roundTrip(r *http.Request, _ *goproxy.ProxyCtx) (*http.Response, error) {
	f := r.Context().Value(forwardingKey{}).(*forwarding)
	resp := s.config.Serve(f.r.Context(), viewerRequest(f.r, edge.FormAbsolute))
	f.w.Like(resp.OriginHead)
	header := make(http.Header, len(resp.Header)+2)
	setHeader(header, r.Method, resp)
	return &http.Response{
		StatusCode: resp.Status, Header: header, ContentLength: resp.ContentLength, Request: r,
		Body: &forwardBody{w: f.w, resp: resp},
	}, nil
}

// forwardBody is the edge's response body as passed to goproxy, which copies it with
// io.Copy and so leaves the copying to WriteTo.
type forwardBody struct {
	w      *http1.Response
	resp   *edge.Response
	closed bool
}

// WriteTo streams the body to the viewer as every other response is. The writer
// it is given is the viewer's too, but goproxy may have wrapped it.
func (b *forwardBody) WriteTo(io.Writer) (int64, error) { return 0, b.w.Relay(b.resp.Body) }

// Read is there for the interface; goproxy uses WriteTo.
func (b *forwardBody) Read(p []byte) (int, error) { return b.resp.Body.Read(p) }

// Close closes the edge's body, once: goproxy closes twice.
func (b *forwardBody) Close() error {
	if b.closed {
		return nil
	}
	b.closed = true
	return b.resp.Body.Close()
}

var _ io.WriterTo = (*forwardBody)(nil)
