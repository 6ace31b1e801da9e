package e2e_test

import (
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
)

// grace is how long edgesim waits for requests in progress, with room for a slow machine.
const grace = 5*time.Second + 10*time.Second

// TestStopDuringDownload: a download in progress at SIGTERM may finish.
func TestStopDuringDownload(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	e, response := downloading(t, release, serve)
	half := make([]byte, 5)
	if _, err := io.ReadFull(response.Body, half); err != nil {
		t.Fatal(err)
	}
	if err := e.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	peers.Await(t, "the edge to take no new connections", func() bool { return refuses(e.HTTP) })
	if e.Ended() {
		t.Error("the edge ended while a download was under way")
	}
	close(release)
	rest, err := io.ReadAll(response.Body)
	if err != nil || string(half)+string(rest) != "first second" {
		t.Errorf("got %q and %q, error %v", half, rest, err)
	}
	if code := e.ExitCode(t, grace); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
}

// TestStopCutsDownload: one that does not finish is cut, and the exit code is 0
// all the same.
func TestStopCutsDownload(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	e, response := downloading(t, release, serve)
	t.Cleanup(func() { close(release) })
	if err := e.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := e.ExitCode(t, grace); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if rest, err := io.ReadAll(response.Body); !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, syscall.ECONNRESET) {
		t.Errorf("got %q and the error %v, want a body cut short", rest, err)
	}
}

// TestSecondSignal: a second Ctrl-C ends the edge at once.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	e, _ := downloading(t, release, serveUnwatched)
	if err := e.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	peers.Await(t, "the edge to take no new connections", func() bool { return refuses(e.HTTP) })
	begin := time.Now()
	if err := e.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	e.ExitCode(t, grace)
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("the edge went on for %v after the second signal", took)
	}
}

// TestStopIdle: idle connections do not delay the end.
func TestStopIdle(t *testing.T) {
	t.Parallel()
	e := serve(t, "--origin", "http://origin.example.com")
	for _, address := range []string{e.HTTP, e.HTTPS, e.Inspect} {
		dial(t, address)
	}
	begin := time.Now()
	if err := e.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if code := e.ExitCode(t, grace); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("the edge took %v to stop, though nothing was under way", took)
	}
}

// downloading is an edge through which a download goes that waits in its
// middle to be released.
func downloading(t *testing.T, release chan struct{}, serve func(testing.TB, ...string) *edgesim) (*edgesim, *http.Response) {
	t.Helper()
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "first ")
		_ = http.NewResponseController(w).Flush()
		select {
		case <-release:
			_, _ = io.WriteString(w, "second")
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(origin.Close)
	e := serve(t, "--origin", origin.URL)
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+e.HTTP+"/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := e.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return e, response
}

// refuses reports whether an address has no listener.
func refuses(address string) bool {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err == nil {
		conn.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// TestStopCheck: Ctrl-C while a check waits for an origin ends it at once, with
// the code for undecided and no half report.
func TestStopCheck(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	run := exec.Command(program(t), "check", "https://app.example.com", "--connect", "app.example.com="+ln.Addr().String())
	run.Env = cleanEnvironment(t.TempDir())
	p := peers.Start(t, run)
	conn, err := ln.Accept() // it waits for the handshake now
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := p.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := p.ExitCode(t, grace); code != 3 {
		t.Errorf("exit code %d, want 3", code)
	}
	if got, want := p.Output(), "edgesim: stopped before the verdict\n"; got != want {
		t.Errorf("printed %q, want %q", got, want)
	}
}

// TestHangUp: closing the terminal ends the edge as SIGTERM does: what was just answered is
// recorded. What is in progress is reported.
func TestHangUp(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	e, response := downloading(t, release, serveUnwatched)
	if err := e.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	peers.Await(t, "the edge to take no new connections", func() bool { return refuses(e.HTTP) })
	close(release)
	if _, err := io.ReadAll(response.Body); err != nil {
		t.Error(err)
	}
	if code := e.ExitCode(t, grace); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	if said := e.Output(); !strings.Contains(said, "stopping: 1 request is under way, waiting up to 5s") {
		t.Errorf("the edge said:\n%s", said)
	}
	list := exec.Command(program(t), "recordings", "ls", "--state", e.State)
	list.Env = cleanEnvironment(t.TempDir())
	if out, err := list.CombinedOutput(); err != nil || !strings.Contains(string(out), response.Header.Get("X-Edgesim-Exchange")[:8]) {
		t.Errorf("recorded is, %v:\n%s", err, out)
	}
}
