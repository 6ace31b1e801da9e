package edge_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// origin is a custom origin whose every setting differs from the defaults.
func origin() distribution.Origin {
	return distribution.Origin{
		ID: "app", DomainName: "App.Example.com", Kind: distribution.OriginCustom, HTTPPort: 8080, HTTPSPort: 8443,
		SSLProtocols: []distribution.SSLProtocol{distribution.TLSv12}, ConnectionAttempts: 2, ConnectionTimeout: 3 * time.Second,
		ResponseTimeout: 4 * time.Second, KeepaliveTimeout: 5 * time.Second, ResponseCompletionTimeout: 60 * time.Second,
		IPAddressType: distribution.DualStack,
	}
}

func behaviorWith(t *testing.T, originRequestPolicy string) distribution.CacheBehavior {
	t.Helper()
	b := distribution.NewCacheBehavior("app")
	b.PathPattern, b.ViewerProtocolPolicy, b.AllowedMethods = "*", distribution.ViewerAllowAll, distribution.AllMethods()
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	var ok bool
	if b.OriginRequestPolicy, ok = distribution.ManagedOriginRequestPolicy(originRequestPolicy); !ok {
		t.Fatalf("no managed policy %q", originRequestPolicy)
	}
	return b
}

// TestPlanTarget checks where a request goes and under which names. It needs
// no socket: the plan is complete before one is opened.
func TestPlanTarget(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		protocol distribution.OriginProtocolPolicy
		scheme   string
		policy   string
		host     string
		tls      bool
		port     int
		sni      string
		accepted []string
	}{
		{"CF-CONN-03 http-only", "http-only", "https", "AllViewer", "www.example.com", false, 8080, "", nil},
		{"CF-CONN-04 https-only", "https-only", "http", "AllViewerExceptHostHeader", "www.example.com", true, 8443, "app.example.com", []string{"app.example.com"}},
		{"CF-CONN-05 match-viewer on HTTP, CF-CERT-20", "match-viewer", "http", "AllViewer", "www.example.com", false, 8080, "", nil},
		{"CF-CONN-06 match-viewer on HTTPS", "match-viewer", "https", "AllViewerExceptHostHeader", "www.example.com", true, 8443, "app.example.com", []string{"app.example.com"}},
		{"CF-NAME-01 CF-NAME-10 Host not forwarded", "https-only", "http", "AllViewerExceptHostHeader", "www.example.com", true, 8443, "app.example.com", []string{"app.example.com"}},
		{"CF-NAME-02 CF-NAME-04 CF-NAME-12 Host forwarded", "https-only", "http", "AllViewer", "WWW.example.com:8443", true, 8443, "www.example.com", []string{"app.example.com", "www.example.com"}},
		{"CF-NAME-04 HostHeaderOnly forwards it, too", "https-only", "http", "HostHeaderOnly", "www.example.com", true, 8443, "www.example.com", []string{"app.example.com", "www.example.com"}},
		{"CF-TLS-23 no SNI for an address", "https-only", "http", "AllViewer", "192.0.2.7", true, 8443, "", []string{"app.example.com", "192.0.2.7"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			o, b := origin(), behaviorWith(t, row.policy)
			o.ProtocolPolicy = row.protocol
			e := &edge.Edge{Distribution: &distribution.Distribution{}}
			plan := e.PlanRequest(&edge.ViewerRequest{
				Method: "GET", Scheme: row.scheme, Host: row.host, URI: "/", Proto: "HTTP/1.1", Header: http.Header{}, RemoteAddr: "192.0.2.1:1",
			}, &b, &o, "id")
			got := plan.Target
			if got.TLS != row.tls || got.Port != row.port || got.SNI != row.sni || !slices.Equal([]string(got.AcceptedNames), row.accepted) {
				t.Errorf("got TLS %t, port %d, SNI %q, names %q; want %+v", got.TLS, got.Port, got.SNI, got.AcceptedNames, row)
			}
			if got.TLS != (len(got.Offer.Versions) > 0) {
				t.Errorf("TLS %t with the offer %+v", got.TLS, got.Offer)
			}
		})
	}
}

// TestPlanLimits checks that the origin's settings reach the target unchanged.
func TestPlanLimits(t *testing.T) {
	t.Parallel()
	o, b := origin(), behaviorWith(t, "AllViewer")
	o.ProtocolPolicy = distribution.OriginHTTPOnly
	e := &edge.Edge{Distribution: &distribution.Distribution{}}
	got := e.PlanRequest(&edge.ViewerRequest{Method: "GET", Scheme: "http", URI: "/", Proto: "HTTP/1.1"}, &b, &o, "id").Target
	want := originconn.Target{
		Host: "App.Example.com", Port: 8080, IPAddressType: distribution.DualStack, Attempts: 2, ConnectTimeout: 3 * time.Second,
		ResponseTimeout: 4 * time.Second, KeepaliveTimeout: 5 * time.Second, CompletionTimeout: 60 * time.Second,
	}
	if got.Address() != want.Address() || got.Attempts != want.Attempts || got.ConnectTimeout != want.ConnectTimeout ||
		got.ResponseTimeout != want.ResponseTimeout || got.KeepaliveTimeout != want.KeepaliveTimeout ||
		got.CompletionTimeout != want.CompletionTimeout || got.IPAddressType != want.IPAddressType {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestPlanSnapshot: the offer follows the edge's snapshot (CF-TLS-28, CF-TLS-29).
func TestPlanSnapshot(t *testing.T) {
	t.Parallel()
	old, err := policy.SnapshotFor("2017-12-07")
	if err != nil {
		t.Fatal(err)
	}
	o, b := origin(), behaviorWith(t, "AllViewer")
	o.ProtocolPolicy = distribution.OriginHTTPSOnly
	v := &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "h", URI: "/", Proto: "HTTP/1.1"}
	then := (&edge.Edge{Distribution: &distribution.Distribution{}, Snapshot: old}).PlanRequest(v, &b, &o, "id").Target.Offer
	now := (&edge.Edge{Distribution: &distribution.Distribution{}}).PlanRequest(v, &b, &o, "id").Target.Offer
	if len(then.Suites) != 6 || then.Allows(policy.VersionTLS13) {
		t.Errorf("offer of 2017: %+v", then)
	}
	if len(now.Suites) != 16 || !now.Allows(policy.VersionTLS13) {
		t.Errorf("offer of today: %+v", now)
	}
}

// TestPlanHostOnly proves CF-NAME-03, the stricter reading: with it the
// certificate must cover the forwarded Host, and the origin's own name is not
// enough.
func TestPlanHostOnly(t *testing.T) {
	t.Parallel()
	o := origin()
	o.ProtocolPolicy = distribution.OriginHTTPSOnly
	e := &edge.Edge{Distribution: &distribution.Distribution{}, HostOnly: true}
	v := &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "www.example.com", URI: "/", Proto: "HTTP/1.1"}
	for originRequestPolicy, want := range map[string]string{"AllViewer": "www.example.com", "AllViewerExceptHostHeader": "app.example.com"} {
		b := behaviorWith(t, originRequestPolicy)
		if got := e.PlanRequest(v, &b, &o, "id").Target.AcceptedNames; len(got) != 1 || got[0] != want {
			t.Errorf("%s: accepted names %q, want %q", originRequestPolicy, got, want)
		}
	}
}
