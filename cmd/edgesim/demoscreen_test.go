package main

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/edgesim/edgesim/internal/lab"
)

// TestDemoScreen: every origin is on the screen, which has the width of the
// terminal and, on one of 80 columns, 24 lines.
func TestDemoScreen(t *testing.T) {
	t.Parallel()
	var origins []lab.Origin
	for _, f := range lab.Faults() {
		origins = append(origins, lab.Origin{Fault: f})
	}
	at := addresses{HTTP: "127.0.0.1:8080", HTTPS: "127.0.0.1:8443", Inspect: "127.0.0.1:4040"}
	for _, width := range []int{60, 80, 120} {
		var b strings.Builder
		demoScreen(&b, origins, at, width)
		file := fmt.Sprintf("testdata/demo_%d.txt", width)
		if *update {
			if err := os.WriteFile(file, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if b.String() != string(want) {
			t.Errorf("differs from %s (run with -update and read the difference):\n%s", file, b.String())
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(line) - 1; n > width && !strings.Contains(line, " --record ") { // a command stays whole
				t.Errorf("width %d: %d columns in %q", width, n, line)
			}
		}
		if n := strings.Count(b.String(), "\n"); width == 80 && n > 24 {
			t.Errorf("%d lines", n)
		}
		for _, o := range origins {
			if !strings.Contains(b.String(), o.Path()) {
				t.Errorf("%s is not there", o.Path())
			}
		}
	}
}
