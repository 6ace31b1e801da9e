package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestFunctionsDocument runs the examples of docs/FUNCTIONS.md unchanged.
func TestFunctionsDocument(t *testing.T) {
	t.Parallel()
	const document = "../../docs/FUNCTIONS.md"
	dir := t.TempDir()
	for file, language := range map[string]string{"rewrite.js": "js", "event.json": "json", "try.sh": "sh"} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(block(t, document, language)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	command := exec.Command("sh", "-eu", "try.sh")
	command.Dir = dir
	command.Env = append(os.Environ(), "PATH="+filepath.Dir(program(t))+string(os.PathListSeparator)+os.Getenv("PATH"))
	out, err := command.Output()
	var result struct {
		FunctionOutput        string
		FunctionExecutionLogs []string
	}
	if jsonErr := json.Unmarshal(out, &result); err != nil || jsonErr != nil {
		t.Fatalf("%v %v: %s", err, jsonErr, out)
	}
	if result.FunctionOutput != `{"response":{"statusCode":308,"headers":{"location":{"value":"/new"}},"cookies":{}}}` || strings.Join(result.FunctionExecutionLogs, "") != "request for /old" {
		t.Errorf("got %s", out)
	}
}

// TestFunctionCommand: exit codes, and a second opinion.
func TestFunctionCommand(t *testing.T) {
	t.Parallel()
	peers.Need(t, "njs")
	dir := t.TempDir()
	write := func(name, text string) string {
		file := filepath.Join(dir, name)
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return file
	}
	event := write("event.json", `{"request":{"method":"GET","uri":"/","querystring":{},"headers":{"host":{"value":"h"}},"cookies":{}}}`)
	fine := write("fine.js", "import cf from 'cloudfront';\nfunction handler(event) { return event.request; }")
	live := write("live.js", "function handler(event) { event.request.headers.via = { value: 'x' }; return event.request; }")
	broken := write("broken.js", "function handler(event) {\n  for (const a of []) {}\n}")
	for _, row := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{fine, "--event", event, "--engine", "njs"}, 0, "njs: accepts the syntax"},
		{[]string{live, "--event", event}, 1, `"class": "FunctionValidationError"`},
		{[]string{broken, "--event", event, "--engine", "njs"}, 1, `Token \"of\" not supported in this version in 2`},
		{[]string{fine}, 2, "--event FILE is needed"},
		{[]string{fine, "--event", event, "--stage", "origin-request"}, 2, "neither viewer-request nor viewer-response"},
		{[]string{fine, "--event", broken}, 2, "not JSON"},
		{[]string{fine, "--event", event, "--kvs", "a=" + broken}, 2, "is not a JSON object"},
		{[]string{fine, "--event", event, "--runtime", "node"}, 2, "CF-FN-99"},
	} {
		command := exec.Command(program(t), append([]string{"function", "test"}, row.args...)...)
		out, _ := command.CombinedOutput()
		if command.ProcessState.ExitCode() != row.code || !strings.Contains(string(out), row.want) {
			t.Errorf("%v: exit %d, %s", row.args, command.ProcessState.ExitCode(), out)
		}
	}
}
