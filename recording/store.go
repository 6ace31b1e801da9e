package recording

import (
	"context"
	"strconv"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Store is a [Recorder] that can be queried. [Ring] is one, and the packages
// below this one provide one for each database. All return the same results for
// the same query, which internal/store/storetest enforces. A query sees
// everything recorded before it. The methods of a Store are safe for concurrent
// use.
type Store interface {
	Recorder
	// Get returns the complete exchange with this id, or a [*NotFoundError].
	Get(ctx context.Context, id string) (*Exchange, error)
	// List returns the exchanges that match the filter, most recently recorded
	// first. The result may be shared: do not modify it.
	List(ctx context.Context, f Filter) (Page, error)
	// Delete removes the exchanges with these ids and returns how many existed.
	Delete(ctx context.Context, ids ...string) (int, error)
	// Reset removes every exchange and returns how many there were.
	Reset(ctx context.Context) (int, error)
	// Stats returns counts of what the store holds.
	Stats(ctx context.Context) (Stats, error)
	// Health reports the state of the store without delay.
	Health() Health
	// Close writes what is still queued and releases all resources. Record must not
	// be called afterwards.
	Close() error
}

// Page is one part of a list.
type Page struct {
	Exchanges []*Exchange
	// Positions holds, for each of Exchanges, the cursor that continues the list
	// right after it.
	Positions []string
	// Next is the cursor of the next page; "" if there are no more.
	Next string
	// Damaged are the exchanges that belong on this page but cannot be read, because
	// what is stored is no longer what was written. The rest of the page is intact.
	Damaged []Damaged
}

// Damaged is a stored exchange that cannot be read.
type Damaged struct {
	// Name takes the place of an id; Delete accepts it.
	Name string `json:"name"`
	// Reason describes the damage for people.
	Reason string `json:"reason"`
}

// Checker is a Store that can check its contents for damage.
type Checker interface {
	Store
	// Check reads everything and returns what is damaged. If repair is set, it
	// removes the damaged exchanges and rebuilds what can be rebuilt.
	Check(ctx context.Context, repair bool) (CheckReport, error)
}

// CheckReport is the result of a [Checker].
type CheckReport struct {
	// Exchanges is the number of exchanges read.
	Exchanges int64 `json:"exchanges"`
	// Damaged are the exchanges that could not be read.
	Damaged []Damaged `json:"damaged"`
	// Index describes the damage to the index of the exchanges; "" if it is intact.
	Index string `json:"index,omitempty"`
	// Repaired says that the damaged exchanges were removed and the index is intact.
	Repaired bool `json:"repaired"`
}

// Fine reports whether nothing is damaged.
func (r *CheckReport) Fine() bool { return len(r.Damaged) == 0 && r.Index == "" }

// Stats describes the contents of a store.
type Stats struct {
	// Exchanges is the number of exchanges.
	Exchanges int64 `json:"exchanges"`
	// Statuses counts them by the status that the viewer got, Causes by cause.
	Statuses map[int]int64              `json:"statuses"`
	Causes   map[policy.CauseName]int64 `json:"causes"`
	// Oldest and Newest are the times at which the first and the last recorded
	// exchange were received; zero if there is none.
	Oldest time.Time `json:"oldest,omitzero"`
	Newest time.Time `json:"newest,omitzero"`
	// Bytes is the space they take, in memory or on disk.
	Bytes int64 `json:"bytes"`
	// Cursor is the position of the last recorded exchange. A list with OldestFirst
	// from there has everything recorded later.
	Cursor string `json:"cursor"`
}

// Health is the state of a store.
type Health struct {
	// Err is why the store cannot keep exchanges at the moment; nil if it can. Its
	// text is meant for people.
	Err error
	// QueueBytes is the memory of the exchanges waiting to be written.
	QueueBytes int64
	// Recorded is the number of exchanges passed to Record since the store was
	// opened, and Lost the number of those that were lost because the store failed.
	Recorded, Lost uint64
	// Spooled is the number of exchanges waiting on this machine for a database that
	// cannot be reached.
	Spooled uint64
	// Damaged is the number of exchanges that were requested since the store was
	// opened and could not be read.
	Damaged uint64
}

// NotFoundError is an id for which the store has no exchange.
type NotFoundError struct {
	// ID is the requested id.
	ID string
}

// Error names the id.
func (e *NotFoundError) Error() string {
	return "no exchange has the id " + strconv.Quote(e.ID)
}
