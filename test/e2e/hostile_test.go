package e2e_test

import (
	"crypto/tls"
	"io"
	"math/rand/v2"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestHostileViewers: whatever viewers do, the edge continues to answer, and nothing
// remains when they are gone.
func TestHostileViewers(t *testing.T) {
	t.Parallel()
	needProc(t)
	origin := slowOrigin(t)
	e := serve(t, "--origin", origin.URL, "--origin-keepalive-timeout", "1", "--log-level", "error")
	alive := func(t *testing.T) {
		t.Helper()
		if a := e.get(t, "/fine"); a.Status != 200 || a.Body != "fine" {
			t.Errorf("afterwards: got %v, body %q", a, a.Body)
		}
		if a := e.getTLS(t, "/fine"); a.Status != 200 {
			t.Errorf("afterwards, over HTTPS: got %v", a)
		}
	}
	alive(t)
	peers.Await(t, "the connection to the origin to be closed", func() bool { return origin.open() == 0 })
	baseline := descriptors(t, e.PID())

	for _, tt := range []struct {
		name string
		do   func(*testing.T, *edgesim)
	}{
		{"hang up in the head", func(t *testing.T, e *edgesim) {
			sendAndLeave(t, e.HTTP, "GET /fine HT")
		}},
		{"hang up in the body", func(t *testing.T, e *edgesim) {
			sendAndLeave(t, e.HTTP, "POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc")
		}},
		{"hang up in a chunk", func(t *testing.T, e *edgesim) {
			sendAndLeave(t, e.HTTP, "POST /upload HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc")
		}},
		{"hang up before the response", func(t *testing.T, e *edgesim) {
			sendAndLeave(t, e.HTTP, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n")
		}},
		{"hang up in the response", hangUpInResponse},
		{"reset", func(t *testing.T, e *edgesim) {
			conn := dial(t, e.HTTP)
			write(conn, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n")
			if err := conn.(*net.TCPConn).SetLinger(0); err != nil {
				t.Error(err)
			}
			conn.Close()
		}},
		{"hang up in a tunnel", func(t *testing.T, e *edgesim) {
			sendAndLeave(t, e.HTTP, "CONNECT www.site.example:443 HTTP/1.1\r\nHost: www.site.example:443\r\n\r\n\x16\x03\x01\x02")
		}},
		{"garbage", garbage},
		{"garbage in requests", malformed},
		{"idle connections", idle},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.do(t, e)
			alive(t)
		})
	}
	peers.Await(t, "all descriptors to be closed", func() bool {
		return descriptors(t, e.PID()) <= baseline
	})
}

func dial(t testing.TB, address string) net.Conn {
	t.Helper()
	conn, err := net.DialTimeout("tcp", address, 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// write sends what the other side may refuse to take.
func write(conn net.Conn, text string) { _, _ = io.WriteString(conn, text) }

func sendAndLeave(t *testing.T, address, text string) {
	t.Helper()
	conn := dial(t, address)
	write(conn, text)
	conn.Close()
}

func hangUpInResponse(t *testing.T, e *edgesim) {
	conn := dial(t, e.HTTP)
	write(conn, "GET /endless HTTP/1.1\r\nHost: x\r\n\r\n")
	if _, err := io.CopyN(io.Discard, conn, 1<<20); err != nil {
		t.Errorf("reading a part: %v", err)
	}
	conn.Close()
}

// garbage sends noise to every listener and waits until it hangs up.
func garbage(t *testing.T, e *edgesim) {
	noise := rand.New(rand.NewPCG(1, 2))
	for _, address := range []string{e.HTTP, e.HTTPS, e.Inspect} {
		for range 20 {
			conn := dial(t, address)
			for range 1 + noise.IntN(4) {
				block := make([]byte, 1+noise.IntN(4000))
				for i := range block {
					block[i] = byte(noise.Uint32())
				}
				write(conn, string(block))
			}
			write(conn, "\r\n\r\n")
			_ = conn.(*net.TCPConn).CloseWrite() // it may be closed already
			_, _ = io.Copy(io.Discard, conn)
			conn.Close()
		}
	}
}

// malformedRequests must be refused.
var malformedRequests = []string{
	"GET /fine HTTP/9.9\r\nHost: x\r\n\r\n",
	"GET /fine\r\n\r\n",
	"GET /fine HTTP/1.1\r\n\r\n",
	"GET /fine HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n",
	"GET /fine HTTP/1.1\r\nHost: x\r\nno colon\r\n\r\n",
	"GET /fine HTTP/1.1\r\nHost: \x00\r\n\r\n",
	"GET /fine HTTP/1.1\r\nHost: x\r\nX: " + strings.Repeat("x", 200<<10) + "\r\n\r\n",
	"GET /" + strings.Repeat("x", 200<<10) + " HTTP/1.1\r\nHost: x\r\n\r\n",
	"POST /fine HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
	"POST /fine HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
	"GET http:///fine HTTP/1.1\r\nHost: x\r\n\r\n",
	"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
}

// ambiguousRequests may be answered or not, as long as nothing breaks.
var ambiguousRequests = []string{
	"POST /fine HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
	"CONNECT / HTTP/1.1\r\nHost: x\r\n\r\n",
}

// malformed sends requests that are almost right: to the plain listener, and
// inside TLS.
func malformed(t *testing.T, e *edgesim) {
	for _, request := range slices.Concat(malformedRequests, ambiguousRequests) {
		conn := dial(t, e.HTTP)
		write(conn, request)
		_ = conn.(*net.TCPConn).CloseWrite() // it may be closed already
		response, _ := io.ReadAll(conn)      // a reset is a refusal, too
		if strings.HasPrefix(string(response), "HTTP/1.1 200") && slices.Contains(malformedRequests, request) {
			t.Errorf("%.60q was answered with %.60q", request, response)
		}
		conn.Close()
		for _, protocol := range []string{"h2", "http/1.1"} {
			inside := tls.Client(dial(t, e.HTTPS), &tls.Config{InsecureSkipVerify: true, ServerName: "localhost", NextProtos: []string{protocol}})
			write(inside, request)
			_ = inside.CloseWrite() // it may be closed already
			_, _ = io.Copy(io.Discard, inside)
			inside.Close()
		}
	}
}

// idle opens many connections that say nothing, and some that say half a thing.
func idle(t *testing.T, e *edgesim) {
	conns := make([]net.Conn, 200)
	for i := range conns {
		address := []string{e.HTTP, e.HTTPS, e.Inspect}[i%3]
		conns[i] = dial(t, address)
		if i%2 == 0 {
			write(conns[i], "GET /fine HTTP/1.1\r\n")
		}
	}
	if a := e.get(t, "/fine"); a.Status != 200 {
		t.Errorf("beside them: got %v", a)
	}
	for _, conn := range conns {
		conn.Close()
	}
}
