package edge_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/recording"
)

// site is an edge in front of real origins, by id, over plain HTTP.
type site struct {
	edge *edge.Edge
	ring *recording.Ring
}

// newSite starts an httptest server for each handler; a nil handler is an
// origin at whose port nothing listens.
func newSite(t *testing.T, origins map[string]http.HandlerFunc) *site {
	t.Helper()
	connect := map[string]string{}
	d := &distribution.Distribution{Enabled: true}
	for id, handler := range origins {
		o := origin()
		o.ID, o.DomainName, o.HTTPPort, o.ProtocolPolicy = id, id+".example", 80, distribution.OriginHTTPOnly
		o.ConnectionAttempts, o.ResponseTimeout = 1, time.Second
		d.Origins = append(d.Origins, o)
		connect[o.DomainName] = listen(t, handler)
	}
	d.DefaultBehavior = behaviorWith(t, "AllViewerExceptHostHeader")
	client := conntest.Watch(t, &originconn.Client{ConnectTo: connect})
	t.Cleanup(func() { client.Close() })
	ring := recording.NewRing(recording.RingConfig{})
	s := &site{ring: ring, edge: &edge.Edge{Distribution: d, Client: client, Recorder: ring}}
	t.Cleanup(func() {
		if n, _ := s.edge.TestOnlyUnderWay(); n != 0 {
			t.Errorf("the bodies of %d responses were not closed", n)
		}
	})
	return s
}

func listen(t *testing.T, handler http.HandlerFunc) string {
	t.Helper()
	if handler != nil {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		return server.Listener.Addr().String()
	}
	return conntest.ClosedPort(t)
}

// ask serves one request and reads the answer.
func (s *site) ask(t *testing.T, v edge.ViewerRequest) (*edge.Response, string) {
	t.Helper()
	v.RemoteAddr = "198.51.100.7:4711"
	if v.Method == "" {
		v.Method = "GET"
	}
	if v.Scheme == "" {
		v.Scheme = "http"
	}
	if v.URI == "" {
		v.URI = "/"
	}
	if v.Proto == "" {
		v.Proto = "HTTP/1.1"
	}
	if v.Host == "" {
		v.Host = "localhost"
	}
	r := s.edge.Serve(t.Context(), &v)
	body, err := io.ReadAll(r.Body)
	if err != nil {
		t.Errorf("body: %v", err)
	}
	r.Body.Close()
	return r, string(body)
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Origin", r.Host)
		w.WriteHeader(code)
		io.WriteString(w, "origin says "+strconv.Itoa(code))
	}
}

// TestRelay proves CF-ERR-08, CF-ERR-09, CF-ERR-32 and CF-RESP-20: the origin's answer is
// passed on, including errors and redirects.
func TestRelay(t *testing.T) {
	t.Parallel()
	for code, cache := range map[int]string{
		200: "Miss from cloudfront", 301: "Miss from cloudfront", 404: "Error from cloudfront",
		412: "Error from cloudfront", 502: "Error from cloudfront", 503: "Error from cloudfront",
	} {
		s := newSite(t, map[string]http.HandlerFunc{"app": status(code)})
		r, body := s.ask(t, edge.ViewerRequest{})
		if r.Status != code || body != "origin says "+strconv.Itoa(code) || r.Header.Get("X-Cache") != cache {
			t.Errorf("%d: got %d %q, X-Cache %q", code, r.Status, body, r.Header.Get("X-Cache"))
		}
		if r.Header.Get("Server") == "CloudFront" || r.Header.Get("X-Edgesim-Cause") != "" {
			t.Errorf("%d: the origin's answer is signed as the edge's: %v", code, r.Header)
		}
	}
}

// TestRefusals proves that the edge answers these itself, and that no origin is
// asked: CF-ERR-17, CF-ERR-18, CF-ERR-19, CF-ERR-22, CF-ERR-26, CF-ERR-27,
// CF-ERR-29, CF-ERR-30, CF-ERR-31, CF-ERR-34, CF-REQ-63, CF-REQ-65.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name     string
		tune     func(*distribution.Distribution)
		request  edge.ViewerRequest
		status   int
		cause    string
		location string
		closes   bool
	}{
		{"CF-ERR-18", aliases("www.example.com"), edge.ViewerRequest{Host: "other.example"}, 403, "CF-ERR-18 viewer-unknown-host", "", false},
		{"alias", aliases("www.example.com"), edge.ViewerRequest{Host: "WWW.example.com:8080"}, 200, "", "", false},
		{"cloudfront.net", aliases("www.example.com"), edge.ViewerRequest{Host: "d111.cloudfront.net"}, 200, "", "", false},
		{"CF-ERR-19 CF-REQ-65", methods("GET", "HEAD"), edge.ViewerRequest{Method: "POST"}, 403, "CF-ERR-19 viewer-method-not-allowed", "", false},
		{"CF-ERR-22 CF-REQ-63", nil, edge.ViewerRequest{Body: io.NopCloser(strings.NewReader("x")), ContentLength: 1}, 403, "CF-ERR-22 viewer-get-with-body", "", false},
		{"CF-ERR-17", protocol("https-only"), edge.ViewerRequest{}, 403, "CF-ERR-17 viewer-https-only", "", false},
		{"CF-ERR-29", protocol("redirect-to-https"), edge.ViewerRequest{Host: "h.example", URI: "/a?b"}, 301, "", "https://h.example/a?b", false},
		{"CF-ERR-30", protocol("redirect-to-https"), edge.ViewerRequest{Host: "h.example", Method: "POST"}, 307, "", "https://h.example/", false},
		{"CF-ERR-31", protocol("redirect-to-https"), edge.ViewerRequest{Method: "POST", Proto: "HTTP/1.0"}, 403, "CF-ERR-31 viewer-https-only", "", false},
		{"CF-ERR-26", nil, edge.ViewerRequest{URI: "/" + strings.Repeat("a", 8192)}, 414, "CF-ERR-26 viewer-url-too-long", "", true},
		{"CF-ERR-27", nil, edge.ViewerRequest{HeaderBytes: 32769}, 494, "CF-ERR-27 viewer-headers-too-big", "", true},
		{"CF-PATH-06", func(d *distribution.Distribution) { d.DefaultRootObject = "my page.html" }, edge.ViewerRequest{}, 400, "CF-PATH-06 viewer-bad-request", "", true},
		{"CF-PATH-06 below the root", func(d *distribution.Distribution) { d.DefaultRootObject = "my page.html" }, edge.ViewerRequest{URI: "/x"}, 200, "", "", false},
		{"CF-ERR-37", methods("GET", "HEAD"), edge.ViewerRequest{Method: "POST", Close: true}, 403, "CF-ERR-19 viewer-method-not-allowed", "", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			s := newSite(t, map[string]http.HandlerFunc{"app": func(http.ResponseWriter, *http.Request) { asked.Add(1) }})
			if row.tune != nil {
				row.tune(s.edge.Distribution)
			}
			r, _ := s.ask(t, row.request)
			if r.Status != row.status || r.Header.Get("X-Edgesim-Cause") != row.cause || r.Header.Get("Location") != row.location {
				t.Errorf("got %d, %q, Location %q", r.Status, r.Header.Get("X-Edgesim-Cause"), r.Header.Get("Location"))
			}
			if row.status == 200 {
				return
			}
			if asked.Load() != 0 {
				t.Error("the origin was asked")
			}
			if r.Close != row.closes || (r.Header.Get("Connection") == "close") != row.closes {
				t.Errorf("closes %t, Connection %q; want %t", r.Close, r.Header.Get("Connection"), row.closes)
			}
			if r.Header.Get("Server") != "CloudFront" || r.Header.Get("Content-Type") != "text/html" {
				t.Errorf("header %v", r.Header)
			}
			if x, err := s.ring.Get(t.Context(), r.Header.Get("X-Amz-Cf-Id")); err != nil || len(x.Attempts) != 0 {
				t.Errorf("recorded with attempts, %v", err)
			}
		})
	}
}

func aliases(names ...string) func(*distribution.Distribution) {
	return func(d *distribution.Distribution) { d.Aliases = names }
}

func methods(names ...string) func(*distribution.Distribution) {
	return func(d *distribution.Distribution) { d.DefaultBehavior.AllowedMethods = names }
}

func protocol(p distribution.ViewerProtocolPolicy) func(*distribution.Distribution) {
	return func(d *distribution.Distribution) { d.DefaultBehavior.ViewerProtocolPolicy = p }
}

// TestFaithful: in this mode the answer cannot be distinguished from CloudFront's.
func TestFaithful(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": nil})
	s.edge.Faithful = true
	r, _ := s.ask(t, edge.ViewerRequest{})
	for name := range r.Header {
		if strings.HasPrefix(name, "X-Edgesim") {
			t.Errorf("%s is in a faithful answer", name)
		}
	}
	if r.Status != 502 {
		t.Errorf("status %d", r.Status)
	}
}

// TestFailover proves CF-FAILOVER-01 and CF-FAILOVER-03 to CF-FAILOVER-10,
// CF-FAILOVER-13 and CF-CONN-14 for what this version does.
func TestFailover(t *testing.T) {
	t.Parallel()
	silent := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	for _, row := range []struct {
		name      string
		primary   http.HandlerFunc
		secondary http.HandlerFunc
		codes     []int
		method    string
		want      int
		attempts  int
	}{
		{"CF-FAILOVER-03", status(500), status(200), []int{500}, "GET", 200, 2},
		{"CF-FAILOVER-04", status(404), status(200), []int{500}, "GET", 404, 1},
		{"CF-FAILOVER-05 CF-CONN-14", nil, status(200), []int{503}, "GET", 200, 2},
		{"CF-FAILOVER-05 503 is not listed", nil, status(200), []int{502, 504}, "GET", 502, 1},
		{"CF-FAILOVER-06", silent, status(200), []int{504}, "GET", 200, 2},
		{"CF-FAILOVER-07", status(500), status(200), []int{500}, "POST", 500, 1},
		{"CF-FAILOVER-08", status(500), status(200), []int{500}, "OPTIONS", 500, 1},
		{"CF-FAILOVER-10", status(500), status(503), []int{500}, "GET", 503, 2},
		{"CF-FAILOVER-13", status(302), status(200), []int{500}, "GET", 302, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]http.HandlerFunc{"a": row.primary, "b": row.secondary})
			d := s.edge.Distribution
			d.OriginGroups = []distribution.OriginGroup{{ID: "group", Members: []string{"a", "b"}, StatusCodes: row.codes}}
			d.DefaultBehavior.TargetOriginID = "group"
			for range 2 { // CF-FAILOVER-09: the primary is asked first again
				r, _ := s.ask(t, edge.ViewerRequest{Method: row.method})
				x, _ := s.ring.Get(t.Context(), r.Header.Get("X-Amz-Cf-Id"))
				if r.Status != row.want || len(x.Attempts) != row.attempts {
					t.Errorf("got %d after %d attempts, want %d after %d", r.Status, len(x.Attempts), row.want, row.attempts)
				}
			}
		})
	}
}

// TestRecordedBody: the beginning of a body is recorded, and marked as cut.
func TestRecordedBody(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		limit     int
		body      string
		truncated bool
	}{{0, "", false}, {6, "origin", true}, {15, "origin says 200", false}, {100, "origin says 200", false}} {
		s := newSite(t, map[string]http.HandlerFunc{"app": status(200)})
		s.edge.BodyLimit = row.limit
		r, _ := s.ask(t, edge.ViewerRequest{})
		x, _ := s.ring.Get(t.Context(), r.Header.Get("X-Amz-Cf-Id"))
		if string(x.Response.Body) != row.body || x.Response.Truncated != row.truncated || x.Response.BodyBytes != 15 {
			t.Errorf("limit %d: got %q, truncated %t, %d bytes", row.limit, x.Response.Body, x.Response.Truncated, x.Response.BodyBytes)
		}
	}
}

// TestContradictingRange proves CF-RESP-25: a part whose length contradicts its range is a
// 502.
func TestContradictingRange(t *testing.T) {
	t.Parallel()
	for announced, want := range map[string]int{"bytes 0-4/10": 206, "bytes 0-9/10": 502} {
		s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Range", announced)
			w.Header().Set("Content-Length", "5")
			w.WriteHeader(206)
			io.WriteString(w, "01234")
		}})
		r, _ := s.ask(t, edge.ViewerRequest{Header: http.Header{"Range": {"bytes=0-4"}}})
		if r.Status != want || want == 502 && r.Header.Get("X-Edgesim-Cause") != "CF-RESP-25 response-invalid" {
			t.Errorf("%s: got %d, %q", announced, r.Status, r.Header.Get("X-Edgesim-Cause"))
		}
	}
}

// TestStaleConnection proves CF-CONN-20: a kept connection that the origin has
// closed meanwhile is not used, and is recorded with the time it was idle.
func TestStaleConnection(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{}, 1)
	server := httptest.NewUnstartedServer(status(200))
	server.Config.IdleTimeout = 20 * time.Millisecond
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			select {
			case closed <- struct{}{}:
			default:
			}
		}
	}
	server.Start()
	defer server.Close()
	s := newSite(t, map[string]http.HandlerFunc{"app": status(500)})
	s.edge.Client.ConnectTo["app.example"] = server.Listener.Addr().String()
	s.ask(t, edge.ViewerRequest{})
	<-closed
	r, _ := s.ask(t, edge.ViewerRequest{})
	x := s.recorded(t, r)
	if r.Status != 200 || len(x.Attempts) != 1 || x.Attempts[0].Reused || x.Attempts[0].StaleIdle < 10*time.Millisecond {
		t.Errorf("got %d, %+v", r.Status, x.Attempts[0])
	}
	if seen := finding(x, "CF-CONN-20"); !contains(seen, "ms without use; the edge keeps it for 5s") {
		t.Errorf("finding %q in %v", seen, x.Findings)
	}
}
