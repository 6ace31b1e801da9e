package page_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// mostBytes limits the page with everything it loads.
const mostBytes = 200 << 10

// elsewhere is what would load or run something that is not of the page.
var elsewhere = regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|https?://[a-z0-9.-]+/[^"]*\.(js|css|woff2?)|@import`)

// TestAssets: small, from nowhere else, and never parsed from text.
func TestAssets(t *testing.T) {
	t.Parallel()
	sum := 0
	err := fs.WalkDir(os.DirFS("assets"), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile("assets/" + name)
		sum += len(data)
		if found := elsewhere.FindString(string(data)); found != "" {
			t.Errorf("%s has %q", name, found)
		}
		if lines := strings.Count(string(data), "\n"); lines > 400 {
			t.Errorf("%s has %d lines", name, lines)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if sum > mostBytes || sum == 0 {
		t.Errorf("the page has %d bytes, at most %d are allowed", sum, mostBytes)
	}
	t.Logf("%d bytes", sum)
}
