package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
)

// workshop is the directory that all tests share: the program, certificates.
var workshop string

func TestMain(m *testing.M) {
	os.Exit(inWorkshop(m))
}

func inWorkshop(m *testing.M) int {
	dir, err := os.MkdirTemp("", "edgesim-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	workshop = dir
	return m.Run()
}

// build builds the program once, with the race detector if the tests have it. RACE has the
// flags that make test gives the detector.
var build = sync.OnceValues(func() (string, error) {
	file := filepath.Join(workshop, "bin", "edgesim")
	args := []string{"build", "-o", file}
	if raceDetector {
		args = append(args, "-race")
		args = append(args, strings.Fields(os.Getenv("RACE"))...)
	}
	out, err := exec.Command("go", append(args, "github.com/edgesim/edgesim/cmd/edgesim")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building edgesim: %w\n%s", err, out)
	}
	return file, nil
})

// program returns the path of the built program.
func program(t testing.TB) string {
	t.Helper()
	file, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return file
}

// commands makes, once, a folder for PATH with an edgesim that has the race detector
// for the commands that run anything concurrently: the detector takes a fifth of a second
// to start, which help, rules, config and the like need not wait for.
var commands = sync.OnceValues(func() (string, error) {
	raced, err := build()
	if err != nil || !raceDetector {
		return filepath.Dir(raced), err
	}
	dir, plain := filepath.Join(workshop, "commands"), filepath.Join(workshop, "plain", "edgesim")
	out, err := exec.Command("go", "build", "-ldflags=-w", "-o", plain, "github.com/edgesim/edgesim/cmd/edgesim").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building edgesim: %w\n%s", err, out)
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return "", err
	}
	script := fmt.Sprintf("#!/bin/sh\ncase \"$1\" in\nserve|demo|lab|check|function|invalidate|recordings|pull) exec %q \"$@\" ;;\n*) exec %q \"$@\" ;;\nesac\n", raced, plain)
	return dir, os.WriteFile(filepath.Join(dir, "edgesim"), []byte(script), 0o755)
})

// commandPath returns PATH with the folder of commands in front.
func commandPath(t testing.TB) string {
	t.Helper()
	dir, err := commands()
	if err != nil {
		t.Fatal(err)
	}
	return dir + string(os.PathListSeparator) + os.Getenv("PATH")
}

// edgesim is a running edge.
type edgesim struct {
	*peers.Process
	// HTTP, HTTPS and Inspect are the addresses of the ready file.
	HTTP    string `json:"http"`
	HTTPS   string `json:"https"`
	Inspect string `json:"inspect"`
	// State is its state directory.
	State  string
	client *http.Client
}

// serve starts "edgesim serve" with these arguments on free ports. In the end
// it must stop at SIGTERM with exit code 0 and without a fault in its log.
func serve(t testing.TB, args ...string) *edgesim {
	t.Helper()
	e := serveUnwatched(t, args...)
	t.Cleanup(func() { e.finish(t) })
	return e
}

// serveUnwatched is serve for a test that ends the edge in its own way.
func serveUnwatched(t testing.TB, args ...string) *edgesim {
	t.Helper()
	return start(t, "serve", args...)
}

// start starts a command of edgesim with an edge in it, on free ports, and
// waits until it listens.
func start(t testing.TB, command string, args ...string) *edgesim {
	t.Helper()
	dir := t.TempDir()
	e := &edgesim{State: filepath.Join(dir, "state")}
	ready := filepath.Join(dir, "ready.json")
	run := exec.Command(program(t), append([]string{
		command, "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0", "--inspect", "127.0.0.1:0",
		"--state", e.State, "--ready-file", ready,
	}, args...)...)
	run.Env = cleanEnvironment(dir)
	e.Process = peers.Start(t, run)
	e.AwaitReady(t, "writing its ready file", func() bool {
		data, err := os.ReadFile(ready)
		return err == nil && json.Unmarshal(data, e) == nil
	})
	// No keep-alive: tests count connections, and each request stands alone.
	e.client = &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       time.Minute,
	}
	return e
}

// goRace keeps the race detector from sleeping for a second at every exit.
const goRace = "atexit_sleep_ms=0"

// cleanEnvironment has nothing of the machine's own in it that edgesim reads.
func cleanEnvironment(home string) []string {
	return []string{"PATH=" + os.Getenv("PATH"), "HOME=" + home, "NO_COLOR=1", "GORACE=" + goRace}
}

// faults are what must never be in the output: reports of the race detector, panics, and
// errors in edgesim's own log, which are its own faults.
var faults = regexp.MustCompile(`(?m)^(WARNING: DATA RACE|panic: |fatal error: |.*"level":"error").*$`)

// finish ends the edge and looks for faults in what it printed.
func (e *edgesim) finish(t testing.TB) {
	t.Helper()
	if err := e.Signal(syscall.SIGTERM); err != nil {
		t.Errorf("SIGTERM: %v", err)
	}
	if code := e.ExitCode(t, 20*time.Second); code != 0 {
		t.Errorf("edgesim ended with exit code %d, want 0", code)
	}
	if found := faults.FindString(e.Output()); found != "" {
		t.Errorf("edgesim printed %q in:\n%s", found, e.Output())
	}
}

// do sends a request over plain HTTP with a Host of one's own ("" for none).
func (e *edgesim) do(t testing.TB, method, path, host string) *answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+e.HTTP+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	return e.send(t, r)
}

func (e *edgesim) get(t testing.TB, path string) *answer {
	t.Helper()
	return e.do(t, http.MethodGet, path, "")
}

func (e *edgesim) send(t testing.TB, r *http.Request) *answer {
	t.Helper()
	response, err := e.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		t.Fatalf("reading the body of %s: %v", r.URL, err)
	}
	return &answer{Status: response.StatusCode, Header: response.Header, Body: body.String()}
}

// answer is what a viewer got.
type answer struct {
	Status int
	Header http.Header
	Body   string
}

// cause returns the value of X-Edgesim-Cause.
func (a *answer) cause() string { return a.Header.Get("X-Edgesim-Cause") }

// String is for messages of tests.
func (a *answer) String() string {
	return fmt.Sprintf("%d %q (%s)", a.Status, a.cause(), a.Header.Get("X-Edgesim-Detail"))
}
