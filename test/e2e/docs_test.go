package e2e_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/edgesimtest"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/policy"
)

// block returns the one block of a language in a document.
func block(t *testing.T, document, language string) string {
	t.Helper()
	text, err := os.ReadFile(document)
	if err != nil {
		t.Fatal(err)
	}
	found := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(found) != 1 {
		t.Fatalf("%s has %d blocks of %s, want one", document, len(found), language)
	}
	return found[0][1]
}

// TestTestingDocument runs the examples of docs/TESTING.md unchanged, in the languages that
// this machine has.
func TestTestingDocument(t *testing.T) {
	t.Parallel()
	const document = "../../docs/TESTING.md"
	origin := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	t.Cleanup(origin.Close)
	for _, row := range []struct {
		language, file string
		command        []string
		want           []string
	}{
		{"sh", "calls.sh", []string{"sh", "-eu"}, []string{"\n504\n", `"forced": "fault-1"`, `"removed": 1`}},
		{"python", "test_checkout.py", []string{"python3", "-c",
			"import sys, runpy\nfor name, f in runpy.run_path(sys.argv[1]).items():\n  if name.startswith('test_'): f(); print('passed', name)"},
			[]string{"passed test_checkout_survives_a_timeout"}},
		{"js", "checkout.test.js", []string{"node", "--test"}, []string{"# pass 1", "# fail 0"}},
	} {
		t.Run(row.language, func(t *testing.T) {
			t.Parallel()
			peers.Need(t, "curl")
			if row.command[0] != "sh" {
				peers.Need(t, row.command[0])
			}
			edge := serve(t, "--origin", origin.URL)
			file := filepath.Join(t.TempDir(), row.file)
			if err := os.WriteFile(file, []byte(block(t, document, row.language)), 0o600); err != nil {
				t.Fatal(err)
			}
			c := exec.Command(row.command[0], append(row.command[1:], file)...)
			c.Env = append(cleanEnvironment(t.TempDir()), "EDGE=http://"+edge.HTTP, "API=http://"+edge.Inspect)
			output, err := c.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, output)
			}
			for _, want := range row.want {
				if !strings.Contains(string(output), want) && !strings.Contains(string(output), strings.Replace(want, "#", "ℹ", 1)) {
					t.Errorf("the output lacks %q:\n%s", want, output)
				}
			}
		})
	}
}

// TestTestingDocumentGo is the Go block of docs/TESTING.md, word for word.
func TestTestingDocumentGo(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("docs_test.go")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(source), "\n"+block(t, "../../docs/TESTING.md", "go")) {
		t.Error("the Go block of docs/TESTING.md is not the function TestCheckout of this file")
	}
}

// app is the application of TestCheckout.
var app = http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})

func TestCheckout(t *testing.T) {
	edge := edgesimtest.Start(t, edgesimtest.Config{Handler: app})

	edge.Fail(policy.CauseConnectTimeout, 1) // the next request to the origin gets CloudFront's 504
	response, err := edge.Client.Get(edge.TLSURL + "/checkout")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != 504 || edge.LastCause().Name != policy.CauseConnectTimeout {
		t.Errorf("got %d, %v", response.StatusCode, edge.LastCause())
	}
}
