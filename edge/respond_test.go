package edge_test

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// TestRangesAreRelayed proves what needs no cache of CF-RANGE-02 and
// CF-RANGE-03: an origin that does not answer with a part answers with the
// whole, and the viewer gets that, also compressed.
func TestRangesAreRelayed(t *testing.T) {
	t.Parallel()
	body := text(5000)
	for _, row := range []struct {
		name    string
		chunked bool
		honors  bool
		ask     string
		status  int
		bytes   int
	}{
		{"CF-RANGE-01", false, true, "bytes=0-99", 206, 100},
		{"CF-RANGE-02", false, false, "bytes=0-99", 200, 5000},
		{"CF-RANGE-03", true, false, "bytes=0-99", 200, 5000},
		{"CF-RANGE-04", false, true, "bytes=100-199,0-99", 200, 5000},
	} {
		s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			if row.honors && r.Header.Get("Range") != "" {
				w.Header().Set("Content-Range", "bytes 0-99/5000")
				w.WriteHeader(http.StatusPartialContent)
				io.WriteString(w, body[:100])
				return
			}
			if row.chunked {
				w.(http.Flusher).Flush()
			}
			io.WriteString(w, body)
		}})
		r, got := s.ask(t, edge.ViewerRequest{Header: http.Header{"Range": {row.ask}}})
		if r.Status != row.status || len(got) != row.bytes {
			t.Errorf("%s: got %d with %d bytes, want %d with %d", row.name, r.Status, len(got), row.status, row.bytes)
		}
	}
}

// TestHugeObject proves CF-RESP-29: an object over 50 GB is passed through,
// as nothing is cached.
func TestHugeObject(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", strconv.FormatInt(60<<30, 10))
		io.WriteString(w, strings.Repeat("x", 1<<16))
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}})
	r := s.edge.Serve(t.Context(), &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", URI: "/", Proto: "HTTP/1.1", RemoteAddr: "192.0.2.1:1"})
	defer r.Body.Close()
	if _, err := io.ReadFull(r.Body, make([]byte, 1<<16)); err != nil || r.Status != 200 || r.ContentLength != 60<<30 {
		t.Errorf("got %d, length %d, %v", r.Status, r.ContentLength, err)
	}
}

// TestResponseHeadersPolicy proves CF-ERR-36 and CF-REQ-71 at the edge: the
// policy's fields are on origins' answers and on pages of the edge itself, and
// not on one that no behavior was found for.
func TestResponseHeadersPolicy(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server-Timing", "db;dur=3")
		w.Header().Set("X-Powered-By", "PHP")
	}})
	b := &s.edge.Distribution.DefaultBehavior
	b.AllowedMethods = []string{"GET", "HEAD"}
	b.ResponseHeadersPolicy = &distribution.ResponseHeadersPolicy{
		ServerTiming: true, Remove: []string{"X-Powered-By", "Server"},
		Headers: []distribution.ResponseHeader{{Header: distribution.Header{Name: "X-Frame-Options", Value: "DENY"}}},
	}
	asks := http.Header{"Pragma": {"server-timing"}}
	for _, row := range []struct {
		name    string
		request edge.ViewerRequest
		status  int
		frame   string
		timing  []string // what the value begins and ends with
	}{
		{"origin", edge.ViewerRequest{Header: asks}, 200, "DENY", []string{`cdn-upstream-layer;desc="EDGE",cdn-upstream-dns;dur=`, ",db;dur=3"}},
		{"not asked for", edge.ViewerRequest{}, 200, "DENY", []string{"db;dur=3", "db;dur=3"}},
		{"CF-ERR-36", edge.ViewerRequest{Method: "POST", Header: asks}, 403, "DENY", []string{`cdn-cache-miss,cdn-pop;desc="SIM50-P1",cdn-rid;desc="`, ""}},
		{"no behavior", edge.ViewerRequest{URI: "/" + strings.Repeat("a", policy.URLLimit)}, 414, "", nil},
	} {
		r, _ := s.ask(t, row.request)
		timing := r.Header.Get("Server-Timing")
		if r.Status != row.status || r.Header.Get("X-Frame-Options") != row.frame || r.Header.Get("X-Powered-By") != "" ||
			len(r.Header["Server-Timing"]) > 1 || r.Header.Get("Server") != "CloudFront" && row.frame != "" {
			t.Errorf("%s: got %d, %v", row.name, r.Status, r.Header)
		}
		if row.timing == nil && timing != "" || row.timing != nil && (!strings.HasPrefix(timing, row.timing[0]) || !strings.HasSuffix(timing, row.timing[1])) {
			t.Errorf("%s: Server-Timing: %s", row.name, timing)
		}
	}
}

// TestBytesPassAsReceived proves the part of CF-REQ-72 that needs no edge function: fields
// that are not UTF-8 reach origin and viewer unchanged.
func TestBytesPassAsReceived(t *testing.T) {
	t.Parallel()
	const latin1 = "caf\xe9"
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Seen", r.Header.Get("X-Name"))
	}})
	r, _ := s.ask(t, edge.ViewerRequest{Header: http.Header{"X-Name": {latin1}}})
	if got := r.Header.Get("X-Seen"); got != latin1 {
		t.Errorf("got %q, want %q", got, latin1)
	}
}

// TestViewerFactsReachTheOrigin proves that the plan has the values of the edge's fields:
// CF-HDR-08, CF-HDR-14.
func TestViewerFactsReachTheOrigin(t *testing.T) {
	t.Parallel()
	seen := make(chan http.Header, 1)
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) { seen <- r.Header }})
	s.edge.Distribution.DefaultBehavior = behaviorWith(t, "AllViewerAndCloudFrontHeaders-2022-06")
	s.edge.Geography = map[string]string{"CloudFront-Viewer-Country": "DE"}
	s.ask(t, edge.ViewerRequest{Scheme: "https"})
	h := <-seen
	for name, want := range map[string]string{
		"CloudFront-Viewer-Country": "DE", "CloudFront-Forwarded-Proto": "https", "CloudFront-Viewer-Address": "198.51.100.7:4711", "CloudFront-Viewer-Http-Version": "1.1",
	} {
		if got := h.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

// TestServerTimingOfReuse proves CF-CONN-25: over a kept-alive connection the
// time to connect is 0.
func TestServerTimingOfReuse(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": status(200)})
	s.edge.Distribution.DefaultBehavior.ResponseHeadersPolicy = &distribution.ResponseHeadersPolicy{ServerTimingRate: 100}
	s.ask(t, edge.ViewerRequest{})
	r, _ := s.ask(t, edge.ViewerRequest{})
	x, _ := s.ring.Get(t.Context(), r.Header.Get("X-Amz-Cf-Id"))
	if got := r.Header.Get("Server-Timing"); !x.Attempts[0].Reused || !strings.Contains(got, "cdn-upstream-connect;dur=0,") {
		t.Errorf("reused %t, Server-Timing %q", x.Attempts[0].Reused, got)
	}
}
