package deps_test

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/edgesim/edgesim/internal/deps"
)

// TestRepository states a policy: it fails if a package imports what it must not, or if
// there is a second way to connect to an origin.
func TestRepository(t *testing.T) {
	t.Parallel()
	found, err := deps.Check(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
}

// TestOrder checks the table itself: a row may only import rows above it, and says why.
func TestOrder(t *testing.T) {
	t.Parallel()
	var above []string
	for _, p := range deps.Packages {
		if p.Why == "" {
			t.Errorf("%s has no reason", p.Path)
		}
		if slices.Contains(above, p.Path) {
			t.Errorf("%s is there twice", p.Path)
		}
		for _, imported := range p.Imports {
			if !slices.Contains(above, imported) {
				t.Errorf("%s may import %s, which does not stand above it", p.Path, imported)
			}
		}
		above = append(above, p.Path)
	}
	for imported, why := range deps.TestImports {
		if !slices.Contains(above, imported) || why == "" {
			t.Errorf("tests may import %q (%q), which is not a package or has no reason", imported, why)
		}
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	const ours = `import _ "github.com/edgesim/edgesim/`
	for _, row := range []struct {
		name, file, source string
		want               string // part of the one sentence; "" for none
	}{
		{"allowed import", "edge/a.go", ours + `originconn"`, ""},
		{"upward import", "policy/a.go", ours + `edge"`, "policy/a.go:2: package policy must not import edge: what the documentation prescribes is pure"},
		{"sideways import", "internal/inspector/a.go", ours + `originconn"`, "package internal/inspector must not import originconn: it reads recordings"},
		{"test imports above", "proxy/a_test.go", ours + `originconn"`, ""},
		{"test imports the lab", "originconn/a_test.go", ours + `internal/lab"`, ""},
		{"test imports upward", "policy/a_test.go", ours + `edge"`, "package policy must not import edge"},
		{"module in its place", "internal/ingest/a.go", `import _ "go.yaml.in/yaml/v3"`, ""},
		{"module elsewhere", "edge/a.go", `import _ "go.yaml.in/yaml/v3"`, "package edge must not import go.yaml.in/yaml/v3: a module of others is argued for"},
		{"module with a longer name", "internal/ingest/a.go", `import _ "go.yaml.in/yaml/v3x"`, "package internal/ingest must not import"},
		{"unknown package", "helpers/a.go", "", `package "helpers" is not in the import order`},
		{"file in the root", "a.go", "", `package "." is not in the import order`},
		{"testing", "internal/lab/a.go", `import _ "testing"`, "production code must not carry test code along"},
		{"testing in a test", "internal/lab/a_test.go", `import _ "testing"`, ""},
		{"dot import", "internal/lab/a.go", `import . "net"`, "with a dot"},
		{"tls.Client", "proxy/a.go", `import "crypto/tls"; var _ = tls.Client(nil, nil)`, "package proxy must not use tls.Client: originconn is the only road"},
		{"tls.Client renamed", "internal/lab/a.go", `import x "crypto/tls"; var _ = x.Client(nil, nil)`, "package internal/lab must not use tls.Client"},
		{"tls.Server", "proxy/a.go", `import "crypto/tls"; var _ = tls.Server(nil, nil)`, ""},
		{"net.Dialer", "cmd/edgesim/a.go", `import "net"; var _ net.Dialer`, "package cmd/edgesim must not use net.Dialer"},
		{"net.Dial", "edge/a.go", `import "net"; var _ = net.Dial`, "package edge must not use net.Dial"},
		{"net.Dialer on the road", "originconn/dial.go", `import "net"; var _ net.Dialer`, ""},
		{"prose", "internal/check/a.go", `import "strings"; var f struct{ Observed string }; var _ = strings.Contains(f.Observed, "x")`, "must not look for text in Observed"},
		{"prose as the text looked for", "internal/check/a.go", `import "strings"; var f struct{ Observed string }; var _ = strings.Contains("x", f.Observed)`, ""},
		{"no prose", "internal/check/a.go", `import "strings"; var f struct{ Name string }; var _ = strings.Contains(f.Name, "x")`, ""},
		{"time.Now", "edge/errorcache.go", `import "time"; var _ = time.Now()`, "package edge must not use time.Now: edge.Clock is the time of every decision"},
		{"time.Since", "policy/a.go", `import "time"; var _ = time.Since(time.Time{})`, "package policy must not use time.Since"},
		{"time.Now of the clock", "edge/clock.go", `import "time"; var _ = time.Now`, ""},
		{"http.Client", "internal/inspector/a.go", `import "net/http"; var _ http.Client`, "package internal/inspector must not use http.Client"},
		{"http.Client of healthcheck", "cmd/edgesim/healthcheck.go", `import "net/http"; var _ http.Client`, ""},
		{"http.Transport of goproxy", "proxy/a.go", `import "net/http"; var _ http.Transport`, ""},
		{"NewCause", "originconn/a.go", `import "github.com/edgesim/edgesim/policy"; var _ = policy.NewCause`, "package originconn must not use policy.NewCause: policy makes the causes"},
		{"NewCause in a test", "originconn/a_test.go", `import "github.com/edgesim/edgesim/policy"; var _ = policy.NewCause`, ""},
		{"InsecureSkipVerify", "originconn/a.go", `import "crypto/tls"; var _ = tls.Config{InsecureSkipVerify: true}`, "package originconn must not use InsecureSkipVerify"},
		{"InsecureSkipVerify set later", "internal/lab/a.go", `import "crypto/tls"; func f(c *tls.Config) { c.InsecureSkipVerify = true }`, "must not use InsecureSkipVerify"},
		{"InsecureSkipVerify in its place", "originconn/handshake.go", `import "crypto/tls"; var _ = tls.Config{InsecureSkipVerify: true}`, ""},
		{"in a comment", "edge/a.go", "// InsecureSkipVerify and tls.Client are only words here.", ""},
		{"in a test", "edge/a_test.go", `import "crypto/tls"; var _ = tls.Config{InsecureSkipVerify: true}`, ""},
		{"test/e2e", "test/e2e/a.go", `import ("net/http/httputil"; _ "testing"); var _ httputil.ReverseProxy`, ""},
		{"testdata", "edge/testdata/a.go", `import _ "testing"`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			found, err := deps.Check(fstest.MapFS{row.file: {Data: []byte("package p\n" + row.source + "\n")}})
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case row.want == "" && len(found) > 0:
				t.Errorf("got %q, want nothing", found)
			case row.want != "" && (len(found) != 1 || !strings.Contains(found[0], row.want)):
				t.Errorf("got %q, want one with %q", found, row.want)
			}
		})
	}
}

// TestNestedModule checks that a nested module, such as an example, is skipped.
func TestNestedModule(t *testing.T) {
	t.Parallel()
	found, err := deps.Check(fstest.MapFS{
		"examples/app/go.mod": {Data: []byte("module app\n")},
		"examples/app/a.go":   {Data: []byte("package app\n")},
	})
	if err != nil || len(found) > 0 {
		t.Errorf("got %q, %v, want nothing", found, err)
	}
}
