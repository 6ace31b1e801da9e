package terraform

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// write makes a folder of files.
func write(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// readDir reads a folder of files that must be readable.
func readDir(t testing.TB, files map[string]string, parameters map[string]string) *tree.Set {
	t.Helper()
	set, err := ReadFolder(write(t, files), Options{Parameters: parameters})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// cdn is a distribution with these lines in its block.
func cdn(lines string) string {
	return `resource "aws_cloudfront_distribution" "d" {
  enabled = true
` + lines + `
}
`
}

// only returns the one resource of a type.
func only(t testing.TB, set *tree.Set, kind tree.Type) tree.Resource {
	t.Helper()
	list := set.Of(kind)
	if len(list) != 1 {
		t.Fatalf("%d resources of type %s, want 1: %+v", len(list), kind, set.Remarks)
	}
	return list[0]
}

// comment evaluates an expression as the comment of a distribution.
func comment(t testing.TB, expression string, files map[string]string, parameters map[string]string) *tree.Node {
	t.Helper()
	all := map[string]string{"main.tf": cdn("  comment = " + expression)}
	for name, text := range files {
		all[name] += text
	}
	return only(t, readDir(t, all, parameters), tree.Distribution).Config.Get("Comment")
}

// text writes a node in one line.
func text(n *tree.Node) string {
	if n == nil {
		return "absent"
	}
	var parts []string
	switch n.Kind {
	case tree.Object:
		for _, f := range n.Fields {
			parts = append(parts, f.Name+"="+text(f.Value))
		}
		return "{" + strings.Join(parts, " ") + "}"
	case tree.List:
		for _, item := range n.Items {
			parts = append(parts, text(item))
		}
		return "[" + strings.Join(parts, " ") + "]"
	case tree.Unresolved:
		return "?" + n.Text
	case tree.Null:
		return "null"
	}
	return n.Text
}
