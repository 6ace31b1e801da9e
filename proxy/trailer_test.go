package proxy_test

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/proxy"
)

// cannedOrigin answers every request with the same bytes and keeps the bytes of
// each request as they came, with the number of its connection.
type cannedOrigin struct {
	answer string

	mu       sync.Mutex
	requests []string
	conns    []int
}

// listen starts it. A request ends where its framing says so: with the head,
// after Content-Length, or with the last chunk and what follows it.
func (o *cannedOrigin) listen(t *testing.T) string {
	t.Helper()
	ln := listen(t)
	t.Cleanup(func() { ln.Close() })
	go func() {
		for n := 1; ; n++ {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go o.serve(conn, n)
		}
	}()
	return ln.Addr().String()
}

func (o *cannedOrigin) serve(conn net.Conn, n int) {
	defer conn.Close()
	var seen bytes.Buffer
	br := bufio.NewReader(io.TeeReader(conn, &seen))
	for {
		r, err := http.ReadRequest(br)
		if err != nil {
			return
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return
		}
		o.mu.Lock()
		o.requests = append(o.requests, seen.String())
		o.conns = append(o.conns, n)
		o.mu.Unlock()
		seen.Reset()
		if _, err := io.WriteString(conn, o.answer); err != nil {
			return
		}
	}
}

// before starts a server in front of a raw origin.
func (o *cannedOrigin) before(t *testing.T) *running {
	t.Helper()
	b := distribution.NewCacheBehavior("app")
	b.PathPattern, b.ViewerProtocolPolicy, b.AllowedMethods = "*", distribution.ViewerAllowAll, distribution.AllMethods()
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewer")
	client := conntest.Watch(t, &originconn.Client{ConnectTo: map[string]string{"app.example": o.listen(t)}})
	t.Cleanup(func() { client.Close() })
	e := &edge.Edge{Client: client, Distribution: &distribution.Distribution{
		Enabled: true, DefaultBehavior: b, Origins: []distribution.Origin{{
			ID: "app", DomainName: "app.example", ProtocolPolicy: distribution.OriginHTTPOnly, HTTPPort: 80,
			ConnectionAttempts: 1, ConnectionTimeout: 5 * time.Second, ResponseTimeout: 20 * time.Second, KeepaliveTimeout: 60 * time.Second,
		}},
	}}
	return start(t, proxy.Config{Serve: e.Serve})
}

// seen returns the requests as they came, and their connections.
func (o *cannedOrigin) seen() ([]string, []int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.requests, o.conns
}

// TestTrailersEndHere: the trailer of an origin's chunked response reaches no
// viewer, and neither does the field that announces it (CF-RESP-03, CF-RESP-05);
// the body is whole and the connection serves the next request.
func TestTrailersEndHere(t *testing.T) {
	t.Parallel()
	for _, road := range []string{"plain", "tls, http/1.1", "tls, h2"} {
		t.Run(road, func(t *testing.T) {
			t.Parallel()
			o := &cannedOrigin{answer: "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1234\r\nX-Unannounced: yes\r\n\r\n"}
			s := o.before(t)
			c, url := clients[road](t, s)
			for range 2 {
				resp, err := c.Get(url)
				must(t, err)
				body, err := io.ReadAll(resp.Body)
				resp.Body.Close()
				if string(body) != "hello" || err != nil {
					t.Errorf("got %q, %v", body, err)
				}
				if len(resp.Trailer) > 0 || resp.Header.Get("X-Sum")+resp.Header.Get("Trailer")+resp.Header.Get("X-Unannounced") != "" {
					t.Errorf("CF-RESP-03: trailer %v, header %v", resp.Trailer, resp.Header)
				}
			}
			if _, conns := o.seen(); len(conns) != 2 || conns[1] != 1 {
				t.Errorf("the requests came on connections %v", conns)
			}
		})
	}
}

// TestRequestTrailers: a viewer's trailer ends at the edge, whatever the policy forwards
// (CF-REQ-48); the body continues in chunks and ends without one.
func TestRequestTrailers(t *testing.T) {
	t.Parallel()
	for _, road := range []string{"plain", "tls, http/1.1", "tls, h2"} {
		t.Run(road, func(t *testing.T) {
			t.Parallel()
			o := &cannedOrigin{answer: "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}
			s := o.before(t)
			c, url := clients[road](t, s)
			r, err := http.NewRequest("POST", url, io.NopCloser(strings.NewReader("hello")))
			must(t, err)
			r.ContentLength, r.Trailer = -1, http.Header{"X-Sum": {"1234"}}
			resp, err := c.Do(r)
			must(t, err)
			resp.Body.Close()
			seen, _ := o.seen()
			if len(seen) != 1 || resp.StatusCode != 200 {
				t.Fatalf("got %s; the origin saw %q", resp.Status, seen)
			}
			head, body, _ := strings.Cut(seen[0], "\r\n\r\n")
			if body != "5\r\nhello\r\n0\r\n\r\n" || strings.Contains(strings.ToLower(head), "\r\ntrailer:") || strings.Contains(strings.ToLower(seen[0]), "x-sum") {
				t.Errorf("CF-REQ-48: the origin saw %q", seen[0])
			}
		})
	}
}

// TestInterimResponses: what an origin says before its response reaches no
// viewer; one 100 Continue is allowed (CF-RESP-01).
func TestInterimResponses(t *testing.T) {
	t.Parallel()
	const final = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
	const interim, hints = "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 103 Early Hints\r\nLink: </x.css>; rel=preload\r\n\r\n"
	for _, row := range []struct{ name, answer, want string }{
		{"CF-RESP-01 one", interim + final, "HTTP/1.1 200 OK"},
		{"CF-RESP-01 two", interim + interim + final, "HTTP/1.1 502 Bad Gateway"},
		{"early hints", hints + hints + interim + final, "HTTP/1.1 200 OK"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := (&cannedOrigin{answer: row.answer}).before(t)
			c := dial(t, s.http)
			got := readAll(t, send(t, c, "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n"))
			if first, _, _ := strings.Cut(got, "\r\n"); first != row.want || strings.Contains(got, "\nHTTP/1.1 ") || strings.Contains(got, "preload") {
				t.Errorf("the viewer gets %q", got)
			}
		})
	}
}

// TestContinue: a viewer that asks for a 100 Continue gets one from the edge
// when its body is wanted, and the origin's own is not passed on (CF-RESP-01).
func TestContinue(t *testing.T) {
	t.Parallel()
	o := &cannedOrigin{answer: "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"}
	s := o.before(t)
	c := dial(t, s.http)
	r := send(t, c, "POST / HTTP/1.1\r\nHost: a.example\r\nContent-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n")
	line, err := r.ReadString('\n')
	must(t, err)
	if line != "HTTP/1.1 100 Continue\r\n" {
		t.Fatalf("the viewer gets %q before it has sent its body", line)
	}
	_, err = io.WriteString(c, "hello")
	must(t, err)
	if rest := readAll(t, r); strings.Count(rest, "HTTP/1.1 ") != 1 || !strings.HasSuffix(rest, "\r\n\r\nok") {
		t.Errorf("then %q", rest)
	}
	if seen, _ := o.seen(); len(seen) != 1 || !strings.HasSuffix(seen[0], "\r\n\r\nhello") {
		t.Errorf("the origin saw %q", seen)
	}
}
