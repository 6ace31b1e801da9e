package sqlitestore

import (
	"context"
	"os"
	"time"

	"github.com/edgesim/edgesim/internal/store/queue"
)

// othersTake is how long an edge may take to write what is finished: it gathers
// exchanges for one batch time, and has another to write them.
const othersTake = 2 * queue.BatchTime

// AwaitOthers gives an edge that has the folder open, too, the time in which it
// ordinarily writes what it has finished: who asks for the newest exchange right
// after it was made means that one. It returns at once where nobody had the
// folder open before. An edge whose disk is slow or failing may take longer.
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

// inUse says whether a process may have an index open: SQLite keeps a file beside
// it until the last that may write closes it. It stays behind one that was killed
// or only read; then we wait for nobody, which costs a moment and no answer.
func inUse(path string) bool {
	_, err := os.Stat(path + "-wal")
	return err == nil
}
