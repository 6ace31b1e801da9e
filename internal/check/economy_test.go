package check_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/pki"
)

// beside are the connections that a target takes once, beside that of its
// requests: a hello for each version and kind of key, TLS 1.3 and 1.2, RSA and
// ECDSA, and a handshake for each of the three other offers of the documented
// lists, of which that of 2017 is refused on both roads.
const beside = 2*2 + 3 + 1

// TestConnectsOnce: a hundred behaviors on one origin are asked over one
// connection, each for its own path.
func TestConnectsOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, ok, nil, "app.example.com")
	for i := range 99 {
		s.Behaviors = append(s.Behaviors, behavior(fmt.Sprintf("/part%d/*", i), "AllViewerExceptHostHeader"))
	}
	r := s.check(t, check.Config{})
	if r.Count.Pass != 100 || r.Verdict != check.Pass {
		t.Errorf("%+v, want 100 passed", r.Count)
	}
	if got := r.Checks[7].Request.URI; got != "/part7/" {
		t.Errorf("asked for %q, want /part7/", got)
	}
	if n := s.dials.at("443"); n != 1+beside {
		t.Errorf("%d connections, want %d", n, 1+beside)
	}
}

// TestFailsOnce: what fails before a request is sent fails for all behaviors,
// and is not tried for each: one connection for the verdict, one to see what
// software it is.
func TestFailsOnce(t *testing.T) {
	t.Parallel()
	s := newSite(t, ok, func(_ *tls.Config, leaf *pki.Template) { leaf.NotAfter = noon.AddDate(0, 0, -1) }, "app.example.com")
	for i := range 20 {
		s.Behaviors = append(s.Behaviors, behavior(fmt.Sprintf("/part%d/*", i), "AllViewerExceptHostHeader"))
	}
	r := s.check(t, check.Config{})
	if r.Count.Fail != 21 {
		t.Errorf("%+v, want 21 failed", r.Count)
	}
	for _, c := range r.Checks {
		if c.Cause == nil || c.Cause.Rule != "CF-CERT-01" {
			t.Errorf("%s: %v, want CF-CERT-01", c.Behavior, c.Cause)
		}
	}
	if n := s.dials.at("443"); n != 2+beside {
		t.Errorf("%d connections, want %d", n, 2+beside)
	}
}

// TestRoundTrips: the verdict on a healthy TLS 1.2 origin takes five round trips at most,
// one of which is the DNS lookup. Further questions are asked in parallel afterwards.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	s := newSite(t, ok, func(c *tls.Config, _ *pki.Template) { c.MaxVersion = tls.VersionTLS12 }, "app.example.com")
	c := only(t, s.check(t, check.Config{}))
	if c.Verdict != check.Pass || c.Connection.Version != "TLSv1.2" {
		t.Errorf("verdict %s over %+v", c.Verdict, c.Connection)
	}
	if got := s.dials.longest + 1; got > 5 {
		t.Errorf("%d round trips with the look-up, want 5 at most", got)
	}
}

// TestSideBySide: ten origins are visited at the same time. No connection is
// opened before all ten are wanted, so one after another would never end.
func TestSideBySide(t *testing.T) {
	t.Parallel()
	const origins = 10
	s := newSite(t, ok, nil, "app.example.com", "*.example.com")
	s.Origins, s.Behaviors = nil, nil
	for i := range origins {
		o := distribution.NewOrigin(fmt.Sprintf("o%d", i), fmt.Sprintf("o%d.example.com", i))
		o.ProtocolPolicy, o.SSLProtocols = distribution.OriginHTTPSOnly, []distribution.SSLProtocol{distribution.TLSv12}
		b := behavior(fmt.Sprintf("/%d", i), "AllViewerExceptHostHeader")
		b.TargetOriginID = o.ID
		s.Origins, s.Behaviors = append(s.Origins, o), append(s.Behaviors, b)
	}
	s.DefaultBehavior.TargetOriginID = "o0"
	var wanted sync.WaitGroup
	wanted.Add(origins)
	dial, dialed := s.client.DialContext, atomic.Int32{}
	s.client.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dialed.Add(1) <= origins {
			wanted.Done()
		}
		wanted.Wait()
		return dial(ctx, network, address)
	}
	r := run(t, check.Config{Subjects: []check.Subject{{Name: "site", Edge: &edge.Edge{Distribution: s.Distribution, Client: s.client}}}})
	if r.Count.Pass != origins+1 {
		t.Errorf("%+v, want %d passed", r.Count, origins+1)
	}
}

// TestStopped: a check that is stopped says so, and reports nothing half seen.
func TestStopped(t *testing.T) {
	t.Parallel()
	s := newSite(t, ok, nil, "app.example.com")
	ctx, cancel := context.WithCancel(t.Context())
	s.client.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
		cancel()
		<-ctx.Done()
		return nil, ctx.Err()
	}
	r, err := check.Run(ctx, check.Config{Subjects: []check.Subject{{Name: "site", Edge: &edge.Edge{Distribution: s.Distribution, Client: s.client}}}})
	if r != nil || err != context.Canceled {
		t.Errorf("got %v, %v; want context.Canceled", r, err)
	}
}
