package proxy_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/proxy"
)

// TestMain fails if a goroutine of this package, or a connection of net/http's
// server, is left when all servers were shut down.
func TestMain(m *testing.M) {
	code := m.Run()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	if left := waitForGoroutines(); left != "" && code == 0 {
		fmt.Fprintf(os.Stderr, "goroutines left:\n%s\n", left)
		code = 1
	}
	os.Exit(code)
}

// waitForGoroutines returns the stacks of ours that are left after a while.
func waitForGoroutines() string {
	deadline := time.Now().Add(5 * time.Second)
	for {
		left := leftGoroutines()
		if left == "" || time.Now().After(deadline) {
			return left
		}
		runtime.Gosched()
	}
}

func leftGoroutines() string {
	buf := make([]byte, 4<<20)
	var left []string
	for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")[1:] {
		if strings.Contains(stack, "edgesim/proxy.") || strings.Contains(stack, "edgesim/internal/http1.") ||
			strings.Contains(stack, "net/http.(*conn)") ||
			strings.Contains(stack, "http2serverConn") || strings.Contains(stack, "goproxy") {
			left = append(left, stack)
		}
	}
	return strings.Join(left, "\n\n")
}

// running is a server under test.
type running struct {
	*proxy.Server
	http, https string // addresses
	end         func(context.Context) error
}

// start starts a server; the test's end shuts it down.
func start(t testing.TB, config proxy.Config) *running {
	t.Helper()
	s, err := proxy.New(config)
	if err != nil {
		t.Fatal(err)
	}
	lnHTTP, lnTLS := listen(t), listen(t)
	served := make(chan error, 1)
	go func() { served <- s.Serve(lnHTTP, lnTLS) }()
	ended := false
	r := &running{Server: s, http: lnHTTP.Addr().String(), https: lnTLS.Addr().String()}
	r.end = func(ctx context.Context) error {
		ended = true
		err := s.Shutdown(ctx)
		if serveErr := <-served; serveErr != nil {
			t.Errorf("Serve: got %v, want nil", serveErr)
		}
		return err
	}
	t.Cleanup(func() {
		if !ended {
			ctx, cancel := context.WithCancel(context.Background())
			cancel() // connections of clients that are left are cut off
			_ = r.end(ctx)
		}
	})
	return r
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// text is a ServeFunc that answers with a text of known length.
func text(body string) proxy.ServeFunc {
	return func(context.Context, *edge.ViewerRequest) *edge.Response { return response(200, body) }
}

func response(status int, body string) *edge.Response {
	return &edge.Response{
		Status: status, Header: http.Header{"X-Cache": {"Miss from cloudfront"}},
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// dial opens a raw connection that cannot hang the test.
func dial(t testing.TB, address string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return c
}

// send writes raw bytes and returns a reader of the answer.
func send(t testing.TB, c net.Conn, raw string) *bufio.Reader {
	t.Helper()
	if _, err := io.WriteString(c, raw); err != nil {
		t.Fatal(err)
	}
	return bufio.NewReader(c)
}

// readResponse reads one response and its body.
func readResponse(t testing.TB, r *bufio.Reader, method string) (*http.Response, string) {
	t.Helper()
	resp, err := http.ReadResponse(r, &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(body)
}

// readAll reads until the server closes the connection.
func readAll(t testing.TB, r io.Reader) string {
	t.Helper()
	all, err := io.ReadAll(r)
	if ne, ok := err.(net.Error); ok && ne.Timeout() {
		t.Fatalf("the connection was not closed; read %q", all)
	}
	return string(all)
}

// must fails the test on an error.
func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
