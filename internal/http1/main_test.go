package http1_test

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

	"github.com/edgesim/edgesim/internal/http1"
)

// TestMain fails if a goroutine of this package is left when all servers were
// shut down.
func TestMain(m *testing.M) {
	code := m.Run()
	deadline := time.Now().Add(5 * time.Second)
	for left := leftGoroutines(); left != "" && code == 0; left = leftGoroutines() {
		if time.Now().After(deadline) {
			fmt.Fprintf(os.Stderr, "goroutines left:\n%s\n", left)
			code = 1
		}
		runtime.Gosched()
	}
	os.Exit(code)
}

func leftGoroutines() string {
	buf := make([]byte, 4<<20)
	var left []string
	for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")[1:] {
		if strings.Contains(stack, "internal/http1.") {
			left = append(left, stack)
		}
	}
	return strings.Join(left, "\n\n")
}

// start serves on loopback until the test ends.
func start(t testing.TB, s *http1.Server) (address string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	if s.HeadTimeout == 0 {
		s.HeadTimeout, s.IdleTimeout, s.StallTimeout = time.Minute, time.Minute, time.Minute
	}
	served := make(chan error, 1)
	go func() { served <- s.Serve(ln) }()
	t.Cleanup(func() {
		s.Close()
		if err := <-served; err != http.ErrServerClosed {
			t.Errorf("Serve: got %v, want %v", err, http.ErrServerClosed)
		}
		if err := s.Shutdown(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return ln.Addr().String()
}

// echo answers with what came.
func echo(w *http1.Response, r *http1.Request) {
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = io.ReadAll(r.Body); err != nil {
			answer(w, 400, err.Error())
			return
		}
	}
	answer(w, 200, r.Method+" "+r.Target+" "+string(body))
}

// refuse answers with the reason.
func refuse(w *http1.Response, r *http1.Request, fault *http1.Fault) { answer(w, 400, fault.Reason) }

func answer(w *http1.Response, status int, body string) {
	w.Begin(status, http.Header{}, int64(len(body)), false)
	_, _ = w.Write([]byte(body))
}

func dial(t testing.TB, address string) (*net.TCPConn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	must(t, err)
	t.Cleanup(func() { c.Close() })
	must(t, c.SetDeadline(time.Now().Add(20*time.Second)))
	return c.(*net.TCPConn), bufio.NewReader(c)
}

func send(t testing.TB, c io.Writer, raw string) {
	t.Helper()
	_, err := io.WriteString(c, raw)
	must(t, err)
}

// get reads one response.
func get(t testing.TB, r *bufio.Reader, method string) (*http.Response, string) {
	t.Helper()
	resp, err := http.ReadResponse(r, &http.Request{Method: method})
	must(t, err)
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	must(t, err)
	return resp, string(body)
}

// ended fails unless nothing more comes but the end.
func ended(t testing.TB, r io.Reader) {
	t.Helper()
	if rest, err := io.ReadAll(r); err != nil || len(rest) > 0 {
		t.Errorf("got %q, %v, want the end of the connection", rest, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
