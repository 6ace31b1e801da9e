package pgstore

import (
	"time"

	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/recording"
)

// Config says which database a Store is in, and how much it keeps there. The
// limits are those of the whole database, whoever wrote it.
type Config struct {
	// URL names the database, as postgres://USER@HOST/DATABASE; required.
	URL string
	// ReadOnly changes nothing: Record loses what it is given.
	ReadOnly bool
	// Spool is the folder for what cannot be delivered. Default: there is none, and
	// Record loses what it is given: for who reads and deletes.
	Spool string
	// Keep is the largest number of exchanges, KeepFor how long they are kept,
	// and KeepBytes the sum of their sizes; 0 means no limit.
	Keep      int64
	KeepFor   time.Duration
	KeepBytes int64
	// Redactor hides secrets before an exchange is written. Default: see
	// [recording.Redact].
	Redactor *recording.Redactor
	// QueueBytes bounds what waits to be written. Default: [queue.DefaultBytes].
	QueueBytes int64
	// Changed is called when exchanges cannot be kept any more, with the reason,
	// and with nil when they can again; Unreachable the same for the database,
	// while the spool keeps what comes. They must not block. Default: nobody is
	// told.
	Changed, Unreachable func(error)
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

func (c *Config) defaults() {
	if c.Redactor == nil {
		c.Redactor = &recording.Redactor{}
	}
	if c.QueueBytes <= 0 {
		c.QueueBytes = queue.DefaultBytes
	}
	if c.Changed == nil {
		c.Changed = func(error) {}
	}
	if c.Unreachable == nil {
		c.Unreachable = func(error) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}
