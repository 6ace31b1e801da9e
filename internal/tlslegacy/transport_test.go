package tlslegacy_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/tlslegacy"
	"github.com/edgesim/edgesim/internal/tlswire"
)

// transport is an http.Transport that reaches one address over this package,
// and counts its connections.
func transport(address string, cfg *tlslegacy.Config, dials *atomic.Int32) *http.Transport {
	return &http.Transport{
		DisableCompression: true, MaxConnsPerHost: 4, MaxIdleConnsPerHost: 4,
		DialTLSContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			dials.Add(1)
			raw, err := new(net.Dialer).DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			conn := tlslegacy.Client(raw, cfg)
			if err := conn.HandshakeContext(ctx); err != nil {
				raw.Close()
				return nil, err
			}
			return conn, nil
		},
	}
}

// TestTransport sends many requests at the same time, with bodies both ways,
// over few connections that are kept alive.
func TestTransport(t *testing.T) {
	t.Parallel()
	for _, cell := range []struct{ version, suite uint16 }{
		{tlslegacy.VersionTLS12, 0xC02F},
		{tlslegacy.VersionTLS12, 0xC027},
		{tlslegacy.VersionTLS10, 0x0035},
	} {
		t.Run(tlswire.SuiteName(cell.suite), func(t *testing.T) {
			t.Parallel()
			address := serveHTTP(t)
			var dials atomic.Int32
			client := &http.Client{Transport: transport(address, only(cell.version, cell.suite), &dials), Timeout: patience}
			defer client.CloseIdleConnections()
			var asking sync.WaitGroup
			for i := range 16 {
				asking.Go(func() {
					for j := range 10 {
						post(t, client, i*j*1500)
					}
				})
			}
			asking.Wait()
			if n := dials.Load(); n > 4 {
				t.Errorf("%d connections were made, want the 4 allowed at most", n)
			}
		})
	}
}

// TestTransportJSSE does the same over SSLv3 with RC4-MD5, which no other peer
// speaks.
func TestTransportJSSE(t *testing.T) {
	t.Parallel()
	var dials atomic.Int32
	cfg := only(tlslegacy.VersionSSL30, 0x0004)
	client := &http.Client{Transport: transport(get(t, "jsse").addresses["http"], cfg, &dials), Timeout: patience}
	defer client.CloseIdleConnections()
	var asking sync.WaitGroup
	for i := range 4 {
		asking.Go(func() {
			for _, size := range []int{0, 1, 16383, 16384, 16385, 32769 + i, 200_000} {
				post(t, client, size)
			}
		})
	}
	asking.Wait()
	if n := dials.Load(); n > 4 {
		t.Errorf("%d connections were made", n)
	}
}

// serveHTTP runs an HTTP server over crypto/tls that gives bodies back.
func serveHTTP(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{
		TLSConfig:         serverConfig(t),
		ReadHeaderTimeout: patience,
		TLSNextProto:      nil,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if err != nil {
				t.Error(err)
			}
			w.Write(body)
		}),
	}
	served := make(chan struct{})
	go func() {
		defer close(served)
		server.ServeTLS(listener, "", "")
	}()
	t.Cleanup(func() {
		server.Close()
		<-served
	})
	return listener.Addr().String()
}

// post sends a body of this size and wants it back.
func post(t *testing.T, client *http.Client, size int) {
	sent := pattern(size)
	response, err := client.Post("https://"+serverName+"/", "application/octet-stream", bytes.NewReader(sent))
	if err != nil {
		t.Error(err)
		return
	}
	defer response.Body.Close()
	if got, err := io.ReadAll(response.Body); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("got %d bytes, %v; want %d", len(got), err, size)
	}
}

// A response's end by close_notify is seen with the last bytes, so the
// transport makes a new connection for the next request and loses none.
func TestTransportServerCloses(t *testing.T) {
	t.Parallel()
	address := listen(t, serverConfig(t), func(conn *tls.Conn) {
		buffer := make([]byte, 4096)
		if _, err := conn.Read(buffer); err == nil {
			io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		}
	})
	var dials atomic.Int32
	client := &http.Client{Transport: transport(address, only(tlslegacy.VersionTLS12, 0xC02F), &dials), Timeout: patience}
	for range 5 {
		fetch(t, client)
	}
}

func fetch(t *testing.T, client *http.Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+serverName+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, err := io.ReadAll(response.Body); err != nil || string(body) != "ok" {
		t.Errorf("got %q, %v", body, err)
	}
}
