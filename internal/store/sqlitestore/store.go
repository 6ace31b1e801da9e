package sqlitestore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/recording"
)

// Store is a [recording.Store] in a folder. Make one with [Open].
type Store struct {
	config Config
	queue  *queue.Queue
	// write is the connection of those who change something, and changing keeps
	// them apart; read are those of others.
	write, read *sql.DB
	changing    sync.Mutex
	writer      *writer
	parts       parts
	// shared says that somebody had the folder open before us.
	shared  bool
	ended   sync.WaitGroup
	closing sync.Once
	closed  error
}

var _ recording.Store = (*Store)(nil)

// indexName is the file of the index in the folder.
const indexName = "index.db"

// busyTimeout is how long one process waits for another that writes.
const busyTimeout = 5 * time.Second

// Open opens the folder, makes it if it is not there, and brings it to the
// newest schema.
func Open(ctx context.Context, c Config) (*Store, error) {
	c.defaults()
	s := &Store{config: c, queue: queue.New(c.QueueBytes), shared: inUse(filepath.Join(c.Dir, indexName))}
	if err := s.open(ctx); err != nil {
		s.closeDatabases()
		return nil, err
	}
	if !c.ReadOnly {
		s.writer = newWriter(s)
		s.ended.Go(s.writer.run)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	c := &s.config
	if err := prepareDir(c); err != nil {
		return err
	}
	path := filepath.Join(c.Dir, indexName)
	var err error
	if s.read, err = database(path, c.ReadOnly); err != nil {
		return err
	}
	s.read.SetMaxOpenConns(4)
	if !c.ReadOnly {
		if s.write, err = database(path, false); err != nil {
			return err
		}
		s.write.SetMaxOpenConns(1)
		s.write.SetMaxIdleConns(1)
	}
	db := s.write
	if db == nil {
		db = s.read
	}
	if err := migrate(ctx, db, c.Dir, c.ReadOnly); err != nil {
		return opening(c.Dir, err)
	}
	if c.ReadOnly {
		return nil
	}
	if err := s.sweep(ctx); err != nil {
		return opening(c.Dir, err)
	}
	return nil
}

// opening words why a folder cannot be opened.
func opening(dir string, err error) error {
	var newer *NewerError
	var foreign *ForeignError
	if errors.As(err, &newer) || errors.As(err, &foreign) {
		return err
	}
	return fmt.Errorf("opening the recordings in %s: %w", dir, explain(err))
}

// prepareDir makes the folder, or says why it cannot be one.
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

// writable says why nothing can be written to a folder: SQLite would only say
// so at the first exchange.
func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".writable-*")
	if err != nil {
		return fmt.Errorf("recordings cannot be written to %s: %w", dir, errors.Unwrap(err))
	}
	f.Close()
	return os.Remove(f.Name())
}

// database opens the index. The cache of a connection is bounded, as its memory
// is not Go's.
func database(path string, readOnly bool) (*sql.DB, error) {
	q := url.Values{"_pragma": {
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()),
		"journal_mode(wal)", "synchronous(normal)", "wal_autocheckpoint(4000)", "cache_size(-2000)", "temp_store(memory)", "journal_size_limit(16777216)",
	}, "_txlock": {"immediate"}}
	if readOnly {
		q = url.Values{"mode": {"ro"}, "_pragma": {fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "query_only(1)", "cache_size(-2000)"}}
	}
	if readOnly && untouched(path) {
		q.Set("immutable", "1")
	}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+q.Encode())
}

// untouched says whether an index lies where we can write nothing, and no edge
// has it open: a copy on a disk mounted for reading, say. SQLite would want to
// make files beside it.
func untouched(path string) bool {
	return !inUse(path) && writable(filepath.Dir(path)) != nil
}

// Record takes an exchange. It waits where the queue is full of what cannot be
// written as fast as it comes.
func (s *Store) Record(e *recording.Exchange) {
	if s.config.ReadOnly {
		return
	}
	s.queue.Put(e)
}

// Health says how the store is.
func (s *Store) Health() recording.Health { return s.queue.Health() }

// Close writes what is queued and closes the files.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.queue.Close()
		s.ended.Wait()
		s.closed = s.closeDatabases()
	})
	return s.closed
}

func (s *Store) closeDatabases() error {
	var all []error
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			all = append(all, db.Close())
		}
	}
	return errors.Join(all...)
}
