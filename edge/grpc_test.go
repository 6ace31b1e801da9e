package edge_test

import (
	"context"
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// callRequest is a viewer's gRPC call.
func callRequest() edge.ViewerRequest {
	return edge.ViewerRequest{
		Method: "POST", Scheme: "https", Host: "grpc.example", URI: "/pkg.Service/Method", Proto: "HTTP/2.0", ContentLength: -1,
		RemoteAddr: "198.51.100.7:4711", Body: io.NopCloser(strings.NewReader("frame")),
		Header: http.Header{"Content-Type": {"application/grpc+proto"}, "Te": {"trailers"}, "Grpc-Timeout": {"5S"}, "User-Agent": {"grpc-go/1.70"}},
	}
}

// TestGRPCPlan: which requests go to an origin as gRPC, over HTTP/2, and why the
// others do not.
func TestGRPCPlan(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		policy string
		change func(*edge.ViewerRequest, *distribution.CacheBehavior, *distribution.Origin)
		mtls   bool
		grpc   bool
		rule   policy.RuleID
		fields string
	}{
		{name: "CF-GRPC-01", grpc: true, fields: "application/grpc+proto trailers 5S"},
		{name: "CF-GRPC-01 what makes a call goes on with any policy", policy: "UserAgentRefererHeaders", grpc: true, fields: "application/grpc+proto trailers "},
		{name: "CF-GRPC-01 with a parameter", grpc: true, fields: "application/grpc; charset=x trailers 5S", change: func(v *edge.ViewerRequest, _ *distribution.CacheBehavior, _ *distribution.Origin) {
			v.Header["Content-Type"] = []string{"application/grpc; charset=x"}
		}},
		{name: "CF-GRPC-01 gRPC-Web is none", fields: "application/grpc-web  5S", change: func(v *edge.ViewerRequest, _ *distribution.CacheBehavior, _ *distribution.Origin) {
			v.Header["Content-Type"] = []string{"application/grpc-web"}
		}},
		{name: "CF-GRPC-04 only a POST is one", fields: "application/grpc+proto  5S", change: func(v *edge.ViewerRequest, _ *distribution.CacheBehavior, _ *distribution.Origin) { v.Method = "PUT" }},
		{name: "CF-GRPC-01 not enabled", rule: "CF-GRPC-01", fields: "application/grpc+proto  5S", change: func(_ *edge.ViewerRequest, b *distribution.CacheBehavior, _ *distribution.Origin) { b.GRPC = false }},
		{name: "CF-GRPC-02 viewer on HTTP", rule: "CF-GRPC-02", fields: "application/grpc+proto  5S", change: func(v *edge.ViewerRequest, _ *distribution.CacheBehavior, _ *distribution.Origin) {
			v.Scheme = "http"
		}},
		{name: "CF-GRPC-02 origin on HTTP", rule: "CF-GRPC-02", fields: "application/grpc+proto  5S", change: func(_ *edge.ViewerRequest, _ *distribution.CacheBehavior, o *distribution.Origin) {
			o.ProtocolPolicy = distribution.OriginHTTPOnly
		}},
		{name: "CF-GRPC-04 viewer over HTTP/1.1", rule: "CF-GRPC-04", fields: "application/grpc+proto  5S", change: func(v *edge.ViewerRequest, _ *distribution.CacheBehavior, _ *distribution.Origin) {
			v.Proto = "HTTP/1.1"
		}},
		{name: "CF-GRPC-06 origin mTLS", rule: "CF-GRPC-06", mtls: true, fields: "application/grpc+proto  5S"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			name := row.policy
			if name == "" {
				name = "AllViewerExceptHostHeader"
			}
			b, o, v := behaviorWith(t, name), origin(), callRequest()
			b.GRPC, o.ProtocolPolicy = true, distribution.OriginHTTPSOnly
			if row.change != nil {
				row.change(&v, &b, &o)
			}
			e := &edge.Edge{Distribution: &distribution.Distribution{}}
			if row.mtls {
				e.ClientCertificates = map[string]*tls.Certificate{o.ID: {}}
			}
			plan := e.PlanRequest(&v, &b, &o, "id")
			if plan.GRPC != row.grpc || plan.Target.HTTP2 != row.grpc {
				t.Errorf("gRPC %t, over HTTP/2 %t", plan.GRPC, plan.Target.HTTP2)
			}
			if got := field(plan, "Content-Type") + " " + field(plan, "TE") + " " + field(plan, "Grpc-Timeout"); got != row.fields {
				t.Errorf("the origin gets %q, want %q", got, row.fields)
			}
			switch {
			case row.rule == "" && len(plan.Findings) == 0:
			case len(plan.Findings) != 1 || plan.Findings[0].Rule != row.rule || plan.Findings[0].Verdict != policy.Fail:
				t.Errorf("found %v, want %s", plan.Findings, row.rule)
			}
		})
	}
}

// callSite is an edge with gRPC in front of origins that speak HTTP/2 over TLS.
func callSite(t *testing.T, origins map[string]http.HandlerFunc) *site {
	t.Helper()
	now := time.Now()
	ca, err := pki.NewCA(pki.Template{CommonName: "test root", NotBefore: now.Add(-time.Hour), NotAfter: now.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	connect := map[string]string{}
	d := &distribution.Distribution{Enabled: true, DefaultBehavior: behaviorWith(t, "AllViewerExceptHostHeader")}
	d.DefaultBehavior.GRPC = true
	for id, handler := range origins {
		leaf, err := ca.Issue(pki.Template{CommonName: id, DNSNames: []string{id + ".example"}})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewUnstartedServer(handler)
		server.EnableHTTP2 = true
		server.TLS = &tls.Config{Certificates: []tls.Certificate{pki.TLS(leaf)}}
		server.StartTLS()
		t.Cleanup(server.Close)
		o := origin()
		o.ID, o.DomainName, o.ProtocolPolicy, o.IPAddressType = id, id+".example", distribution.OriginHTTPSOnly, distribution.IPv4
		d.Origins = append(d.Origins, o)
		connect[o.DomainName] = server.Listener.Addr().String()
	}
	trust := policy.NewTrustStore(ca.X509)
	client := conntest.Watch(t, &originconn.Client{ConnectTo: connect, Trust: func() *policy.TrustStore { return trust }})
	t.Cleanup(func() { client.Close() })
	ring := recording.NewRing(recording.RingConfig{})
	return &site{ring: ring, edge: &edge.Edge{Distribution: d, Client: client, Recorder: ring}}
}

// TestGRPC: a call's answer comes with its trailer, uncompressed, and is
// recorded with its status (CF-GRPC-01, CF-LOG-07).
func TestGRPC(t *testing.T) {
	t.Parallel()
	s := callSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Proto != "HTTP/2.0" || r.Host != "app.example" || r.TLS == nil || string(body) != "frame" {
			http.Error(w, r.Proto+r.Host, 500)
			return
		}
		w.Header().Set("Content-Type", "application/grpc")
		io.WriteString(w, strings.Repeat("message", 1000))
		w.Header().Set(http.TrailerPrefix+"Grpc-Status", "5")
		w.Header().Set(http.TrailerPrefix+"Grpc-Message", "not%20found")
	}})
	s.edge.Distribution.DefaultBehavior.Compress = true
	v := callRequest()
	v.Header["Accept-Encoding"] = []string{"gzip"}
	r, body := s.ask(t, v)
	if r.Status != 200 || len(body) != 7000 || r.Trailer.Get("Grpc-Status") != "5" || r.Header.Get("X-Cache") != "Miss from cloudfront" || r.Header.Get("Trailer") != "" {
		t.Errorf("got %d, %d bytes, %v, %v", r.Status, len(body), r.Header, r.Trailer)
	}
	x, err := s.ring.Get(t.Context(), r.Header.Get("X-Amz-Cf-Id"))
	if err != nil {
		t.Fatal(err)
	}
	if x.GRPC == nil || *x.GRPC != (recording.GRPC{Status: "5", Message: "not%20found"}) || x.Response.Trailer.Get("Grpc-Message") != "not%20found" || x.ResultType != "Miss" {
		t.Errorf("recorded as %+v, %v, %s", x.GRPC, x.Response.Trailer, x.ResultType)
	}
}

// TestGRPCFailing: a failing origin's call gets the edge's page; it is neither
// sent to a second origin nor compared with custom error responses (CF-GRPC-03).
func TestGRPCFailing(t *testing.T) {
	t.Parallel()
	var second atomic.Int32
	s := callSite(t, map[string]http.HandlerFunc{
		"first":  func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"second": func(http.ResponseWriter, *http.Request) { second.Add(1) },
	})
	d := s.edge.Distribution
	d.OriginGroups = []distribution.OriginGroup{{ID: "group", Members: []string{"first", "second"}, StatusCodes: []int{500, 502, 503, 504}}}
	d.DefaultBehavior.TargetOriginID = "group"
	d.CustomErrors = []distribution.CustomErrorResponse{{ErrorCode: 502, ResponseCode: 200, ResponsePagePath: "/sorry.html"}}
	r, body := s.ask(t, callRequest())
	if r.Status != 502 || !strings.Contains(body, "The origin closed the connection.") || second.Load() != 0 || r.Trailer != nil {
		t.Errorf("CF-GRPC-03: got %d %v, and the second origin %d requests", r.Status, r.Header, second.Load())
	}
	if cause := r.Header.Get("X-Edgesim-Cause"); cause != "CF-ERR-04 origin-closed" {
		t.Errorf("cause %q: %s", cause, r.Header.Get("X-Edgesim-Detail"))
	}
}

// TestGRPCGivenUp: a viewer that cancels one call keeps its connection, on which other
// calls may be in progress.
func TestGRPCGivenUp(t *testing.T) {
	t.Parallel()
	ctx, giveUp := context.WithCancel(t.Context())
	s := callSite(t, map[string]http.HandlerFunc{"app": func(_ http.ResponseWriter, r *http.Request) {
		giveUp()
		<-r.Context().Done()
	}})
	v := callRequest()
	r := s.edge.Serve(ctx, &v)
	defer r.Body.Close()
	if r.Close || !strings.Contains(r.Header.Get("X-Edgesim-Cause"), string(policy.CauseViewerAborted)) {
		t.Errorf("the connection is closed: %t; %v", r.Close, r.Header)
	}
}
