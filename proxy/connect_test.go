package proxy_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/proxy"
)

// tunnel opens a CONNECT tunnel and reads the 200.
func tunnel(t testing.TB, c net.Conn, host string) *bufio.Reader {
	t.Helper()
	r := send(t, c, "CONNECT "+host+" HTTP/1.1\r\nHost: "+host+"\r\n\r\n")
	resp, err := http.ReadResponse(r, &http.Request{Method: "CONNECT"})
	must(t, err)
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Fatalf("CONNECT: got status %d, want 200", resp.StatusCode)
	}
	return r
}

// echoHost answers with what the edge knows of the request.
func echoHost(_ context.Context, v *edge.ViewerRequest) *edge.Response {
	return response(200, v.Form+" "+v.Scheme+" "+v.Method+" "+v.Host+" "+v.URI)
}

// TestPlainTunnel speaks HTTP/1.1 in a tunnel, and keeps the connection.
func TestPlainTunnel(t *testing.T) {
	t.Parallel()
	s := start(t, proxy.Config{Serve: echoHost})
	c := dial(t, s.http)
	r := tunnel(t, c, "a.example:80")
	for raw, want := range map[string]string{
		"GET /1 HTTP/1.1\r\nHost: a.example\r\n\r\n":                 "connect http GET a.example /1",
		"GET http://b.example/2 HTTP/1.1\r\nHost: c.example\r\n\r\n": "connect http GET b.example /2",
		"CONNECT x.example:1 HTTP/1.1\r\nHost: c.example\r\n\r\n":    "connect http CONNECT x.example:1 x.example:1",
	} {
		_, err := io.WriteString(c, raw)
		must(t, err)
		if _, got := readResponse(t, r, "GET"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestEagerTunnel does not wait for the 200 before it continues, which goproxy alone would
// not survive.
func TestEagerTunnel(t *testing.T) {
	t.Parallel()
	s := start(t, proxy.Config{Serve: echoHost})
	connect := "CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\n\r\n"

	c := dial(t, s.http)
	r := send(t, c, connect+"GET / HTTP/1.1\r\nHost: a.example\r\n\r\n")
	resp, err := http.ReadResponse(r, &http.Request{Method: "CONNECT"})
	must(t, err)
	resp.Body.Close()
	if _, got := readResponse(t, r, "GET"); got != "connect http GET a.example /" {
		t.Errorf("HTTP: got %q", got)
	}

	eager := &eagerConn{Conn: dial(t, s.http), before: connect}
	viewer := tls.Client(eager, &tls.Config{RootCAs: s.CA().Pool(), ServerName: "a.example"})
	if _, got := readResponse(t, send(t, viewer, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"), "GET"); got != "connect https GET a.example /" {
		t.Errorf("TLS: got %q", got)
	}
}

// eagerConn puts a CONNECT in front of the first write, and skips the answer.
type eagerConn struct {
	net.Conn
	before string
	r      *bufio.Reader
}

func (c *eagerConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(append([]byte(c.before), p...))
	n -= len(c.before)
	c.before = ""
	return n, err
}

func (c *eagerConn) Read(p []byte) (int, error) {
	if c.r == nil {
		c.r = bufio.NewReader(c.Conn)
		resp, err := http.ReadResponse(c.r, &http.Request{Method: "CONNECT"})
		if err != nil {
			return 0, err
		}
		resp.Body.Close()
	}
	return c.r.Read(p)
}

// TestSilentTunnel ends an idle tunnel after the timeout and not before, on a fake clock.
func TestSilentTunnel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := newPipes()
		s, err := proxy.New(proxy.Config{Serve: echoHost, ReadHeaderTimeout: 7 * time.Second})
		must(t, err)
		served := make(chan error, 1)
		go func() { served <- s.Serve(ln, nil) }()
		c, _ := ln.dial()
		began := time.Now()
		tunnel(t, c, "a.example:443")
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("got %v, want %v", err, io.EOF)
		}
		if got := time.Since(began); got != 7*time.Second {
			t.Errorf("closed after %v, want 7s", got)
		}
		must(t, s.Shutdown(context.Background()))
		must(t, <-served)
	})
}

// TestTimeouts: a head that comes in drops, and a viewer that takes no bytes.
func TestTimeouts(t *testing.T) {
	tests := []struct {
		name, raw string
		want      time.Duration
	}{
		{"slow head", "GET / HTTP/1.1\r\nHost:", 60 * time.Second},
		{"idle", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", 60 * time.Second},
		{"takes no bytes", "GET /much HTTP/1.1\r\nHost: a\r\n\r\n", 5 * time.Minute},
		{"stalls in its body", "POST /upload HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhe", 5 * time.Minute},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ln := newPipes()
				var viewer net.Conn
				s, err := proxy.New(proxy.Config{Serve: func(_ context.Context, v *edge.ViewerRequest) *edge.Response {
					switch v.URI {
					case "/upload":
						if _, err := io.ReadAll(v.Body); !errors.Is(err, os.ErrDeadlineExceeded) {
							t.Errorf("the edge read %v, want %v", err, os.ErrDeadlineExceeded)
						}
						go io.Copy(io.Discard, viewer)
					case "/much":
						return &edge.Response{Status: 200, Body: io.NopCloser(io.LimitReader(zeros{}, 1<<20)), ContentLength: 1 << 20}
					}
					return response(200, "ok")
				}})
				must(t, err)
				served := make(chan error, 1)
				go func() { served <- s.Serve(ln, nil) }()
				c, closed := ln.dial()
				viewer = c
				began := time.Now()
				_, err = io.WriteString(c, test.raw)
				must(t, err)
				if test.name == "idle" {
					readResponse(t, bufio.NewReader(c), "GET")
				}
				<-closed
				if got := time.Since(began); got != test.want {
					t.Errorf("closed after %v, want %v", got, test.want)
				}
				must(t, s.Shutdown(context.Background()))
				must(t, <-served)
			})
		})
	}
}

// pipes is a listener in memory, for tests on a clock of their own.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
}

func newPipes() *pipes { return &pipes{make(chan net.Conn), make(chan struct{})} }

// dial connects, and returns what is closed when the server closes its end.
func (p *pipes) dial() (c net.Conn, closed <-chan struct{}) {
	ours, theirs := net.Pipe()
	watched := &watchedConn{Conn: theirs, closed: make(chan struct{})}
	p.conns <- watched
	return ours, watched.closed
}

type watchedConn struct {
	net.Conn
	once   sync.Once
	closed chan struct{}
}

func (c *watchedConn) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	select {
	case <-p.done:
	default:
		close(p.done)
	}
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }

// TestShutdown: requests in progress are answered, silent tunnels are closed, and no new
// viewer is served.
func TestShutdown(t *testing.T) {
	t.Parallel()
	arrived, goOn := make(chan struct{}), make(chan struct{})
	s := start(t, proxy.Config{Serve: func(context.Context, *edge.ViewerRequest) *edge.Response {
		close(arrived)
		<-goOn
		return response(200, "late")
	}})
	silent := dial(t, s.http)
	silentReader := tunnel(t, silent, "a.example:443")
	busy := dial(t, s.http)
	r := send(t, busy, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	<-arrived
	ended := make(chan error)
	go func() { ended <- s.end(context.Background()) }()
	if rest := readAll(t, silentReader); rest != "" { // only Shutdown can have closed it
		t.Errorf("silent tunnel: got %q", rest)
	}
	close(goOn)
	if _, body := readResponse(t, r, "GET"); body != "late" {
		t.Errorf("got %q, want %q", body, "late")
	}
	must(t, <-ended)
	if c, err := net.Dial("tcp", s.http); err == nil {
		c.Close()
		t.Error("still listening after Shutdown")
	}
}

// TestShutdownCutsOff: a context that ends cuts requests off.
func TestShutdownCutsOff(t *testing.T) {
	t.Parallel()
	arrived := make(chan struct{})
	s := start(t, proxy.Config{Serve: func(ctx context.Context, _ *edge.ViewerRequest) *edge.Response {
		close(arrived)
		<-ctx.Done()
		return response(200, "nobody reads this")
	}})
	r := send(t, dial(t, s.http), "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
	<-arrived
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := s.end(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
	if got, err := io.ReadAll(r); err == nil && strings.Contains(string(got), "200") {
		t.Errorf("got %q, want the connection cut", got)
	}
}

// TestListenerFails: Serve ends, with the reason, when a listener does.
func TestListenerFails(t *testing.T) {
	t.Parallel()
	s, err := proxy.New(proxy.Config{Serve: echoHost})
	must(t, err)
	plain, secure := listen(t), listen(t)
	plain.Close()
	if err := s.Serve(plain, secure); !errors.Is(err, net.ErrClosed) {
		t.Errorf("got %v, want %v", err, net.ErrClosed)
	}
	if _, err := secure.Accept(); !errors.Is(err, net.ErrClosed) {
		t.Errorf("the other listener: got %v, want it closed", err)
	}
}

// TestNewNeedsServe: the only field without a default.
func TestNewNeedsServe(t *testing.T) {
	t.Parallel()
	if _, err := proxy.New(proxy.Config{}); err == nil {
		t.Error("got no error, want one")
	}
}
