// Package edgesimtest puts an edge into a Go test: it connects to the test's
// origin as CloudFront connects, answers as CloudFront answers, and keeps what
// it saw for the test to assert on.
//
//	edge := edgesimtest.Start(t, edgesimtest.Config{Handler: app})
//	response, err := edge.Client.Get(edge.URL + "/")
//	...
//	if cause := edge.LastCause(); cause != nil { t.Error(cause) }
//
// # What to read first
//
// [Start] and the fields of [Config]: exactly one of them says what the origin
// is. [Edge.Fail] forces a failure, to see what the application makes of
// CloudFront's 502 or 504. Any number of edges may run at a time, in parallel
// tests too: each has ports, a viewer CA and recordings of its own, in memory,
// and all of it is gone when its test ends.
//
// # What it is not
//
// It needs no network beyond loopback and no file. It decides nothing itself:
// the edge is the one of "edgesim serve". Tests in other languages have the same
// over HTTP, see docs/TESTING.md.
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

// Edge is a running edge. Make one with [Start].
type Edge struct {
	// URL and TLSURL are where viewers ask, without a slash at the end, e.g.
	// "http://127.0.0.1:40001".
	URL, TLSURL string
	// Client is a viewer: it trusts the edge's CA, and follows no redirects, as
	// those are for the test to see.
	Client *http.Client
	// CA is the viewer CA's certificate in PEM, for other clients.
	CA []byte

	t      testing.TB
	clock  *edge.Clock
	inner  *edge.Edge
	ring   *recording.Ring
	faults *faults.Set
}

// What an edge in a test keeps: more than a test asks for.
const (
	keptExchanges = 100_000
	keptBytes     = 256 << 20
	bodyLimit     = 64 << 10
)

// Start runs an edge until the end of the test. What it cannot do with the
// configuration ends the test.
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

// serve serves the ports until the end of the test.
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
		_ = server.Shutdown(ctx) // what is left after the grace is cut off
		if err := <-served; err != nil {
			e.t.Errorf("edgesimtest: %v", err)
		}
	})
}

// grace is how long requests under way may take when their test has ended.
const grace = 100 * time.Millisecond

func listen(t testing.TB) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("edgesimtest: %v", err)
	}
	return ln
}

// Exchanges returns what the edge has recorded, in the order in which the
// exchanges ended. Whoever has read a response to its end finds its exchange.
// They are shared: do not change them.
func (e *Edge) Exchanges() []*recording.Exchange {
	page, err := e.ring.List(context.Background(), recording.Filter{})
	if err != nil {
		panic(fmt.Sprintf("edgesimtest: a list without a filter: %v", err)) // a ring has no reason to
	}
	list := slices.Clone(page.Exchanges)
	slices.Reverse(list)
	return list
}

// Exchange returns what was recorded of a response that has been read to its end.
// That there is nothing ends the test.
func (e *Edge) Exchange(r *http.Response) *recording.Exchange {
	e.t.Helper()
	x, err := e.ring.Get(context.Background(), r.Header.Get("X-Amz-Cf-Id"))
	if err != nil {
		e.t.Fatalf("edgesimtest: the response's exchange: %v", err)
	}
	return x
}

// LastCause returns why the last exchange failed; nil if it went well, or if
// there was none.
func (e *Edge) LastCause() *policy.Cause {
	list := e.Exchanges()
	if len(list) == 0 {
		return nil
	}
	return list[len(list)-1].Cause
}

// Fail makes the next n requests to an origin fail with this cause, all of them
// if n is 0. Timeouts take no time. A cause that no origin can have ends the test.
func (e *Edge) Fail(cause policy.CauseName, n int) {
	e.t.Helper()
	e.Force(faults.Fault{Cause: cause, Next: n, Latency: faults.Duration(time.Nanosecond)})
}

// Force is [Edge.Fail] with all that a fault can say: for which origin, behavior
// or path, how often, how slowly.
func (e *Edge) Force(f faults.Fault) {
	e.t.Helper()
	if err := e.faults.Add(f); err != nil {
		e.t.Fatalf("edgesimtest: %v", err)
	}
}

// Advance moves the clock by which the edge decides: whether certificates are
// valid, what is still kept. A Client of the test's own has its own clock.
func (e *Edge) Advance(d time.Duration) { e.clock.Advance(d) }

// Invalidate removes from the cache what the paths name, as CloudFront's
// invalidations do: "/img/*", "/index.html?a=1", "#tag". It says how many copies
// went. A path that CloudFront refuses ends the test.
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

// Reset forgets the exchanges and what is kept, ends what is forced and sets the
// clock back.
func (e *Edge) Reset() {
	e.inner.Forget()
	e.clock.Reset()
	e.faults.Reset()
	_, _ = e.ring.Reset(context.Background()) // a ring has no reason to fail
}
