package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestReadmeDemo: the tour, and curl's output.
func TestReadmeDemo(t *testing.T) {
	t.Parallel()
	peers.Need(t, "curl")
	demo := start(t, "demo")
	a := peers.Curl(t, "http://"+demo.HTTP+"/incomplete-chain")
	lines := readme(t)
	at := slices.Index(lines, "$ curl -i http://127.0.0.1:8080/incomplete-chain")
	if at < 0 {
		t.Fatal("the README does not show the command")
	}
	for _, line := range lines[at+1:] {
		if strings.HasPrefix(line, "HTTP/") {
			if line != a.Lines[0] {
				t.Errorf("the status line is %q, the README says %q", a.Lines[0], line)
			}
			continue
		}
		name, want, ok := strings.Cut(line, ": ")
		if !ok {
			break
		}
		want, _, _ = strings.Cut(want, "…")
		if got := a.Header.Get(name); !strings.HasPrefix(got, want) {
			t.Errorf("%s is %q, the README says %q", name, got, want)
		}
	}
	if err := demo.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if code := demo.ExitCode(t, grace); code != 0 {
		t.Errorf("exit code %d after Ctrl-C, want 0", code)
	}
	if found := faults.FindString(demo.Output()); found != "" {
		t.Errorf("the demo printed %q", found)
	}
}

// TestReadmeRecordings: a failure is recorded, told, exported, and played with
// nothing that could be reached.
func TestReadmeRecordings(t *testing.T) {
	t.Parallel()
	peers.Need(t, "curl")
	var s site
	s.add(origin{name: "app", domain: "app.example.com", address: "127.0.0.1:1"})
	e := s.serve(t)
	peers.Curl(t, "http://"+e.HTTP+"/")
	archive := filepath.Join(t.TempDir(), "all.har")
	for _, args := range [][]string{
		{"recordings", "show", "failed"}, {"recordings", "export", "--format", "har", "-o", archive},
	} {
		run := exec.Command(program(t), append(args, "--record", "http://"+e.Inspect)...)
		run.Env = cleanEnvironment(t.TempDir())
		if out, err := run.CombinedOutput(); err != nil || args[1] == "show" && !strings.Contains(string(out), "CF-CONN-08 connect-refused") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
	played := s.serve(t, "--replay", archive)
	a := peers.Curl(t, "http://"+played.HTTP+"/")
	if a.Header.Get("X-Edgesim-Cause") != "CF-CONN-08 connect-refused" || a.Header.Get("X-Edgesim-Replayed") == "" {
		t.Errorf("got %d %v", a.Status, a.Header)
	}
}

// readme returns the lines of the README that are code, without their indent.
func readme(t *testing.T) []string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var code []string
	for line := range strings.Lines(string(data)) {
		if text, ok := strings.CutPrefix(line, "    "); ok {
			code = append(code, strings.TrimRight(text, "\n"))
		}
	}
	return code
}
