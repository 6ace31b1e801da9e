package pgstore

import (
	"time"

	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/recording"
)

// Config says which database a Store uses, and how much it keeps there. The limits apply to
// the whole database, including what other edges write.
type Config struct {
	// URL names the database, as postgres://USER@HOST/DATABASE; required.
	URL string
	// ReadOnly changes nothing: Record drops what it gets.
	ReadOnly bool
	// Spool is the folder for what cannot be delivered. Default: none, and Record drops
	// what it gets: for readers and deletion.
	Spool string
	// Keep is the maximum number of exchanges, KeepFor how long they are kept, and
	// KeepBytes the maximum total of their sizes; 0 means no limit.
	Keep      int64
	KeepFor   time.Duration
	KeepBytes int64
	// Redactor hides secrets before an exchange is written. Default: see
	// [recording.Redact].
	Redactor *recording.Redactor
	// QueueBytes limits what waits to be written. Default: [queue.DefaultBytes].
	QueueBytes int64
	// Changed is called with the reason when exchanges can no longer be kept, and with nil
	// when they can again; Unreachable is the same for the database, while the spool keeps
	// new ones. They must not block. Default: no call.
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
