package proxy_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/proxy"
	"github.com/edgesim/edgesim/recording"
)

// seamEdge is an edge whose origins answer 200 without a network: the default
// one and that of /private/*.
func seamEdge(record recording.Recorder) *edge.Edge {
	behavior := func(origin, pattern string) distribution.CacheBehavior {
		b := distribution.NewCacheBehavior(origin)
		b.PathPattern, b.ViewerProtocolPolicy, b.AllowedMethods = pattern, distribution.ViewerAllowAll, distribution.AllMethods()
		b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
		b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewer")
		return b
	}
	origin := func(id string) distribution.Origin {
		return distribution.Origin{
			ID: id, DomainName: id + ".example", ProtocolPolicy: distribution.OriginHTTPOnly, HTTPPort: 80, ConnectionAttempts: 1,
			ConnectionTimeout: time.Second, ResponseTimeout: time.Second,
		}
	}
	client := &originconn.Client{Answer: func(_ context.Context, _ *originconn.Target, r *originconn.Request) *originconn.Result {
		if r.Body != nil {
			r.Body.Close()
		}
		return &originconn.Result{Replayed: "seam", Response: &originconn.Response{
			Status: 200, Proto: "HTTP/1.1", Header: http.Header{}, Body: io.NopCloser(strings.NewReader("")),
		}}
	}}
	return &edge.Edge{Client: client, Recorder: record, Distribution: &distribution.Distribution{
		Enabled: true, DefaultBehavior: behavior("default", "*"), Behaviors: []distribution.CacheBehavior{behavior("private", "/private/*")},
		Origins: []distribution.Origin{origin("default"), origin("private")},
	}}
}

// exchanges passes on what is recorded.
type exchanges chan *recording.Exchange

func (x exchanges) Record(e *recording.Exchange) { kept := *e; x <- &kept }

// seen is what one request became.
type seen struct {
	status           int
	cause            policy.CauseName
	behavior, origin string
	uri              string
}

func (x exchanges) next(t testing.TB, status int) seen {
	t.Helper()
	select {
	case e := <-x:
		if e.Response.Status != status {
			t.Errorf("the viewer got %d, the record has %d", status, e.Response.Status)
		}
		s := seen{status: status, behavior: e.Behavior, origin: e.Origin}
		if e.Cause != nil {
			s.cause = e.Cause.Name
		} else {
			s.uri = e.Viewer.URI
		}
		return s
	case <-time.After(10 * time.Second):
		t.Error("no record")
		return seen{}
	}
}

// rawHTTP1 sends a raw head and returns the status of the answer.
func rawHTTP1(t testing.TB, c net.Conn, raw, method string) int {
	t.Helper()
	resp, err := http.ReadResponse(send(t, c, raw), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%q: no answer: %v", raw, err)
	}
	resp.Body.Close()
	c.Close()
	return resp.StatusCode
}

// rawHTTP2 sends these fields as they are, and returns the status; 400 if the
// stream was reset as that of a malformed request (RFC 9113 section 8.1.1).
func rawHTTP2(t testing.TB, address string, fields ...string) int {
	t.Helper()
	c := tls.Client(dial(t, address), &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"h2"}})
	defer c.Close()
	if _, err := io.WriteString(c, http2.ClientPreface); err != nil {
		t.Fatal(err)
	}
	framer := http2.NewFramer(c, c)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	must(t, framer.WriteSettings())
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for i := 0; i < len(fields); i += 2 {
		must(t, encoder.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}))
	}
	must(t, framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndStream: true, EndHeaders: true}))
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			t.Fatalf("%q: %v", fields, err)
		}
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			status := 0
			_, _ = fmt.Sscan(f.PseudoValue("status"), &status)
			return status
		case *http2.RSTStreamFrame:
			if f.ErrCode != http2.ErrCodeProtocol {
				t.Errorf("%q: the stream was reset with %v", fields, f.ErrCode)
			}
			return 400
		}
	}
}

// TestOneWay: the same request gets the same answer and the same record, over
// HTTP/1.1 on either listener and over HTTP/2, however odd its target and its
// host are.
func TestOneWay(t *testing.T) {
	t.Parallel()
	record := make(exchanges, 8)
	s := start(t, proxy.Config{Serve: seamEdge(record).Serve})
	const bad = policy.CauseViewerBadRequest
	for _, tt := range []struct {
		method, target string
		hosts          []string
		want           seen
	}{
		{"GET", "/private/x", []string{"a.example"}, seen{200, "", "/private/*", "private", "/private/x"}},
		{"GET", "https://a.example/private/x", []string{"a.example"}, seen{200, "", "/private/*", "private", "/private/x"}},
		{"GET", "HTTPS://a.example?q", []string{"a.example"}, seen{200, "", "*", "default", "/?q"}},
		{"GET", "https://u:p@a.example/private/x", []string{"a.example"}, seen{200, "", "/private/*", "private", "/private/x"}},
		{"GET", "/private/x#f", []string{"a.example"}, seen{200, "", "/private/*", "private", "/private/x#f"}},
		{"OPTIONS", "*", []string{"a.example"}, seen{200, "", "*", "default", "*"}},
		{"OPTIONS", "https://a.example", []string{"a.example"}, seen{200, "", "*", "default", "*"}},
		{"GET", "*", []string{"a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "a.example:443", []string{"a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "x://y", []string{"a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "x://y", nil, seen{400, bad, "", "", ""}},
		{"GET", "h://", []string{"a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "ftp://a.example/x", []string{"a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "https:///x", []string{"a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "https://a b/x", []string{"a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "//a.example/private/x", []string{"a.example"}, seen{200, "", "*", "default", "//a.example/private/x"}},
		{"GET", "/x y", []string{"a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "/", []string{"a.example", "a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "/", []string{"a.example", "b.example"}, seen{400, bad, "", "", ""}},
		{"GET", "/", nil, seen{400, bad, "", "", ""}},
		{"GET", "/", []string{"a@b.example"}, seen{400, bad, "", "", ""}},
		{"GET", "/%zz", []string{"a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "private/x", []string{"a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "", []string{"a.example"}, seen{400, bad, "", "", ""}},
		{"GET", "/", []string{"a.example:http"}, seen{400, bad, "", "", ""}},
		{"GET", "/", []string{"a.example/private"}, seen{400, bad, "", "", ""}},
	} {
		raw := tt.method + " " + tt.target + " HTTP/1.1\r\n"
		fields := []string{":method", tt.method, ":scheme", "https", ":path", tt.target}
		for _, host := range tt.hosts {
			raw += "Host: " + host + "\r\n"
			fields = append(fields, "host", host)
		}
		raw += "\r\n"
		secure := tls.Client(dial(t, s.https), &tls.Config{InsecureSkipVerify: true})
		for way, ask := range map[string]func() int{
			"HTTP/1.1":      func() int { return rawHTTP1(t, dial(t, s.http), raw, tt.method) },
			"HTTP/1.1, TLS": func() int { return rawHTTP1(t, secure, raw, tt.method) },
			"HTTP/2":        func() int { return rawHTTP2(t, s.https, fields...) },
		} {
			if got := record.next(t, ask()); got != tt.want {
				t.Errorf("%s: %s %s of %q: got %+v, want %+v", way, tt.method, tt.target, tt.hosts, got, tt.want)
			}
		}
	}
}

// TestAuthorityAndHost: over HTTP/2 a Host field that says otherwise than
// :authority is refused, and the same one is not sent on twice.
func TestAuthorityAndHost(t *testing.T) {
	t.Parallel()
	record := make(exchanges, 8)
	s := start(t, proxy.Config{Serve: seamEdge(record).Serve})
	base := []string{":method", "GET", ":scheme", "https", ":path", "/", ":authority", "a.example"}
	if got := record.next(t, rawHTTP2(t, s.https, append(base, "host", "b.example")...)); got.cause != policy.CauseViewerBadRequest {
		t.Errorf("another Host: got %+v", got)
	}
	plain := []string{":method", "GET", ":scheme", "http", ":path", "/", ":authority", "a.example"}
	status := rawHTTP2(t, s.https, plain...)
	if e := <-record; status != 200 || e.Viewer.Scheme != "https" || e.Viewer.TLSVersion == 0 {
		t.Errorf(":scheme http over TLS: got %d, %+v", status, e.Viewer)
	}
	status = rawHTTP2(t, s.https, append(base, "host", "A.example")...)
	e := <-record
	if status != 200 || e.Viewer.Host != "a.example" || e.Viewer.Header["Host"] != nil || len(e.Sent.Header) == 0 {
		t.Errorf("the same Host: got %d, %+v", status, e.Viewer)
	}
	hosts := 0
	for _, f := range e.Sent.Header {
		if strings.EqualFold(f.Name, "Host") {
			hosts++
		}
	}
	if hosts != 1 {
		t.Errorf("%d Host fields were sent to the origin", hosts)
	}
}

// FuzzSeam tests the path from bytes through the viewer request to the edge: for every
// head, there is no panic, an answer and a record, and HTTP/2 answers as HTTP/1.1 does.
func FuzzSeam(f *testing.F) {
	for _, seed := range [][3]string{
		{"GET", "x://y", ""}, {"GET", "x://y", "a"}, {"GET", "*", "a"}, {"OPTIONS", "*", "a"}, {"GET", "https://a/private/x?y#z", "a"},
		{"GET", "a:1", "a"}, {"POST", "/", "u@a"}, {"G T", "/", "a"}, {"GET", "https://u@[::1]:1", "[::1]"}, {"GET", "//x", "a:"}, {"GET", "http://%41/", "a"},
		{"CONNECT", "a:1", "a:1"}, {"GET", "/%2e%2e/private/", "a.example."},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	record := make(exchanges, 8)
	e := seamEdge(record)
	s := start(f, proxy.Config{Serve: e.Serve, ReadHeaderTimeout: 5 * time.Second, IdleTimeout: 5 * time.Second})
	f.Fuzz(func(t *testing.T, method, target, host string) {
		if strings.ContainsAny(method+target+host, "\r\n") || len(method+target+host) > 4096 || method == "" ||
			method == http.MethodConnect && strings.Contains(target, ":") { // a tunnel, and tunnels are served elsewhere
			return
		}
		raw := method + " " + target + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n"
		first := rawHTTP1(t, dial(t, s.http), raw, method)
		got := record.next(t, first)
		h, err := http.NewRequest("GET", "https://a/", nil)
		must(t, err)
		h.Method, h.RequestURI, h.Host, h.Proto, h.Header = method, target, strings.Trim(host, " \t"), "HTTP/2.0", http.Header{"Connection": {"close"}}
		h.TLS = &tls.ConnectionState{}
		v := s.ViewerRequestHTTP2ForTest(h)
		resp := e.Serve(t.Context(), v)
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if second := record.next(t, resp.Status); second != got {
			t.Errorf("%q: HTTP/1.1 got %+v, HTTP/2 %+v", raw, got, second)
		}
	})
}
