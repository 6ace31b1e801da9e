package sqlitestore_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/internal/store/sqlitestore"
)

// TestAwaitOthers waits longer than an edge gathers exchanges, but only if there is another
// edge, and no longer than the caller's context.
func TestAwaitOthers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	closed(t, open(t, sqlitestore.Config{Dir: dir}))
	alone := open(t, sqlitestore.Config{Dir: dir, ReadOnly: true})
	defer closed(t, alone)
	edge := open(t, sqlitestore.Config{Dir: dir})
	defer closed(t, edge)
	beside := open(t, sqlitestore.Config{Dir: dir, ReadOnly: true})
	defer closed(t, beside)
	synctest.Test(t, func(t *testing.T) {
		waited := func(ctx context.Context, s *sqlitestore.Store) time.Duration {
			start := time.Now()
			s.AwaitOthers(ctx)
			return time.Since(start)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if got := waited(t.Context(), beside); got <= queue.BatchTime {
			t.Errorf("beside an edge: waited %s, which gathers for %s", got, queue.BatchTime)
		}
		for name, got := range map[string]time.Duration{
			"alone": waited(t.Context(), alone), "a writer": waited(t.Context(), edge), "no time": waited(ended, beside),
		} {
			if got != 0 {
				t.Errorf("%s: waited %s, want not at all", name, got)
			}
		}
	})
}
