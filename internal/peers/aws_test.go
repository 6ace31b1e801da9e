package peers

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// TestVersion1OfTheAWSCLIIsPassedOver has folders with programs that say which
// version they are, as pip and virtual environments leave them.
func TestVersion1OfTheAWSCLIIsPassedOver(t *testing.T) {
	t.Parallel()
	folder := func(says string) string {
		dir := t.TempDir()
		script := fmt.Sprintf("#!/bin/sh\necho '%s'\n", says)
		if err := os.WriteFile(filepath.Join(dir, "aws"), []byte(script), 0o700); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	none, broken := t.TempDir(), folder("command not found")
	first, second := folder("aws-cli/1.45.11 Python/3.11.7"), folder("aws-cli/2.9.19 Python/3.11.2")
	if got := firstOfVersion2([]string{none, broken, first, second}); got != filepath.Join(second, "aws") {
		t.Errorf("got %q", got)
	}
	if got := firstOfVersion2([]string{none, broken, first}); got != "" {
		t.Errorf("got %q, want none", got)
	}
}
