package e2e_test

import (
	"debug/buildinfo"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestRelease makes a release for this machine alone: its checksums are right,
// its bill of materials names every module in the binary, and the binary runs.
func TestRelease(t *testing.T) {
	t.Parallel()
	for _, need := range []string{"make", "sha256sum"} {
		if _, err := exec.LookPath(need); err != nil {
			peers.Lack(t, need+" is not installed")
		}
	}
	dist := t.TempDir()
	target := runtime.GOOS + "/" + runtime.GOARCH
	c := exec.Command("make", "release", "DIST="+dist, "TARGETS="+target, "VCS=false")
	c.Dir = "../.."
	if output, err := c.CombinedOutput(); err != nil {
		t.Fatalf("make release: %v\n%s", err, output)
	}
	c = exec.Command("sha256sum", "--check", "--strict", "SHA256SUMS")
	c.Dir = dist
	if output, err := c.CombinedOutput(); err != nil {
		t.Errorf("SHA256SUMS: %v\n%s", err, output)
	}
	binary := filepath.Join(dist, "edgesim_"+runtime.GOOS+"_"+runtime.GOARCH)
	if output, err := exec.Command(binary, "--version").CombinedOutput(); err != nil {
		t.Errorf("--version: %v\n%s", err, output)
	}
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(binary + ".cdx.json")
	if err != nil {
		t.Fatal(err)
	}
	var bom struct {
		BOMFormat  string
		Components []struct{ Name, Version string }
	}
	if err := json.Unmarshal(data, &bom); err != nil || bom.BOMFormat != "CycloneDX" {
		t.Fatalf("the bill of materials: %v\n%s", err, data)
	}
	checkNotice(t, filepath.Join(dist, "NOTICE"), info)
	listed := map[string]string{}
	for _, component := range bom.Components {
		listed[component.Name] = component.Version
	}
	for _, module := range info.Deps {
		if listed[module.Path] != module.Version {
			t.Errorf("%s %s is in the binary, and in the bill of materials as %q", module.Path, module.Version, listed[module.Path])
		}
	}
	checkPackages(t, dist)
	for _, file := range []string{"edgesim.1", "completions/edgesim.bash", "completions/edgesim.zsh", "completions/edgesim.fish"} {
		if info, err := os.Stat(filepath.Join(dist, file)); err != nil || info.Size() == 0 {
			t.Errorf("%s: %v", file, err)
		}
	}
}
