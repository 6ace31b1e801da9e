package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestAction runs what the GitHub Action runs, with edgesim on PATH: it annotates,
// writes SARIF and the verdict, and ends with check's exit code.
func TestAction(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		peers.Lack(t, "bash is not installed")
	}
	dir := t.TempDir()
	script, err := filepath.Abs("../../tools/action.sh")
	if err != nil {
		t.Fatal(err)
	}
	binary := program(t)
	if err := os.Symlink(binary, filepath.Join(dir, "edgesim")); err != nil {
		t.Fatal(err)
	}
	c := exec.Command("bash", script)
	c.Dir = dir
	c.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "GITHUB_ACTIONS=true", "GITHUB_OUTPUT="+filepath.Join(dir, "output"),
		"EDGESIM_ACTION_CONFIG=https://nowhere.invalid", "EDGESIM_ACTION_ARGS=--connect nowhere.invalid=127.0.0.1:1", "EDGESIM_ACTION_FAIL_ON=fail",
		"EDGESIM_ACTION_SARIF=out.sarif", "EDGESIM_ACTION_VERSION=latest")
	out, err := c.CombinedOutput()
	if c.ProcessState.ExitCode() != 1 {
		t.Fatalf("exit code %d, %v\n%s", c.ProcessState.ExitCode(), err, out)
	}
	if !strings.Contains(string(out), "::error") || !strings.Contains(string(out), "CF-CONN-08") {
		t.Errorf("no annotation in\n%s", out)
	}
	output, err := os.ReadFile(filepath.Join(dir, "output"))
	if err != nil || string(output) != "verdict=fail\n" {
		t.Errorf("the output is %q, %v", output, err)
	}
	sarif, err := os.ReadFile(filepath.Join(dir, "out.sarif"))
	if err != nil || !strings.Contains(string(sarif), `"ruleId": "CF-CONN-08"`) {
		t.Errorf("the SARIF file: %v\n%s", err, sarif)
	}
}
