package main

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/columns"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/policy"
)

// someOrigins are origins of the lab as a running one has them.
func someOrigins(names ...string) []lab.Origin {
	var some []lab.Origin
	for _, name := range names {
		for _, f := range lab.Faults() {
			if f.Name == name {
				some = append(some, lab.Origin{Fault: f, Address: "127.0.0.2:44300"})
			}
		}
	}
	return some
}

// TestScreens: what lists print on terminals of three widths, and in a file.
func TestScreens(t *testing.T) {
	t.Parallel()
	origins := someOrigins("healthy-rsa", "client-certificate-tls12", "expired", "slow-post", "stalled-body")
	rows := make([]labOrigin, len(origins))
	for i, o := range origins {
		rows[i] = labOrigin{o.Fault, o.Host(), o.Address}
	}
	at := addresses{HTTP: "127.0.0.2:8080", HTTPS: "127.0.0.2:8443", Inspect: "127.0.0.2:4040"} // no ports that golden replaces
	judged := func(protocols ...distribution.SSLProtocol) (verdicts []policy.ELBVerdict) {
		for _, e := range policy.ELBPolicies() {
			if strings.Contains(e.Name, "2021-06") || strings.Contains(e.Name, "2017-01") {
				verdicts = append(verdicts, policy.JudgeELBPolicy(e, protocols, policy.CurrentSnapshot()))
			}
		}
		return verdicts
	}
	for name, screen := range map[string]func(io.Writer, int) error{
		"lab":      func(w io.Writer, width int) error { return labScreen(w, rows, width) },
		"demo-all": func(w io.Writer, width int) error { demoTable(w, origins, at, width); return nil },
		"elb": func(w io.Writer, width int) error {
			return elbScreen(w, judged(distribution.TLSv1, distribution.TLSv12), width)
		},
		"elb-fails": func(w io.Writer, width int) error { return elbScreen(w, judged(distribution.TLSv11)[1:2], width) },
	} {
		for _, width := range []int{0, 60, 80, 120} {
			var out bytes.Buffer
			if err := screen(&out, width); err != nil {
				t.Fatal(err)
			}
			golden(t, fmt.Sprintf("%s_%d.txt", name, width), out.Bytes())
			noLongLines(t, out.String(), width)
		}
	}
}

// noLongLines wants no line longer than the terminal but a command, and a word that
// cannot be broken.
func noLongLines(t *testing.T, text string, width int) {
	t.Helper()
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\n")
		if n := utf8.RuneCountInString(line); width > 0 && n > width && len(columns.Wrap(line, 1)) > 1 && !strings.HasPrefix(line, "  edgesim ") {
			t.Errorf("width %d: %d columns in %q", width, n, line)
		}
	}
}
