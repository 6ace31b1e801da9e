package proxy

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/elazarl/goproxy"
	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/http1"
	"github.com/edgesim/edgesim/policy"
)

// ServeFunc answers one viewer request, as [edge.Edge.Serve] does. It must always
// return a response. The context is canceled when the viewer disconnects.
type ServeFunc func(context.Context, *edge.ViewerRequest) *edge.Response

// Config configures a [Server]. Only Serve is required.
type Config struct {
	// Serve answers requests; required.
	Serve ServeFunc
	// CA signs the certificates shown to HTTPS viewers. Default: a new CA that is
	// kept in memory only, see [NewCA].
	CA *CA
	// Logger receives edgesim's own faults at level error, and everything else from
	// this package (malformed input, failed handshakes) at level debug. Default: no
	// logging.
	Logger *logrus.Logger
	// Public reports whether other machines can reach the plain listener. If so,
	// absolute-form and CONNECT requests for hosts that ServesHost denies are
	// refused with a 403. Default: false, which is right for loopback.
	Public bool
	// ForwardOthers disables that refusal.
	ForwardOthers bool
	// ServesHost reports whether the edge serves a host, given with or without a
	// port. It is called only if Public is set. Default: no host is served.
	ServesHost func(host string) bool
	// ReadHeaderTimeout bounds the TLS handshake, reading a request head, and the
	// wait for the first byte in a CONNECT tunnel. CloudFront's value is not
	// documented. Default: 60 s.
	ReadHeaderTimeout time.Duration
	// IdleTimeout is how long a keep-alive connection may be idle. CloudFront's
	// value is not documented. Default: 60 s.
	IdleTimeout time.Duration
	// WriteTimeout is how long a viewer may go without accepting a byte of a
	// response, or without sending a byte of its request body over HTTP/1.1, before
	// its connection is closed. CloudFront's value is not documented. Default: 5
	// min.
	WriteTimeout time.Duration
	// Now returns the time used for issuing certificates. Default: time.Now.
	Now func() time.Time
	// ViewerPolicy returns the protocols allowed for a viewer that sends this SNI
	// ("" for none), as [edge.Edge.ViewerPolicy] does. Default: TLS 1.2 and newer,
	// and HTTP/2.
	ViewerPolicy func(sni string) policy.ViewerPolicy
}

const (
	defaultReadHeaderTimeout = 60 * time.Second
	defaultIdleTimeout       = 60 * time.Second
	defaultWriteTimeout      = 5 * time.Minute
	// maxHeaderBytes is twice what CloudFront accepts (32,768 bytes), so that the edge
	// judges the documented limit over HTTP/2, too.
	maxHeaderBytes = 64 << 10
	// maxStreams is how many requests may be in progress on one HTTP/2 connection.
	// CloudFront's limit is not documented; this is nginx's.
	maxStreams = 128
)

// Server serves viewers. Create one with [New].
type Server struct {
	config  Config
	logger  *logrus.Logger
	leaves  *leaves
	offers  offers
	tls     *tls.Config
	goproxy *goproxy.ProxyHttpServer
	// plain serves the plain listener, viewer everything that goes straight to the edge:
	// the TLS listener and the inside of tunnels.
	plain, viewer *http1.Server
	// http2 serves those connections of viewer that speak HTTP/2; they are handed over to
	// it.
	http2 *http.Server
	// streams counts the requests being handled by http2.
	streams streams
	handed  *handed
	// cut means that viewers are being cut off; base, the parent of request contexts,
	// exposes it.
	cut  atomic.Bool
	base context.Context
	// fresh are HTTP/2 connections that have not sent a byte yet.
	fresh fresh
}

// New creates a server that is not listening yet.
func New(config Config) (*Server, error) {
	if config.Serve == nil {
		return nil, errors.New("making a proxy: Config.Serve is not set")
	}
	if config.CA == nil {
		ca, err := NewCA()
		if err != nil {
			return nil, err
		}
		config.CA = ca
	}
	if config.Now == nil {
		config.Now = time.Now
	}
	config.ReadHeaderTimeout = orDefault(config.ReadHeaderTimeout, defaultReadHeaderTimeout)
	config.IdleTimeout = orDefault(config.IdleTimeout, defaultIdleTimeout)
	config.WriteTimeout = orDefault(config.WriteTimeout, defaultWriteTimeout)
	s := &Server{config: config, logger: config.Logger, handed: newHanded()}
	if s.logger == nil {
		s.logger = &logrus.Logger{Out: io.Discard, Formatter: &logrus.TextFormatter{}, Level: logrus.PanicLevel}
	}
	s.base = edge.WithCutOff(context.Background(), s.cut.Load)
	s.fresh.conns = map[net.Conn]bool{}
	s.leaves = newLeaves(config.CA, config.Now, maxLeaves)
	s.tls = &tls.Config{
		MinVersion:     tls.VersionTLS12,
		NextProtos:     []string{"h2", "http/1.1"},
		GetCertificate: s.certificate,
	}
	if config.ViewerPolicy != nil {
		s.tls.GetConfigForClient = s.configFor
	}
	s.goproxy = s.newGoproxy()
	s.plain = s.newHTTP1(s.servePlain)
	s.viewer = s.newHTTP1(s.serveViewer)
	s.viewer.Open = s.openViewer
	s.http2 = s.newHTTP2()
	return s, nil
}

func orDefault(d, fallback time.Duration) time.Duration {
	if d == 0 {
		return fallback
	}
	return d
}

func (s *Server) newHTTP1(handler func(*http1.Response, *http1.Request)) *http1.Server {
	return &http1.Server{
		Handler: handler, Refuse: s.refuse, Recover: s.rescue, Values: s.base,
		HeadTimeout: s.config.ReadHeaderTimeout, IdleTimeout: s.config.IdleTimeout, StallTimeout: s.config.WriteTimeout,
		Log: func(format string, v ...any) { s.logger.Debugf(format, v...) },
	}
}

func (s *Server) newHTTP2() *http.Server {
	return &http.Server{
		Handler:           http.HandlerFunc(s.serveHTTP2),
		TLSConfig:         s.tls.Clone(), // net/http may modify its copy
		ReadHeaderTimeout: s.config.ReadHeaderTimeout,
		IdleTimeout:       s.config.IdleTimeout,
		ConnState:         s.fresh.track,
		BaseContext:       func(net.Listener) context.Context { return s.base },
		ConnContext:       withConn,
		HTTP2:             &http.HTTP2Config{CountError: s.countHTTP2, MaxConcurrentStreams: maxStreams},
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(&serverLog{s.logger}, "", 0),
		// The edge answers OPTIONS *.
		DisableGeneralOptionsHandler: true,
	}
}

// CA returns the certificate authority that HTTPS viewers must trust.
func (s *Server) CA() *CA { return s.config.CA }

// Serve serves viewers on a plain and a TLS listener, either of which may be nil,
// and closes both before it returns. Call it only once. It blocks until Shutdown is
// called, and then returns nil, or until a listener fails. As in net/http, Shutdown
// waits for requests in progress; Serve does not.
func (s *Server) Serve(lnHTTP, lnTLS net.Listener) error {
	ended := make(chan error, 3)
	running := 1
	go func() { ended <- s.http2.Serve(s.handed) }()
	if lnHTTP != nil {
		running++
		go func() { ended <- s.plain.Serve(lnHTTP) }()
	}
	if lnTLS != nil {
		running++
		go func() { ended <- s.viewer.Serve(lnTLS) }()
	}
	first := <-ended
	if !errors.Is(first, http.ErrServerClosed) {
		s.close()
	}
	for range running - 1 {
		<-ended
	}
	if errors.Is(first, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("serving viewers: %w", first)
}

// Shutdown stops listening, waits for requests in progress, and closes the
// connections. WebSockets, which could stay open forever, are closed at once. If
// ctx is done first, Shutdown closes the remaining connections and returns ctx's
// error.
func (s *Server) Shutdown(ctx context.Context) error {
	var wg sync.WaitGroup
	var plain, viewer, http2 error
	wg.Go(func() { plain = s.plain.Shutdown(ctx) })
	wg.Go(func() { viewer = s.viewer.Shutdown(ctx) })
	wg.Go(func() { http2 = s.http2.Shutdown(ctx) })
	s.fresh.close()
	wg.Wait()
	err := cmp.Or(plain, viewer, http2)
	_ = s.handed.Close()
	if err == nil {
		s.streams.wait(ctx)
		return nil
	}
	s.close()
	// Requests that were cut off still have to be recorded.
	soon, cancel := context.WithTimeout(context.WithoutCancel(ctx), cutTime)
	defer cancel()
	_ = s.plain.Shutdown(soon)
	_ = s.viewer.Shutdown(soon)
	s.streams.wait(soon)
	return fmt.Errorf("shutting down: %w", err)
}

// cutTime is how long handlers may take to notice that their viewers were cut off.
const cutTime = time.Second

// close cuts off every connection.
func (s *Server) close() {
	s.cut.Store(true)
	s.plain.Close()
	s.viewer.Close()
	_ = s.http2.Close()
	_ = s.handed.Close()
}
