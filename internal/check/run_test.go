package check_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// noon is the instant at which the labs of these tests live.
var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// newLab runs origins, all of them if none is named, and makes the client that reaches and
// trusts them.
func newLab(t testing.TB, names ...string) (*lab.Lab, *originconn.Client) {
	t.Helper()
	l, err := lab.Start(context.Background(), lab.Config{Only: names, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	block, _ := pem.Decode(l.CAPEM())
	root, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	trust := originconn.TrustWith(root)
	client := conntest.Watch(t, &originconn.Client{
		ConnectTo: l.Connect(), Now: clock, ExplainWithin: time.Minute, MaxExplanations: check.DefaultParallel,
		Trust: func() *policy.TrustStore { return trust },
	})
	t.Cleanup(func() {
		client.Close()
		l.Close()
	})
	return l, client
}

// checkLab checks the lab's own distribution.
func checkLab(t testing.TB, cfg check.Config, names ...string) *check.Report {
	t.Helper()
	l, client := newLab(t, names...)
	cfg.Subjects = []check.Subject{{Name: "lab", Edge: &edge.Edge{Distribution: l.Distribution(), Client: client}}}
	return run(t, cfg)
}

func run(t testing.TB, cfg check.Config) *check.Report {
	t.Helper()
	if cfg.Now == nil {
		cfg.Now = clock
	}
	r, err := check.Run(context.Background(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// only returns the one check of a report.
func only(t testing.TB, r *check.Report) *check.Check {
	t.Helper()
	if len(r.Checks) != 1 {
		t.Fatalf("%d checks, want 1: %+v", len(r.Checks), r.Checks)
	}
	return &r.Checks[0]
}

// judgment returns the judgment on a rule.
func judgement(c *check.Check, rule policy.RuleID) (check.Judgement, bool) {
	for _, j := range c.Rules {
		if j.Rule == rule {
			return j, true
		}
	}
	return check.Judgement{}, false
}

// site is a distribution with one origin behind a server of the test's own.
type site struct {
	*distribution.Distribution
	client *originconn.Client
	dials  *counter
}

// newSite puts a handler behind TLS with a certificate for these names, the
// first of which is the origin's domain name.
func newSite(t testing.TB, handler http.Handler, tune func(*tls.Config, *pki.Template), names ...string) *site {
	t.Helper()
	return newSiteWith(t, handler, tune, nil, names...)
}

// newSiteWith is newSite with something done after the certificate was issued.
func newSiteWith(t testing.TB, handler http.Handler, tune func(*tls.Config, *pki.Template), then func(*tls.Config, *pki.Template, *pki.Certificate), names ...string) *site {
	t.Helper()
	root, err := pki.NewCA(pki.Template{CommonName: "check's root", NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(9, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	template := pki.Template{CommonName: names[0], DNSNames: names, NotBefore: noon.AddDate(0, -1, 0), NotAfter: noon.AddDate(0, 2, 0)}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if tune != nil {
		tune(config, &template)
	}
	leaf, err := root.Issue(template)
	if err != nil {
		t.Fatal(err)
	}
	config.Certificates = []tls.Certificate{pki.TLS(leaf)}
	if then != nil {
		then(config, &template, root)
	}
	server := httptest.NewUnstartedServer(handler)
	server.TLS = config
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	trust := policy.NewTrustStore(root.X509)
	s := &site{dials: &counter{routes: map[string]string{"443": server.Listener.Addr().String()}, ports: map[string]int{}}}
	s.client = conntest.Watch(t, &originconn.Client{
		Resolver: static{}, Now: clock, Trust: func() *policy.TrustStore { return trust }, ExplainWithin: time.Minute,
		DialContext: s.dials.dial,
	})
	t.Cleanup(func() {
		s.client.Close()
		server.Close()
	})
	origin := distribution.NewOrigin("app", names[0])
	origin.ProtocolPolicy = distribution.OriginHTTPSOnly
	origin.SSLProtocols = []distribution.SSLProtocol{distribution.TLSv12}
	s.Distribution = &distribution.Distribution{Origins: []distribution.Origin{origin}, DefaultBehavior: behavior("*", "AllViewerExceptHostHeader")}
	return s
}

func behavior(pattern, originRequestPolicy string) distribution.CacheBehavior {
	b := distribution.NewCacheBehavior("app")
	b.PathPattern = pattern
	b.ViewerProtocolPolicy = distribution.ViewerAllowAll
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy(originRequestPolicy)
	return b
}

// check runs a check of the site.
func (s *site) check(t testing.TB, cfg check.Config) *check.Report {
	t.Helper()
	cfg.Subjects = []check.Subject{{Name: "site", Edge: &edge.Edge{Distribution: s.Distribution, Client: s.client}}}
	return run(t, cfg)
}

// ok is a handler that answers 200.
var ok = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "ok") })

// static resolves every name to one public address, which counter.dial leads
// to where the test wants it.
type static struct{}

func (static) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("203.0.113.7")}, nil
}

// counter counts connections by the port they were meant for, and how often a
// connection's own side turned from writing to reading: the round trips.
type counter struct {
	// routes say which address is behind a port; a port without one refuses.
	routes map[string]string

	mu    sync.Mutex
	ports map[string]int
	// longest is the most round trips of one connection.
	longest int
}

func (c *counter) dial(ctx context.Context, network, address string) (net.Conn, error) {
	_, port, _ := net.SplitHostPort(address)
	c.mu.Lock()
	c.ports[port]++
	to := c.routes[port]
	c.mu.Unlock()
	if to == "" {
		return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, network, to)
	return &turning{Conn: conn, counter: c, turns: 1}, err // opening it is one
}

func (c *counter) at(port string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ports[port]
}

// turning is a connection that counts its turns.
type turning struct {
	net.Conn
	counter *counter
	mu      sync.Mutex
	wrote   bool
	turns   int
}

func (t *turning) Write(p []byte) (int, error) {
	t.mu.Lock()
	t.wrote = true
	t.mu.Unlock()
	return t.Conn.Write(p)
}

func (t *turning) Read(p []byte) (int, error) {
	n, err := t.Conn.Read(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.wrote && n > 0 {
		t.wrote = false
		t.counter.mu.Lock()
		t.turns++
		t.counter.longest = max(t.counter.longest, t.turns)
		t.counter.mu.Unlock()
	}
	return n, err
}
