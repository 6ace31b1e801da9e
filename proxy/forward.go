package proxy

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/elazarl/goproxy"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// errNoNetwork is what goproxy gets if it ever tries to connect to anything.
var errNoNetwork = errors.New("proxy: goproxy must not open connections: only originconn goes to origins")

// newGoproxy sets goproxy up so that it reaches neither the network nor a
// header, and hands every request on to this package.
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
	g.NonproxyHandler = http.HandlerFunc(s.serveOrigin)
	g.OnRequest().DoFunc(s.onAbsolute)
	g.OnRequest().HandleConnectFunc(s.onConnect)
	return g
}

// forwarding is what goproxy does not hand down with an absolute-form request.
// It travels in the request's context.
type forwarding struct {
	w    http.ResponseWriter
	body *requestBody // nil if there is none
}

type forwardingKey struct{}

// serveAbsolute sends an absolute-form request through goproxy, and waits for
// what its request body leaves to be done.
//
// A WebSocket is served without goproxy, which would hijack the connection when
// the origin agrees.
func (s *Server) serveAbsolute(w http.ResponseWriter, r *http.Request) {
	if r.URL.Scheme == "http" && s.forwards(r.URL.Host) && policy.AsksForWebSocket(r.Method, r.Proto, r.Header) {
		s.serve(w, r, edge.FormAbsolute)
		return
	}
	f := &forwarding{w: w}
	if hasBody(r) {
		f.body = newRequestBody(w, r)
		defer f.body.finish()
	}
	s.goproxy.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), forwardingKey{}, f)))
}

// onAbsolute is goproxy's request hook: it refuses, or sets the road to the edge.
func (s *Server) onAbsolute(r *http.Request, ctx *goproxy.ProxyCtx) (*http.Request, *http.Response) {
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" || r.URL.Host == "" {
		return r, refusal(r, http.StatusBadRequest, refusedScheme)
	}
	if !s.forwards(r.URL.Host) {
		return r, refusal(r, http.StatusForbidden, refusedHost)
	}
	ctx.RoundTripper = goproxy.RoundTripperFunc(s.roundTrip)
	return r, nil
}

// What this package refuses itself, without asking the edge.
const (
	refusedScheme = "edgesim: only http:// and https:// addresses with a host are served"
	refusedHost   = "edgesim: this host is not the distribution's, and this proxy can be reached from other machines; --forward-others allows it"
)

// forwards says whether absolute-form and CONNECT requests for a host are
// taken. An edge that others can reach must not be an open door.
func (s *Server) forwards(host string) bool {
	if !s.config.Public || s.config.ForwardOthers {
		return true
	}
	return s.config.ServesHost != nil && s.config.ServesHost(host)
}

// refusal is a response of one line of text, after which the connection closes.
func refusal(r *http.Request, status int, line string) *http.Response {
	if f, ok := r.Context().Value(forwardingKey{}).(*forwarding); ok {
		f.body.mustClose() // hear the viewer out, so that it sees the answer
	}
	line += "\n"
	return &http.Response{
		StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r, Close: true,
		Header:        http.Header{"Content-Type": {"text/plain; charset=utf-8"}, "Connection": closing},
		Body:          io.NopCloser(strings.NewReader(line)),
		ContentLength: int64(len(line)),
	}
}

// roundTrip is the round tripper of every absolute-form request. It never
// returns an error: goproxy would show its text to the viewer.
func (s *Server) roundTrip(r *http.Request, _ *goproxy.ProxyCtx) (*http.Response, error) {
	f := r.Context().Value(forwardingKey{}).(*forwarding)
	v, ctx := viewerRequest(r, edge.FormAbsolute), r.Context()
	if f.body != nil {
		v.Body, ctx = f.body, f.body.ctx
	}
	resp := s.config.Serve(ctx, v)
	header := make(http.Header, len(resp.Header)+2)
	setHeader(header, r, resp, f.body.mustClose())
	return &http.Response{
		StatusCode: resp.Status, Header: header, ContentLength: resp.ContentLength, Request: r,
		Body: &forwardBody{server: s, w: f.w, resp: resp, empty: hasNoBody(r, resp.Status)},
	}, nil
}

// forwardBody is the edge's response body in goproxy's hands. goproxy copies it
// with io.Copy, which leaves the copying to WriteTo.
type forwardBody struct {
	server *Server
	w      http.ResponseWriter
	resp   *edge.Response
	empty  bool
	closed bool
}

// WriteTo streams the body to the viewer as every other response is. The writer
// it is given is the viewer's too, but goproxy may have wrapped it.
func (b *forwardBody) WriteTo(io.Writer) (int64, error) {
	if !b.empty {
		b.server.copyBody(b.w, b.resp)
	}
	return 0, nil
}

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
