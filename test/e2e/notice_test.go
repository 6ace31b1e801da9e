package e2e_test

import (
	"debug/buildinfo"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// checkNotice says where NOTICE does not name exactly the modules of a binary.
func checkNotice(t *testing.T, file string, info *buildinfo.BuildInfo) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	listed := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^([a-z0-9.-]+\.[a-z]+/[^ ]+) \((Apache-2\.0|MPL-2\.0|BSD-[23]-Clause|MIT|ISC|Unlicense)\)$`).FindAllStringSubmatch(string(data), -1) {
		listed[m[1]] = true
	}
	seen := map[string]bool{}
	for _, module := range info.Deps {
		seen[module.Path] = true
		if !listed[module.Path] {
			t.Errorf("%s is in the binary and not in NOTICE: run make notice", module.Path)
		}
	}
	for module := range listed {
		if !seen[module] {
			t.Errorf("NOTICE names %s, which is not in the binary: run make notice", module)
		}
	}
}

// checkPackages looks into the packages for Linux, and at the Homebrew formula.
func checkPackages(t *testing.T, dist string) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return
	}
	for _, pattern := range []string{"*.deb", "*.rpm"} {
		if found, err := filepath.Glob(filepath.Join(dist, pattern)); err != nil || len(found) != 1 {
			t.Errorf("%s: %v, %v", pattern, found, err)
		}
	}
	packages, err := filepath.Glob(filepath.Join(dist, "*.deb"))
	if err != nil || len(packages) != 1 {
		t.Fatal(packages, err)
	}
	if _, err := exec.LookPath("dpkg-deb"); err == nil {
		out, err := exec.Command("dpkg-deb", "--contents", packages[0]).CombinedOutput()
		if err != nil || !strings.Contains(string(out), "./usr/bin/edgesim") || !strings.Contains(string(out), "doc/edgesim/NOTICE") {
			t.Errorf("%v\n%s", err, out)
		}
	}
	formula, err := os.ReadFile(filepath.Join(dist, "edgesim.rb"))
	sums, sumsErr := os.ReadFile(filepath.Join(dist, "SHA256SUMS"))
	if err != nil || sumsErr != nil {
		t.Fatal(err, sumsErr)
	}
	sum, _, _ := strings.Cut(string(sums[strings.Index(string(sums), "  edgesim_linux_"+runtime.GOARCH+"\n")-64:]), " ")
	if !strings.Contains(string(formula), `sha256 "`+sum+`"`) {
		t.Errorf("the formula does not have the checksum %s:\n%s", sum, formula)
	}
}
