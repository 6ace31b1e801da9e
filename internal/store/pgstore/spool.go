package pgstore

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/edgesim/edgesim/internal/store/sqlitestore"
	"github.com/edgesim/edgesim/recording"
)

// spool is where exchanges wait for the database: a store in a folder. Several edges may
// share one: each delivers what it finds, and the ids prevent duplicates.
type spool struct {
	store *sqlitestore.Store
	// count is approximately how many there are.
	count atomic.Int64
}

func openSpool(ctx context.Context, c *Config) (*spool, error) {
	store, err := sqlitestore.Open(ctx, sqlitestore.Config{
		Dir: c.Spool, Keep: -1, Changed: c.Changed,
		Redactor: &recording.Redactor{KeepSecrets: true}, // everything here is already redacted
	})
	if err != nil {
		return nil, fmt.Errorf("opening the spool for what the database does not take: %w", err)
	}
	s := &spool{store: store}
	stats, err := store.Stats(ctx)
	s.count.Store(stats.Exchanges)
	return s, err
}

func (s *spool) waiting() uint64 { return uint64(max(s.count.Load(), 0)) }

// add puts a batch into the spool.
func (s *spool) add(batch []*recording.Exchange) {
	for _, e := range batch {
		s.store.Record(e)
	}
	s.count.Add(int64(len(batch)))
}

// oldest returns the exchanges that have waited longest, up to a number.
func (s *spool) oldest(ctx context.Context, most int) (sqlitestore.Oldest, error) {
	all, err := s.store.TakeOldest(ctx, most)
	if err == nil && len(all.Exchanges) == 0 {
		s.count.Store(0)
	}
	return all, err
}

// delivered deletes what the database has.
func (s *spool) delivered(ctx context.Context, all sqlitestore.Oldest) error {
	n, err := s.store.DeleteOldest(ctx, all)
	s.count.Add(int64(-n))
	return err
}
