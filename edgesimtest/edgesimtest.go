// Package edgesimtest runs an edge inside a Go test. The edge connects to the
// test's origin and responds as CloudFront does, and records every exchange for the
// test to inspect.
//
//	edge := edgesimtest.Start(t, edgesimtest.Config{Handler: app})
//	response, err := edge.Client.Get(edge.URL + "/")
//	...
//	if cause := edge.LastCause(); cause != nil { t.Error(cause) }
//
// # What to read first
//
// [Start] and the fields of [Config], exactly one of which selects the origin.
// [Edge.Fail] forces a failure, to test how the application handles CloudFront's
// 502 or 504. Any number of edges can run at once, including in parallel tests:
// each has its own ports, viewer CA and in-memory recordings, which are discarded
// when its test ends.
//
// # What it is not
//
// It needs no network beyond loopback, and no files. It makes no decisions itself:
// the edge is the same as in "edgesim serve". Tests in other languages can do the
// same over HTTP, see docs/TESTING.md.
package edgesimtest

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/sirupsen/logrus"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/internal/logline"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/proxy"
	"github.com/edgesim/edgesim/recording"
)

// Edge is a running edge. Create one with [Start].
type Edge struct {
	// URL and TLSURL are the edge's base URLs for viewers, without a trailing
	// slash, e.g. "http://127.0.0.1:40001".
	URL, TLSURL string
	// Client is a viewer. It trusts the edge's CA and does not follow redirects, so
	// that the test can inspect them.
	Client *http.Client
	// CA is the viewer CA's certificate in PEM, for use with other clients.
	CA []byte

	t      testing.TB
	clock  *edge.Clock
	inner  *edge.Edge
	ring   *recording.Ring
	faults *faults.Set
}

// What an edge in a test keeps: more than a test needs.
const (
	keptExchanges = 100_000
	keptBytes     = 256 << 20
	bodyLimit     = 64 << 10
)

// Start runs an edge until the end of the test. If the configuration cannot be
// used, it ends the test.
func Start(t testing.TB, c Config) *Edge {
	t.Helper()
	site, err := c.site(t)
	if err != nil {
		t.Fatalf("edgesimtest: %v", err)
	}
	if err := c.tune(site.distribution); err != nil {
		t.Fatalf("edgesimtest: CloudFront would reject the distribution:\n%v", err)
	}
	ca, err := proxy.NewCA()
	if err != nil {
		t.Fatalf("edgesimtest: %v", err)
	}
	log := &logrus.Logger{Out: io.Discard, Formatter: &logrus.TextFormatter{DisableColors: true, SortingFunc: logline.SortFields}, Level: logrus.InfoLevel}
	if c.Log {
		log.Out = t.Output()
	}
	e := &Edge{
		CA: ca.PEM(), t: t, clock: &edge.Clock{}, faults: faults.For(site.distribution),
		ring: recording.NewRing(recording.RingConfig{Exchanges: keptExchanges, Bytes: keptBytes, Redactor: &recording.Redactor{KeepSecrets: true}}),
	}
	client := c.Client
	if client == nil {
		client = c.newClient(site, e.clock)
		t.Cleanup(func() { client.Close() })
	}
	plain, secure := listen(t), listen(t)
	inner := &edge.Edge{
		Listeners:    edge.Listeners{HTTP: plain.Addr().String(), HTTPS: secure.Addr().String()},
		Distribution: site.distribution, Client: client, Faults: e.faults, BodyLimit: bodyLimit, Faithful: c.Faithful,
		AnyHost: c.AnyHost, Geography: site.geography, Credentials: site.credentials, Clock: e.clock, Recorder: recording.Tee(e.ring, &logline.Log{Logger: log}),
	}
	if c.Cache != "" {
		inner.Cache = edge.NewCache(edge.CacheConfig{Mode: c.Cache})
	}
	e.inner = inner
	server, err := proxy.New(proxy.Config{Serve: inner.Serve, CA: ca, Logger: log, ServesHost: inner.ServesHost, ViewerPolicy: inner.ViewerPolicy})
	if err != nil {
		t.Fatalf("edgesimtest: %v", err)
	}
	e.serve(server, ca, plain, secure)
	return e
}

// serve serves the ports until the test ends.
func (e *Edge) serve(server *proxy.Server, ca *proxy.CA, plain, secure net.Listener) {
	e.URL, e.TLSURL = "http://"+plain.Addr().String(), "https://"+secure.Addr().String()
	served := make(chan error, 1)
	go func() { served <- server.Serve(plain, secure) }()
	transport := newTransport(ca)
	e.Client = &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	e.t.Cleanup(func() {
		transport.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.Background(), grace)
		defer cancel()
		_ = server.Shutdown(ctx) // what is left after the grace period is cut off
		if err := <-served; err != nil {
			e.t.Errorf("edgesimtest: %v", err)
		}
	})
}

// grace is how long requests in progress may take once their test has ended.
const grace = 100 * time.Millisecond

func listen(t testing.TB) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("edgesimtest: %v", err)
	}
	return ln
}

// Exchanges returns the recorded exchanges, in the order in which they ended. Once
// a response has been read to its end, its exchange is included. The exchanges are
// shared and must not be modified.
func (e *Edge) Exchanges() []*recording.Exchange {
	page, err := e.ring.List(context.Background(), recording.Filter{})
	if err != nil {
		panic(fmt.Sprintf("edgesimtest: a list without a filter: %v", err)) // a ring has no reason to fail
	}
	list := slices.Clone(page.Exchanges)
	slices.Reverse(list)
	return list
}

// Exchange returns the recorded exchange of a response that has been read to its
// end. If there is none, it ends the test.
func (e *Edge) Exchange(r *http.Response) *recording.Exchange {
	e.t.Helper()
	x, err := e.ring.Get(context.Background(), r.Header.Get("X-Amz-Cf-Id"))
	if err != nil {
		e.t.Fatalf("edgesimtest: the response's exchange: %v", err)
	}
	return x
}

// LastCause returns why the last exchange failed; nil if it succeeded, or if there
// are no exchanges.
func (e *Edge) LastCause() *policy.Cause {
	list := e.Exchanges()
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1].Cause
}

// Fail makes the next n requests to an origin fail with this cause, or all of them
// if n is 0. Timeouts take no time. A cause that no origin can have ends the test.
func (e *Edge) Fail(cause policy.CauseName, n int) {
	e.t.Helper()
	e.Force(faults.Fault{Cause: cause, Next: n, Latency: faults.Duration(time.Nanosecond)})
}

// Force is like [Edge.Fail], but takes every field of a fault: which origin,
// behavior or path it applies to, how often, and with what latency.
func (e *Edge) Force(f faults.Fault) {
	e.t.Helper()
	if err := e.faults.Add(f); err != nil {
		e.t.Fatalf("edgesimtest: %v", err)
	}
}

// Advance moves the clock on which the edge bases its decisions, such as whether
// certificates are valid and cached responses are fresh. A client set in
// Config.Client has its own clock.
func (e *Edge) Advance(d time.Duration) { e.clock.Advance(d) }

// Invalidate removes the cached responses that match the paths, like a CloudFront
// invalidation: "/img/*", "/index.html?a=1", "#tag". It returns how many it
// removed. A path that CloudFront rejects ends the test.
func (e *Edge) Invalidate(paths ...string) int {
	e.t.Helper()
	items := make([]policy.InvalidationItem, len(paths))
	for i, path := range paths {
		var err error
		if items[i], err = policy.ReadInvalidation(path); err != nil {
			e.t.Fatalf("edgesimtest: %v", err)
		}
	}
	return e.inner.Invalidate("", items)
}

// Reset discards the recorded exchanges, empties the cache, ends all faults and
// resets the clock.
func (e *Edge) Reset() {
	e.inner.Forget()
	e.clock.Reset()
	e.faults.Reset()
	_, _ = e.ring.Reset(context.Background()) // a ring has no reason to fail
}
