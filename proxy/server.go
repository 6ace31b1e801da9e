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

// ServeFunc answers one viewer request; [edge.Edge.Serve] is one. It must
// always return a response. The context ends when the viewer hangs up.
type ServeFunc func(context.Context, *edge.ViewerRequest) *edge.Response

// Config says how a [Server] serves. Only Serve is required.
type Config struct {
	// Serve answers the requests; required.
	Serve ServeFunc
	// CA signs the certificates that HTTPS viewers see. Default: a new one
	// that is kept in memory only, see [NewCA].
	CA *CA
	// Logger gets faults of edgesim at level error, and everything else this
	// package has to say (garbage, failed handshakes) at level debug.
	// Default: nothing is logged.
	Logger *logrus.Logger
	// Public says that the plain listener can be reached from other machines.
	// Absolute-form and CONNECT requests for hosts that ServesHost denies are
	// then refused with a 403. Default: false, which is right for loopback.
	Public bool
	// ForwardOthers lifts that refusal.
	ForwardOthers bool
	// ServesHost says whether the edge serves a host, which may carry a port.
	// It is asked only if Public. Default: no host is served.
	ServesHost func(host string) bool
	// ReadHeaderTimeout bounds the TLS handshake, the reading of a request
	// head, and the wait for the first byte in a CONNECT tunnel. CloudFront's
	// is not documented. Default: 60 s.
	ReadHeaderTimeout time.Duration
	// IdleTimeout is how long a kept-alive connection may be idle. CloudFront's
	// is not documented. Default: 60 s.
	IdleTimeout time.Duration
	// WriteTimeout is how long a viewer may take no byte of a response, or send
	// none of its request's body over HTTP/1.1, before its connection is closed.
	// CloudFront's is not documented. Default: 5 min.
	WriteTimeout time.Duration
	// Now is the clock by which certificates are minted. Default: time.Now.
	Now func() time.Time
	// ViewerPolicy says what a viewer that sends this SNI, "" for none, may speak;
	// [edge.Edge.ViewerPolicy] is one. Default: TLS 1.2 and newer, and HTTP/2.
	ViewerPolicy func(sni string) policy.ViewerPolicy
}

const (
	defaultReadHeaderTimeout = 60 * time.Second
	defaultIdleTimeout       = 60 * time.Second
	defaultWriteTimeout      = 5 * time.Minute
	// maxHeaderBytes is twice what CloudFront takes (32,768 bytes), so that over
	// HTTP/2 it is the edge that judges the documented limit, too.
	maxHeaderBytes = 64 << 10
	// maxStreams is how many requests one HTTP/2 connection may have under way.
	// CloudFront's number is not documented; this one is that of nginx.
	maxStreams = 128
)

// Server serves viewers. Make one with [New].
type Server struct {
	config  Config
	logger  *logrus.Logger
	leaves  *leaves
	offers  offers
	tls     *tls.Config
	goproxy *goproxy.ProxyHttpServer
	// plain serves the plain listener, viewer everything that is for the edge
	// alone: the TLS listener and the inside of tunnels.
	plain, viewer *http1.Server
	// http2 serves those of viewer's connections that speak HTTP/2; they are
	// handed over.
	http2 *http.Server
	// streams are the requests of http2 that are being handled.
	streams streams
	handed  *handed
	// cut says that viewers are cut off, and base, from which the contexts of
	// requests have their values, tells it on.
	cut  atomic.Bool
	base context.Context
	// fresh are HTTP/2 connections that have not sent a byte yet.
	fresh fresh
}

// New makes a server that is not listening yet.
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
		TLSConfig:         s.tls.Clone(), // net/http may add to its own
		ReadHeaderTimeout: s.config.ReadHeaderTimeout,
		IdleTimeout:       s.config.IdleTimeout,
		ConnState:         s.fresh.track,
		BaseContext:       func(net.Listener) context.Context { return s.base },
		ConnContext:       withConn,
		HTTP2:             &http.HTTP2Config{CountError: s.countHTTP2, MaxConcurrentStreams: maxStreams},
		MaxHeaderBytes:    maxHeaderBytes,
		ErrorLog:          log.New(&serverLog{s.logger}, "", 0),
		// OPTIONS * is the edge's to answer.
		DisableGeneralOptionsHandler: true,
	}
}

// CA returns the certificate authority that HTTPS viewers must trust.
func (s *Server) CA() *CA { return s.config.CA }

// Serve serves viewers on a plain and on a TLS listener, either of which may
// be nil, and closes both in the end. It is called once, and blocks until
// Shutdown is called, when it returns nil, or until a listener fails. As with
// net/http, requests under way are waited for by Shutdown, not by Serve.
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

// Shutdown stops listening, waits for the requests under way, and closes the
// connections; WebSockets, which would go on for ever, are ended at once. When
// ctx ends first, it cuts them off and returns ctx's error.
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
	// Who was cut off has still to be recorded.
	soon, cancel := context.WithTimeout(context.WithoutCancel(ctx), cutTime)
	defer cancel()
	_ = s.plain.Shutdown(soon)
	_ = s.viewer.Shutdown(soon)
	s.streams.wait(soon)
	return fmt.Errorf("shutting down: %w", err)
}

// cutTime is how long handlers may take to see that their viewers were cut off.
const cutTime = time.Second

// close cuts every connection off.
func (s *Server) close() {
	s.cut.Store(true)
	s.plain.Close()
	s.viewer.Close()
	_ = s.http2.Close()
	_ = s.handed.Close()
}
