package sqlitestore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/recording"
)

// Store is a [recording.Store] in a folder. Make one with [Open].
type Store struct {
	config Config
	queue  *queue.Queue
	// files are the connections to the index. They change when the folder was removed or
	// the index rebuilt. changing serializes changes.
	files    atomic.Pointer[files]
	changing sync.Mutex
	writer   *writer
	parts    parts
	damage   damage
	// made counts how often the folder was reopened: what the writer remembers from before
	// is then worthless.
	made atomic.Int64
	// shared means that another process had the folder open before us.
	shared  bool
	ended   sync.WaitGroup
	closing sync.Once
	closed  error
}

var _ recording.Store = (*Store)(nil)

// indexName is the index file in the folder.
const indexName = "index.db"

// busyTimeout is how long one process waits for another that writes.
const busyTimeout = 5 * time.Second

// Open opens the folder, creates it if it does not exist, and brings it to the newest
// schema.
func Open(ctx context.Context, c Config) (*Store, error) {
	c.defaults()
	s := &Store{config: c, queue: queue.New(c.QueueBytes), shared: inUse(filepath.Join(c.Dir, indexName))}
	if err := s.openFolder(ctx); err != nil {
		return nil, err
	}
	if !c.ReadOnly {
		s.writer = newWriter(s)
		s.ended.Go(s.writer.run)
	}
	return s, nil
}

// openFolder opens the folder as it is now. A damaged index is rebuilt from the segments;
// on a full disk, the reserve is freed.
func (s *Store) openFolder(ctx context.Context) error {
	err := s.open(ctx)
	if s.config.ReadOnly || err == nil {
		return err
	}
	if full(err) && s.releaseReserve() {
		err = s.open(ctx)
	}
	if s.rebuildable(err) {
		if err = s.setIndexAside(); err == nil {
			err = s.open(ctx)
		}
	}
	return err
}

func (s *Store) open(ctx context.Context) (err error) {
	c := &s.config
	if err := prepareDir(c); err != nil {
		return err
	}
	f, err := openFiles(filepath.Join(c.Dir, indexName), c.ReadOnly)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			s.files.Store(nil)
			_ = f.close() // the first error counts
		}
	}()
	db := f.write
	if db == nil {
		db = f.read
	}
	if err := migrate(ctx, db, c.Dir, c.ReadOnly); err != nil {
		return opening(c.Dir, err)
	}
	if err := f.identify(); err != nil {
		return opening(c.Dir, err)
	}
	if f.write != nil {
		if err := f.prepare(ctx); err != nil {
			return opening(c.Dir, err)
		}
	}
	s.files.Store(f)
	if c.ReadOnly {
		return nil
	}
	if err := s.rebuild(ctx); err != nil {
		return opening(c.Dir, err)
	}
	if err := s.sweep(ctx); err != nil {
		return opening(c.Dir, err)
	}
	s.keepReserve()
	return nil
}

// opening explains why a folder cannot be opened.
func opening(dir string, err error) error {
	var newer *NewerError
	var foreign *ForeignError
	if errors.As(err, &newer) || errors.As(err, &foreign) {
		return err
	}
	advice := ""
	if rebuildable(err) {
		advice = " (edgesim recordings check --repair makes the index again from the segments)"
		if len(segmentFiles(dir)) == 0 {
			advice = " (move the folder away, and a new one is begun)"
		}
	}
	return fmt.Errorf("opening the recordings in %s: %w%s", dir, explain(err), advice)
}

// prepareDir creates the folder, or says why it cannot.
func prepareDir(c *Config) error {
	if c.Dir == "" {
		return errors.New("recordings need a folder")
	}
	info, err := os.Stat(c.Dir)
	switch {
	case err == nil && !info.IsDir():
		return fmt.Errorf("recordings are kept in a folder, and %s is a file: name another", c.Dir)
	case err == nil && c.ReadOnly:
		if _, err := os.Stat(filepath.Join(c.Dir, indexName)); err != nil {
			return fmt.Errorf("there are no recordings in %s: it has no %s", c.Dir, indexName)
		}
		return nil
	case err == nil:
		return writable(c.Dir)
	case c.ReadOnly:
		return fmt.Errorf("there are no recordings in %s: %w", c.Dir, errors.Unwrap(err))
	}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return fmt.Errorf("making a folder for recordings: %w", err)
	}
	return nil
}

// writable returns why a folder is not writable: SQLite would only report it at the first
// exchange.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return fmt.Errorf("recordings cannot be written to %s: %w", dir, errors.Unwrap(err))
	}
	f.Close()
	return os.Remove(f.Name())
}

// Record takes an exchange, without its secrets. It waits if the queue is full because
// exchanges come faster than they can be written.
func (s *Store) Record(e *recording.Exchange) {
	if s.config.ReadOnly {
		return
	}
	// Here, and not when it is written: now it is in the processor's cache, which halves
	// the cost.
	s.queue.Put(s.config.Redactor.Redact(e))
}

// Health returns the health of the store.
func (s *Store) Health() recording.Health {
	h := s.queue.Health()
	h.Damaged = s.damage.count()
	return h
}

// Close writes what is queued and closes the files.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.queue.Close()
		s.ended.Wait()
		s.closed = s.files.Load().close()
	})
	return s.closed
}
