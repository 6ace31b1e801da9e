package proxy_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/edgesim/edgesim/proxy"
)

// TestPublishOnce: if two edges make a CA at the same time, the second keeps the first
// one's key.
func TestPublishOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	to := filepath.Join(dir, "ca.key")
	for i, want := range []error{nil, fs.ErrExist} {
		from := filepath.Join(dir, []string{"first", "second"}[i])
		must(t, os.WriteFile(from, []byte(from), 0o600))
		if err := proxy.PublishOnceForTest(from, to); !errors.Is(err, want) {
			t.Errorf("number %d: got %v, want %v", i+1, err, want)
		}
	}
	if got, err := os.ReadFile(to); err != nil || filepath.Base(string(got)) != "first" {
		t.Errorf("the file is %q, %v", got, err)
	}
}
