package edge_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/edge"
)

// TestNewID makes so many ids that one in 64 that begins with a dash would be
// among them.
func TestNewID(t *testing.T) {
	t.Parallel()
	for range 4096 {
		id := edge.NewID()
		if len(id) != 56 || !strings.HasSuffix(id, "==") || id[0] == '-' {
			t.Fatalf("CF-REQ-57: got %q, want 56 characters that end in == and do not begin with -", id)
		}
	}
}
