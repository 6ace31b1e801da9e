package e2e_test

import (
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestScripts runs the scripts in testdata: what a person types, what the
// program prints where, and its exit codes.
//
// In addition to testscript's own commands:
//
//	exits CODE PROGRAM [ARG…]   run it and want this exit code
//	taken NAME                  take a port, $NAME is its address
//	ready FILE                  wait for a ready file, and set $HTTP, $HTTPS and $INSPECT
//	await FILE                  wait for a file
//	get URL STATUS              GET it and want this status; stdout has head and body
//	origins NAME…               run origins of the lab; $NAME has each address, ca.pem their CA
//	picky NAME…                 run an origin that refuses handshakes for all names but these; $PICKY, ca.pem
//	cloudfront ADDRESS          run a stand-in for CloudFront before an edge; $CLOUDFRONT, cloudfront-ca.pem
//	screen PATTERN…             want each within the first screen of stdout: 24 lines, wrapped ones joined
func TestScripts(t *testing.T) {
	t.Parallel()
	path := commandPath(t)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		ContinueOnError:     true,
		Setup: func(env *testscript.Env) error {
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("PATH", path)
			env.Setenv("HOME", home)
			env.Setenv("STATE", filepath.Join(env.WorkDir, "state"))
			env.Setenv("NO_COLOR", "1")
			env.Setenv("GORACE", goRace)
			return os.Mkdir(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "taken": taken, "ready": ready, "await": await, "until": until, "get": get,
			"origins": origins, "picky": picky, "screen": screen, "cloudfront": cloudfront,
		},
	})
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) {
			ts.Fatalf("%v", err)
		}
		got = ended.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func taken(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: taken NAME")
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { ln.Close() })
	ts.Setenv(args[0], ln.Addr().String())
}

func await(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 1 {
		ts.Fatalf("usage: await FILE")
	}
	peers.Await(scriptTB{ts: ts}, "the file "+args[0], func() bool {
		info, err := os.Stat(ts.MkAbs(args[0]))
		return err == nil && info.Size() > 0
	})
}

// until asks a URL until its answer has a text in it.
func until(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: until TEXT URL")
	}
	peers.Await(scriptTB{ts: ts}, args[0]+" from "+args[1], func() bool {
		return ts.Exec("curl", "-q", "-sS", "--noproxy", "*", "--max-time", "30", args[1]) == nil && strings.Contains(ts.ReadFile("stdout"), args[0])
	})
}

func ready(ts *testscript.TestScript, neg bool, args []string) {
	await(ts, neg, args)
	var at edgesim
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &at))
	for name, address := range map[string]string{"HTTP": at.HTTP, "HTTPS": at.HTTPS, "INSPECT": at.Inspect} {
		ts.Setenv(name, address)
	}
}

func get(ts *testscript.TestScript, _ bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: get URL STATUS")
	}
	ts.Check(ts.Exec("curl", "-q", "-sS", "-i", "--noproxy", "*", "--max-time", "30", args[0]))
	line, _, _ := strings.Cut(ts.ReadFile("stdout"), "\n")
	if fields := strings.Fields(line); len(fields) < 2 || fields[1] != args[1] {
		ts.Fatalf("got %q, want status %s", line, args[1])
	}
}

// scriptTB lets a script fail where a test would.
type scriptTB struct {
	testing.TB
	ts *testscript.TestScript
}

// Helper does nothing: a script has lines of its own.
func (scriptTB) Helper() {}

// Fatalf ends the script.
func (s scriptTB) Fatalf(format string, args ...any) { s.ts.Fatalf(format, args...) }
