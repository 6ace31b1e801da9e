package e2e_test

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// readmeCommands are the commands of the README. One that is added there must
// be added here, and be run below.
var readmeCommands = []string{
	"go run ./cmd/edgesim demo",
	"curl -i http://127.0.0.1:8080/incomplete-chain",
	"make test",
	"go run ./cmd/edgesim serve --origin https://www.example.com",
	"curl -i http://127.0.0.1:8080/",
	"edgesim serve dist-config.json --connect app.example.com=127.0.0.1:8444 --origin-ca my-ca.pem",
	"edgesim check https://www.example.com",
	"edgesim check dist-config.json --format junit",
	"edgesim recordings show failed",
	"edgesim recordings export --format har -o all.har",
	"edgesim serve dist-config.json --replay all.har",
}

// TestReadmeCommands: the list above is complete.
func TestReadmeCommands(t *testing.T) {
	t.Parallel()
	var found []string
	for _, line := range readme(t) {
		line = strings.TrimPrefix(line, "$ ")
		for _, program := range []string{"go ", "curl ", "make ", "edgesim "} {
			if strings.HasPrefix(line, program) {
				found = append(found, line)
			}
		}
	}
	if !slices.Equal(found, readmeCommands) {
		t.Errorf("the README has the commands\n%s\nwant\n%s", strings.Join(found, "\n"), strings.Join(readmeCommands, "\n"))
	}
}

// TestReadmeDemo: the tour, and what curl is said to print.
func TestReadmeDemo(t *testing.T) {
	t.Parallel()
	peers.Need(t, "curl")
	demo := start(t, "demo")
	a := peers.Curl(t, "http://"+demo.HTTP+"/incomplete-chain")
	lines := readme(t)
	at := slices.Index(lines, "$ "+readmeCommands[1])
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

// TestReadmeServe: an edge for one origin, and for a configuration with the
// flags of the README. Nothing listens at the origins here.
func TestReadmeServe(t *testing.T) {
	t.Parallel()
	peers.Need(t, "curl")
	t.Run("origin", func(t *testing.T) {
		t.Parallel()
		e := serve(t, "--origin", "https://www.example.com", "--connect", "www.example.com=127.0.0.1:1")
		a := peers.Curl(t, "http://"+e.HTTP+"/")
		if got := a.Header.Get("X-Edgesim-Cause"); got != "CF-CONN-08 connect-refused" {
			t.Errorf("got %d %q", a.Status, got)
		}
	})
	t.Run("configuration", func(t *testing.T) {
		t.Parallel()
		var s site
		s.add(origin{name: "app", domain: "app.example.com", address: "127.0.0.1:1"})
		a := peers.Curl(t, "http://"+s.serve(t).HTTP+"/")
		if got := a.Header.Get("X-Edgesim-Cause"); got != "CF-CONN-08 connect-refused" {
			t.Errorf("got %d %q", a.Status, got)
		}
	})
}

// TestReadmeCheck: the commands of the README, at a port where nothing listens.
func TestReadmeCheck(t *testing.T) {
	t.Parallel()
	var s site
	s.add(origin{name: "app", domain: "app.example.com", address: "127.0.0.1:1"})
	config := filepath.Join(t.TempDir(), "dist-config.json")
	data, err := json.Marshal(s.config())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(config, data, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{
		{"check", "https://www.example.com", "--connect", "www.example.com=127.0.0.1:1"},
		{"check", config, "--format", "junit", "--connect", "app.example.com=127.0.0.1:1"},
	} {
		run := exec.Command(program(t), args...)
		run.Env = cleanEnvironment(t.TempDir())
		out, err := run.Output()
		var ended *exec.ExitError
		if !errors.As(err, &ended) || ended.ExitCode() != 1 || !strings.Contains(string(out), "CF-CONN-08") {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
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

// TestReadmeMake: "make test" is there.
func TestReadmeMake(t *testing.T) {
	t.Parallel()
	output, err := exec.CommandContext(t.Context(), "make", "-n", "-C", filepath.Join("..", ".."), "test").CombinedOutput()
	if err != nil || !strings.Contains(string(output), "go test") {
		t.Errorf("make test would run %s (%v), want go test in it", output, err)
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
