package sqlitestore

import (
	"context"
	"os"
	"time"

	"github.com/edgesim/edgesim/internal/store/queue"
)

// othersTake is how long an edge may take to write finished exchanges: it gathers them for
// one batch time, and needs another to write them.
const othersTake = 2 * queue.BatchTime

// AwaitOthers waits as long as another edge that has the folder open usually takes to write
// finished exchanges: a request for the newest exchange right after it was made means that
// one. It returns at once if no one else had the folder open. An edge whose disk is slow or
// failing may take longer.
func (s *Store) AwaitOthers(ctx context.Context) {
	if !s.config.ReadOnly || !s.shared {
		return
	}
	timer := time.NewTimer(othersTake)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}

// inUse reports whether a process may have an index open: SQLite keeps a file next to it
// until the last writer closes it. The file remains if the process was killed or only read;
// the wait is then pointless, but short and harmless.
func inUse(path string) bool {
	_, err := os.Stat(path + "-wal")
	return err == nil
}
