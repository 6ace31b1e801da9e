package proxy_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/proxy"
	"github.com/edgesim/edgesim/recording"
)

// socketOrigin agrees to a WebSocket and then answers what it is sent in
// capital letters, to the end of what the edge sends. It says "bye" then.
func socketOrigin(t *testing.T) string {
	t.Helper()
	ln := listen(t)
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				br := bufio.NewReader(conn)
				r, err := http.ReadRequest(br)
				if err != nil {
					return
				}
				if r.Header.Get("Upgrade") != "websocket" {
					io.WriteString(conn, "HTTP/1.1 426 Upgrade Required\r\nContent-Length: 2\r\n\r\nno")
					return
				}
				// The first bytes come together with the head.
				io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nX-Origin: yes\r\n\r\nwelcome ")
				buf := make([]byte, 1024)
				for {
					n, err := br.Read(buf)
					io.WriteString(conn, strings.ToUpper(string(buf[:n])))
					if err != nil {
						io.WriteString(conn, " bye")
						return
					}
				}
			}()
		}
	}()
	return ln.Addr().String()
}

// sockets starts a server in front of an origin with WebSockets.
func sockets(t *testing.T) (*running, *recording.Ring) {
	t.Helper()
	b := distribution.NewCacheBehavior("app")
	b.PathPattern, b.ViewerProtocolPolicy, b.AllowedMethods = "*", distribution.ViewerAllowAll, distribution.AllMethods()
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewerExceptHostHeader")
	client := conntest.Watch(t, &originconn.Client{ConnectTo: map[string]string{"app.example": socketOrigin(t)}})
	t.Cleanup(func() { client.Close() })
	ring := recording.NewRing(recording.RingConfig{})
	e := &edge.Edge{Client: client, Recorder: ring, Distribution: &distribution.Distribution{
		Enabled: true, DefaultBehavior: b, Origins: []distribution.Origin{{
			ID: "app", DomainName: "app.example", ProtocolPolicy: distribution.OriginHTTPOnly, HTTPPort: 80,
			ConnectionAttempts: 1, ConnectionTimeout: 5 * time.Second, ResponseTimeout: 20 * time.Second, KeepaliveTimeout: 5 * time.Second,
		}},
	}}
	return start(t, proxy.Config{Serve: e.Serve}), ring
}

// recorded returns what a ring holds, the last one first.
func recorded(t *testing.T, ring *recording.Ring) []*recording.Exchange {
	t.Helper()
	page, err := ring.List(context.WithoutCancel(t.Context()), recording.Filter{})
	must(t, err)
	return page.Exchanges
}

const upgradeFields = "Host: a.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
	"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"

// through opens a CONNECT tunnel.
func through(t *testing.T, s *running) net.Conn {
	t.Helper()
	c := dial(t, s.http)
	fmt.Fprint(c, "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n")
	head := make([]byte, len("HTTP/1.1 200 Connection established\r\n\r\n"))
	if _, err := io.ReadFull(c, head); err != nil {
		t.Fatal(err)
	}
	return c
}

// secured speaks TLS over a connection, as viewers of wss:// do.
func secured(t *testing.T, s *running, c net.Conn) net.Conn {
	t.Helper()
	conn := tls.Client(c, &tls.Config{RootCAs: s.CA().Pool(), ServerName: "a.example", NextProtos: []string{"http/1.1"}})
	must(t, conn.Handshake())
	return conn
}

// TestUpgradeRoads: a WebSocket in every way that a viewer can connect over HTTP/1.1, with
// half-closes in both directions (CF-WS-01, CF-WS-03, CF-REQ-52).
func TestUpgradeRoads(t *testing.T) {
	t.Parallel()
	for _, road := range []struct {
		name, line, protocol, form string
		open                       func(*testing.T, *running) net.Conn
	}{
		{"plain", "GET /chat HTTP/1.1\r\n", "ws", "origin", func(t *testing.T, s *running) net.Conn { return dial(t, s.http) }},
		{"absolute", "GET http://a.example/chat HTTP/1.1\r\n", "ws", "absolute", func(t *testing.T, s *running) net.Conn { return dial(t, s.http) }},
		{"tls", "GET /chat HTTP/1.1\r\n", "wss", "origin", func(t *testing.T, s *running) net.Conn { return secured(t, s, dial(t, s.https)) }},
		{"connect", "GET /chat HTTP/1.1\r\n", "ws", "connect", through},
		{"connect, tls", "GET /chat HTTP/1.1\r\n", "wss", "connect", func(t *testing.T, s *running) net.Conn { return secured(t, s, through(t, s)) }},
	} {
		t.Run(road.name, func(t *testing.T) {
			t.Parallel()
			s, ring := sockets(t)
			c := road.open(t, s)
			r := send(t, c, road.line+upgradeFields+"early ") // what follows at once is not lost
			resp, err := http.ReadResponse(r, &http.Request{Method: "GET"})
			must(t, err)
			if resp.StatusCode != 101 || resp.Header.Get("Upgrade") != "websocket" || resp.Header.Get("Connection") != "Upgrade" ||
				resp.Header.Get("X-Origin") != "yes" || resp.Header.Get("X-Cache") != "Miss from cloudfront" {
				t.Fatalf("got %s %v", resp.Status, resp.Header)
			}
			fmt.Fprint(c, "hello")
			must(t, c.(interface{ CloseWrite() error }).CloseWrite())
			if got := readAll(t, r); got != "welcome EARLY HELLO bye" {
				t.Errorf("the viewer gets %q", got)
			}
			must(t, s.end(t.Context()))
			all := recorded(t, ring)
			if len(all) != 1 || all[0].Tunnel == nil {
				t.Fatalf("recorded as %d exchanges", len(all))
			}
			want := recording.Tunnel{Protocol: road.protocol, FromViewer: 11, FromOrigin: 23, Ended: recording.TunnelViewerClosed, Duration: all[0].Tunnel.Duration}
			if *all[0].Tunnel != want || all[0].Viewer.Form != road.form {
				t.Errorf("recorded as %+v, %s", *all[0].Tunnel, all[0].Viewer.Form)
			}
		})
	}
}

// TestUpgradeShutdown: a shutdown ends WebSockets, which nothing else would, and
// returns when they are recorded.
func TestUpgradeShutdown(t *testing.T) {
	t.Parallel()
	s, ring := sockets(t)
	c := secured(t, s, dial(t, s.https))
	r := send(t, c, "GET /chat HTTP/1.1\r\n"+upgradeFields)
	if _, err := http.ReadResponse(r, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Peek(len("welcome")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	must(t, s.end(ctx))
	if got := readAll(t, r); got != "welcome " {
		t.Errorf("the viewer gets %q", got)
	}
	all := recorded(t, ring)
	if len(all) != 1 || all[0].Tunnel.Ended != recording.TunnelStopped {
		t.Errorf("recorded as %+v", all)
	}
}

// TestUpgradeOverHTTP2: over HTTP/2 there is no way to ask for a WebSocket:
// Extended CONNECT (RFC 8441) is not offered, and Upgrade makes a request
// malformed (CF-WS-03).
func TestUpgradeOverHTTP2(t *testing.T) {
	t.Parallel()
	const key, version = "dGhlIHNhbXBsZSBub25jZQ==", "13"
	for _, fields := range [][]string{
		{":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "/chat", "connection", "Upgrade", "upgrade", "websocket", "sec-websocket-key", key, "sec-websocket-version", version},
		{":method", "CONNECT", ":protocol", "websocket", ":scheme", "https", ":authority", "a.example", ":path", "/chat", "sec-websocket-key", key, "sec-websocket-version", version},
	} {
		s, ring := sockets(t)
		if status := askHTTP2(t, s, fields); status == "101" || strings.HasPrefix(status, "2") {
			t.Errorf("CF-WS-03: %v got %s", fields, status)
		}
		if all := recorded(t, ring); len(all) > 0 && all[0].Tunnel != nil {
			t.Errorf("CF-WS-03: a tunnel over HTTP/2: %+v", all[0])
		}
	}
}

// askHTTP2 sends one request of these fields, as no decent client would, and
// returns the status, or the frame that refused it. It checks that the server
// does not announce Extended CONNECT.
func askHTTP2(t *testing.T, s *running, fields []string) string {
	t.Helper()
	_, framer := openHTTP2(t, s, fields)
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			t.Fatal(err)
		}
		switch f := frame.(type) {
		case *http2.SettingsFrame:
			if v, ok := f.Value(http2.SettingEnableConnectProtocol); ok && v != 0 {
				t.Error("CF-WS-03: Extended CONNECT is announced")
			}
		case *http2.MetaHeadersFrame:
			return f.PseudoValue("status")
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			return f.Header().Type.String()
		}
	}
}

// openHTTP2 opens a connection and sends one request of these fields.
func openHTTP2(t *testing.T, s *running, fields []string) (net.Conn, *http2.Framer) {
	t.Helper()
	conn := tls.Client(dial(t, s.https), &tls.Config{RootCAs: s.CA().Pool(), ServerName: "a.example", NextProtos: []string{"h2"}})
	fmt.Fprint(conn, http2.ClientPreface)
	framer := http2.NewFramer(conn, conn)
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	must(t, framer.WriteSettings())
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	for i := 0; i < len(fields); i += 2 {
		must(t, enc.WriteField(hpack.HeaderField{Name: fields[i], Value: fields[i+1]}))
	}
	must(t, framer.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true, EndStream: true}))
	return conn, framer
}

// TestShutdownAfterReset: a viewer that is gone with its connection is gone for
// net/http, but a shutdown waits for its handler, which still records it.
func TestShutdownAfterReset(t *testing.T) {
	t.Parallel()
	entered, recorded := make(chan struct{}), atomic.Bool{}
	s := start(t, proxy.Config{Serve: func(ctx context.Context, _ *edge.ViewerRequest) *edge.Response {
		close(entered)
		<-ctx.Done()
		timer := time.NewTimer(200 * time.Millisecond) // what a slow store takes
		defer timer.Stop()
		<-timer.C
		recorded.Store(true)
		return response(200, "")
	}})
	conn, _ := openHTTP2(t, s, []string{":method", "GET", ":scheme", "https", ":authority", "a.example", ":path", "/"})
	<-entered
	must(t, conn.Close())
	must(t, s.end(t.Context()))
	if !recorded.Load() {
		t.Error("the shutdown did not wait")
	}
}
