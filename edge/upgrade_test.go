package edge_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// upgradeRequest is a viewer's request for a WebSocket, as RFC 6455 section 1.2
// has it.
func upgradeRequest() edge.ViewerRequest {
	return edge.ViewerRequest{
		Method: "GET", Scheme: "http", Host: "localhost", URI: "/chat", Proto: "HTTP/1.1", RemoteAddr: "198.51.100.7:4711",
		Header: http.Header{
			"Upgrade": {"websocket"}, "Connection": {"keep-alive, Upgrade"},
			"Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}, "Sec-Websocket-Version": {"13"},
		},
	}
}

const switching = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
	"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"

// public resolves every name.
type public struct{}

func (public) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
}

// upgraded asks for a WebSocket at an origin that is a function on the other
// end of a net.Pipe, and relays to the viewer's end that it returns. The record
// is there when done is closed.
func upgraded(t *testing.T, ctx context.Context, origin func(net.Conn)) (viewer net.Conn, record *recording.Exchange, done chan struct{}) {
	t.Helper()
	o := origin0()
	d := &distribution.Distribution{Enabled: true, Origins: []distribution.Origin{o}, DefaultBehavior: behaviorWith(t, "AllViewer")}
	client := conntest.Watch(t, &originconn.Client{Resolver: public{}, DialContext: func(context.Context, string, string) (net.Conn, error) {
		here, there := net.Pipe()
		go func() {
			defer there.Close()
			if _, err := http.ReadRequest(bufio.NewReader(there)); err != nil {
				return
			}
			io.WriteString(there, switching)
			origin(there)
		}()
		return here, nil
	}})
	record = &recording.Exchange{}
	e := &edge.Edge{Distribution: d, Client: client, Recorder: into{record}}
	v := upgradeRequest()
	r := e.Serve(t.Context(), &v)
	if r.Status != 101 || r.Upgrade == nil || r.Header.Get("Upgrade") != "websocket" || r.Header.Get("Connection") != "Upgrade" || r.Header.Get("X-Cache") != "Miss from cloudfront" {
		t.Fatalf("CF-WS-01: the viewer gets %d %v", r.Status, r.Header)
	}
	near, far := net.Pipe()
	done = make(chan struct{})
	go func() {
		defer close(done)
		r.Upgrade.Relay(ctx, far)
		r.Body.Close()
	}()
	return near, record, done
}

// origin0 speaks plain HTTP.
func origin0() distribution.Origin {
	o := origin()
	o.ProtocolPolicy, o.ConnectionAttempts = distribution.OriginHTTPOnly, 1
	return o
}

// into keeps one exchange.
type into struct{ record *recording.Exchange }

func (i into) Record(e *recording.Exchange) { *i.record = *e }

// TestWebSocketIdle: ten minutes without a byte from the origin end the connection, even if
// the viewer sends (CF-WS-05, CF-TIME-14). The response timeout of four seconds and the
// completion timeout of sixty do not matter.
func TestWebSocketIdle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		viewer, record, done := upgraded(t, t.Context(), func(conn net.Conn) {
			time.AfterFunc(9*time.Minute, func() { conn.Write([]byte("ping")) })
			io.Copy(io.Discard, conn)
		})
		var talking sync.WaitGroup
		talking.Go(func() {
			for { // a talkative viewer does not keep it open
				if _, err := viewer.Write([]byte("hello")); err != nil {
					return
				}
				time.Sleep(time.Minute)
			}
		})
		got, _ := io.ReadAll(viewer)
		<-done
		took := time.Since(began)
		talking.Wait()
		if took != 19*time.Minute || string(got) != "ping" {
			t.Errorf("CF-WS-05: the connection lasted %s and brought %q", took, got)
		}
		if r := record.Tunnel; r.Ended != recording.TunnelIdle || r.FromOrigin != 4 || r.FromViewer < 5*18 || r.Duration != 19*time.Minute || r.Protocol != "ws" {
			t.Errorf("recorded as %+v", r)
		}
		if len(record.Findings) != 1 || record.Findings[0].Rule != "CF-WS-05" || record.Duration != 19*time.Minute || record.ResultType != "Miss" {
			t.Errorf("CF-LOG-07: recorded with %v, %s, %s", record.Findings, record.Duration, record.ResultType)
		}
	})
}

// TestWebSocketEnds: the record says who ended it, and both connections are closed.
func TestWebSocketEnds(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		origin func(net.Conn)
		viewer func(net.Conn, context.CancelFunc)
		ended  recording.TunnelEnd
		up     int64
		down   int64
	}{
		{
			"by the origin", func(c net.Conn) { c.Write([]byte("bye")) },
			func(c net.Conn, _ context.CancelFunc) { io.ReadAll(c) }, recording.TunnelOriginClosed, 0, 3,
		},
		{
			"by the viewer", func(c net.Conn) { io.Copy(io.Discard, c) },
			func(c net.Conn, _ context.CancelFunc) { c.Write([]byte("bye")); c.Close() }, recording.TunnelViewerClosed, 3, 0,
		},
		{
			"by a shutdown", func(c net.Conn) { io.Copy(io.Discard, c) },
			func(c net.Conn, stop context.CancelFunc) {
				c.Write([]byte("more"))
				synctest.Wait()
				stop()
				io.ReadAll(c)
			}, recording.TunnelStopped, 4, 0,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				ctx, stop := context.WithCancel(t.Context())
				defer stop()
				viewer, record, done := upgraded(t, ctx, row.origin)
				row.viewer(viewer, stop)
				<-done
				if r := record.Tunnel; r.Ended != row.ended || r.FromViewer != row.up || r.FromOrigin != row.down {
					t.Errorf("recorded as %+v", r)
				}
				if record.Response.Status != 101 || record.Response.BodyBytes != row.down || len(record.Findings) != 0 {
					t.Errorf("recorded as %d with %d bytes, %v", record.Response.Status, record.Response.BodyBytes, record.Findings)
				}
			})
		})
	}
}

// TestWebSocketPlan: what goes to the origin from a viewer's request for a WebSocket,
// depending on what the behavior forwards.
func TestWebSocketPlan(t *testing.T) {
	t.Parallel()
	both := distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: []string{"sec-websocket-key", "Sec-WebSocket-Version"}}
	only := distribution.ValueSelection{Behavior: distribution.SelectWhitelist, Items: []string{"Sec-WebSocket-Key"}}
	for _, row := range []struct {
		name   string
		policy string
		custom *distribution.ValueSelection
		legacy bool
		mtls   bool
		change func(*edge.ViewerRequest)
		sent   bool
		rule   policy.RuleID
	}{
		{name: "CF-WS-01 AllViewer", policy: "AllViewer", sent: true},
		{name: "CF-WS-01 AllViewerExceptHostHeader", policy: "AllViewerExceptHostHeader", sent: true},
		{name: "CF-WS-01 both fields named", custom: &both, sent: true},
		{name: "CF-WS-01 legacy settings forward what has no row", legacy: true, sent: true},
		{name: "CF-WS-02 the version is not forwarded", custom: &only, sent: true, rule: "CF-WS-02"},
		{name: "CF-WS-02 neither is", policy: "UserAgentRefererHeaders", sent: true, rule: "CF-WS-02"},
		{name: "CF-WS-06 origin mTLS", policy: "AllViewer", mtls: true, rule: "CF-WS-06"},
		{name: "CF-REQ-52 another protocol", policy: "AllViewer", change: func(v *edge.ViewerRequest) { v.Header["Upgrade"] = []string{"h2c"} }},
		{name: "CF-REQ-52 without Connection", policy: "AllViewer", change: func(v *edge.ViewerRequest) { v.Header["Connection"] = []string{"keep-alive"} }},
		{name: "CF-WS-03 over HTTP/2", rule: "CF-WS-03", policy: "AllViewer", change: func(v *edge.ViewerRequest) { v.Proto = "HTTP/2.0" }},
		{name: "CF-WS-03 over HTTP/1.0", rule: "CF-WS-03", policy: "AllViewer", change: func(v *edge.ViewerRequest) { v.Proto = "HTTP/1.0" }},
		{name: "another method", policy: "AllViewer", change: func(v *edge.ViewerRequest) { v.Method = "POST" }},
		{name: "several protocols, in any letter case", policy: "AllViewer", sent: true, change: func(v *edge.ViewerRequest) {
			v.Header["Upgrade"], v.Header["Connection"] = []string{"h2c, WebSocket"}, []string{"UPGRADE"}
		}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			name := row.policy
			if name == "" {
				name = "AllViewer"
			}
			b := behaviorWith(t, name)
			if row.custom != nil {
				b.OriginRequestPolicy = &distribution.OriginRequestPolicy{Headers: *row.custom, Cookies: distribution.ValueSelection{Behavior: "none"}, QueryStrings: distribution.ValueSelection{Behavior: "none"}}
			}
			if row.legacy {
				b.CachePolicy, b.OriginRequestPolicy, b.ForwardedValues = nil, nil, &distribution.ForwardedValues{}
			}
			o := origin()
			e := &edge.Edge{Distribution: &distribution.Distribution{}}
			if row.mtls {
				e.ClientCertificates = map[string]*tls.Certificate{o.ID: {}}
			}
			v := upgradeRequest()
			if row.change != nil {
				row.change(&v)
			}
			plan := e.PlanRequest(&v, &b, &o, "id")
			connection, upgrade := field(plan, "Connection"), field(plan, "Upgrade")
			if row.sent && (connection != "Upgrade" || upgrade != "websocket" || !plan.Request.WebSocket || (field(plan, "Sec-Websocket-Version") == "") != (row.rule == "CF-WS-02")) {
				t.Errorf("the origin gets %v", plan.Request.Header)
			}
			if !row.sent && (connection != "Keep-Alive" || upgrade != "" || plan.Request.WebSocket) {
				t.Errorf("the origin gets %v", plan.Request.Header)
			}
			switch {
			case row.rule == "" && len(plan.Findings) == 0:
			case len(plan.Findings) != 1 || plan.Findings[0].Rule != row.rule || plan.Findings[0].Verdict != map[bool]policy.Verdict{true: policy.Warn, false: policy.Fail}[row.rule == "CF-WS-03"] || plan.Findings[0].Inferred != (row.rule == "CF-WS-06"):
				t.Errorf("found %v, want %s", plan.Findings, row.rule)
			}
		})
	}
}

// TestWebSocketNotForwarded: if a WebSocket cannot be set up, the answer tells the viewer
// why (CF-WS-02).
func TestWebSocketNotForwarded(t *testing.T) {
	t.Parallel()
	site := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Upgrade") != "websocket" || r.Header.Get("Sec-Websocket-Key") != "" {
			t.Errorf("the origin got %v", r.Header)
		}
		http.Error(w, "no key", http.StatusBadRequest)
	}})
	site.edge.Distribution.DefaultBehavior.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("UserAgentRefererHeaders")
	r, _ := site.ask(t, upgradeRequest())
	if detail := r.Header.Get("X-Edgesim-Detail"); r.Status != 400 || !strings.Contains(detail, "Sec-WebSocket-Key") || !strings.HasPrefix(r.Header.Get("X-Edgesim-Detail"), "CF-WS-02 ") ||
		!strings.Contains(r.Header.Get("X-Edgesim-Hint"), "AllViewer") {
		t.Errorf("got %d %v", r.Status, r.Header)
	}
}

// field returns the values of a field of the planned request, joined.
func field(p edge.Plan, name string) string {
	var values []string
	for _, f := range p.Request.Header {
		if strings.EqualFold(f.Name, name) {
			values = append(values, f.Value)
		}
	}
	return strings.Join(values, ", ")
}

// TestWebSocketRefusedByOrigin: an answer other than 101 is an ordinary
// response, and a 101 that fits nothing is none.
func TestWebSocketRefusedByOrigin(t *testing.T) {
	t.Parallel()
	site := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/other":
			w.Header().Set("Upgrade", "h2c")
			w.Header().Set("Connection", "Upgrade")
			w.WriteHeader(101)
		case "/wrong":
			w.Header().Set("Upgrade", "websocket")
			w.Header().Set("Connection", "Upgrade")
			w.Header().Set("Sec-Websocket-Accept", "nonsense")
			w.WriteHeader(101)
		default:
			http.Error(w, "no sockets here", http.StatusUpgradeRequired)
		}
	}})
	v := upgradeRequest()
	r, body := site.ask(t, v)
	if r.Status != 426 || r.Upgrade != nil || body != "no sockets here\n" || r.Header.Get("Upgrade") != "" {
		t.Errorf("got %d %q %v", r.Status, body, r.Header)
	}
	v.URI = "/other"
	if r, _ := site.ask(t, v); r.Status != 502 || !strings.Contains(r.Header.Get("X-Edgesim-Cause"), "response-invalid") {
		t.Errorf("switching to another protocol: got %d %v", r.Status, r.Header)
	}
	v.URI = "/wrong"
	if r, _ := site.ask(t, v); r.Status != 101 {
		t.Errorf("a wrong accept: got %d %v", r.Status, r.Header)
	}
	page, _ := site.ring.List(t.Context(), recording.Filter{})
	got := page.Exchanges
	if f := got[0].Findings; len(f) != 1 || f[0].Rule != "CF-WS-01" || f[0].Verdict != policy.Warn {
		t.Errorf("a wrong accept: found %v", f)
	}
	if got[0].Tunnel.Ended != "" {
		t.Errorf("a tunnel that nobody used ended as %q", got[0].Tunnel.Ended)
	}
}

// TestWebSocketViewerProtocol: the viewer protocol policy applies to WebSockets (CF-WS-04).
func TestWebSocketViewerProtocol(t *testing.T) {
	t.Parallel()
	site := newSite(t, map[string]http.HandlerFunc{"app": nil})
	for _, row := range []struct {
		protocol distribution.ViewerProtocolPolicy
		status   int
	}{{distribution.ViewerHTTPSOnly, 403}, {distribution.ViewerRedirectToHTTPS, 301}, {distribution.ViewerAllowAll, 502}} {
		site.edge.Distribution.DefaultBehavior.ViewerProtocolPolicy = row.protocol
		if r, _ := site.ask(t, upgradeRequest()); r.Status != row.status {
			t.Errorf("CF-WS-04: %s answers ws:// with %d, want %d", row.protocol, r.Status, row.status)
		}
	}
}
