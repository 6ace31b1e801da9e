package sqlitestore

import (
	"time"

	"github.com/edgesim/edgesim/internal/store/queue"
	"github.com/edgesim/edgesim/recording"
)

// The defaults of [Config].
const (
	// DefaultKeep is how many exchanges are kept.
	DefaultKeep = 100_000
	// DefaultSegmentBytes is the size at which a new segment is begun.
	DefaultSegmentBytes = 64 << 20
)

// Config says where a Store is and how much it keeps.
type Config struct {
	// Dir is the folder; required. It is created if it does not exist.
	Dir string
	// ReadOnly opens an existing folder and changes nothing in it: Record drops what it
	// gets.
	ReadOnly bool
	// Keep is the maximum number of exchanges kept; 0 means [DefaultKeep], and a negative
	// one no limit.
	Keep int64
	// KeepFor is how long they are kept after they were received; 0 means no limit.
	KeepFor time.Duration
	// KeepBytes is the approximate maximum size of the folder; 0 means no limit.
	KeepBytes int64
	// Redactor hides secrets before an exchange is written. Default: see
	// [recording.Redact].
	Redactor *recording.Redactor
	// QueueBytes limits what waits to be written. Default: [queue.DefaultBytes].
	QueueBytes int64
	// SegmentBytes is the size at which a new segment is started. Default: a sixteenth of
	// KeepBytes, at most [DefaultSegmentBytes].
	SegmentBytes int64
	// Changed is called with the reason when the store starts to fail, and with nil when it
	// works again. It must not block. Default: no call.
	Changed func(error)
	// Now is the clock. Default: time.Now.
	Now func() time.Time
}

// defaults fills in what is not set.
func (c *Config) defaults() {
	if c.Keep == 0 {
		c.Keep = DefaultKeep
	}
	if c.Redactor == nil {
		c.Redactor = &recording.Redactor{}
	}
	if c.QueueBytes <= 0 {
		c.QueueBytes = queue.DefaultBytes
	}
	if c.SegmentBytes <= 0 {
		c.SegmentBytes = DefaultSegmentBytes
		if c.KeepBytes > 0 {
			c.SegmentBytes = min(max(c.KeepBytes/16, 1<<20), DefaultSegmentBytes)
		}
	}
	if c.Changed == nil {
		c.Changed = func(error) {}
	}
	if c.Now == nil {
		c.Now = time.Now
	}
}
