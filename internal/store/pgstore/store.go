package pgstore

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/recording"
)

// Store is a [recording.Store] in a database. Make one with [Open].
type Store struct {
	config  Config
	pool    *pgxpool.Pool
	queue   *queue.Queue
	spool   *spool
	parts   parts
	ended   sync.WaitGroup
	closing sync.Once
	closed  error
}

var _ recording.Store = (*Store)(nil)

// connectTimeout is how long connecting may take, unless the URL says otherwise;
// writeTimeout is how long a batch may take before it goes to the spool, including the
// turns of other edges: giving up early would make all of them slower. retryTimeout is how
// long it may take while the database cannot be reached.
//
// gather is how long a batch gathers: a transaction of a few exchanges costs nearly as much
// as one of a hundred, and an exchange must be there within a second of its end.
const (
	gather         = 400 * time.Millisecond
	connectTimeout = 2 * time.Second
	writeTimeout   = 10 * time.Second
	retryTimeout   = 2 * time.Second
)

// Open opens the database and brings it to the newest schema. An unreachable database is
// not an error for a writer: it is retried, and the spool keeps new exchanges. One that
// refuses us is.
func Open(ctx context.Context, c Config) (*Store, error) {
	c.defaults()
	pool, err := connect(ctx, &c)
	if err != nil {
		return nil, err
	}
	s := &Store{config: c, pool: pool, queue: queue.NewGathering(c.QueueBytes, gather)}
	err = migrate(ctx, pool, c.ReadOnly)
	records := !c.ReadOnly && c.Spool != ""
	if err != nil && (!records || !unreachable(err)) {
		pool.Close()
		return nil, fmt.Errorf("opening the recordings in %s: %w", s.where(), err)
	}
	if !records {
		return s, nil
	}
	if s.spool, err = openSpool(ctx, &c); err != nil {
		pool.Close()
		return nil, err
	}
	w := newWriter(s)
	s.ended.Go(w.run)
	return s, nil
}

func connect(ctx context.Context, c *Config) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return nil, fmt.Errorf("the URL of the database cannot be read: %w", err) // pgx removes the password
	}
	if config.ConnConfig.ConnectTimeout == 0 {
		config.ConnConfig.ConnectTimeout = connectTimeout
	}
	config.MaxConns = 4
	config.ConnConfig.RuntimeParams["application_name"] = "edgesim"
	config.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, "SET search_path = edgesim")
		return err
	}
	return pgxpool.NewWithConfig(ctx, config)
}

// where names the database without the password.
func (s *Store) where() string {
	c := s.pool.Config().ConnConfig
	return fmt.Sprintf("postgres://%s:%d/%s", c.Host, c.Port, c.Database)
}

// unreachable reports whether an error may be temporary: the server is unreachable,
// starting or stopping, has no room, or the connection broke. An answer about the request
// itself is not.
func unreachable(err error) bool {
	var newer *NewerError
	if errors.As(err, &newer) {
		return false
	}
	var refused *pgconn.PgError
	if !errors.As(err, &refused) {
		return true
	}
	for _, class := range []string{"08", "53", "57", "58", "25006", "40"} {
		if strings.HasPrefix(refused.Code, class) {
			return true
		}
	}
	return false
}

// Record takes an exchange. It waits if the queue is full because exchanges come faster
// than they can be written.
func (s *Store) Record(e *recording.Exchange) {
	if s.spool != nil {
		s.queue.Put(e)
	}
}

// Health returns the health of the store. It is healthy while the spool keeps what the
// database does not accept.
func (s *Store) Health() recording.Health {
	h := s.queue.Health()
	if s.spool != nil {
		inner := s.spool.store.Health()
		h.Lost += inner.Lost
		h.QueueBytes += inner.QueueBytes
		h.Spooled = s.spool.waiting()
		if h.Err == nil {
			h.Err = inner.Err
		}
	}
	return h
}

// Close writes or spools what is queued, and closes the connections.
func (s *Store) Close() error {
	s.closing.Do(func() {
		s.queue.Close()
		s.ended.Wait()
		if s.spool != nil {
			s.closed = s.spool.store.Close()
		}
		s.pool.Close()
	})
	return s.closed
}
