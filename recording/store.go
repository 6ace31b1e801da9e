package recording

import (
	"context"
	"strconv"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Store is a [Recorder] that can be asked for what it has. [Ring] is one, and
// the packages below this one have one for each database. All answer the same
// question alike, which internal/store/storetest holds them to. A Store shows what
// was recorded before it was asked. Its methods are safe for concurrent use.
type Store interface {
	Recorder
	// Get returns the exchange with this id whole, or a [*NotFoundError].
	Get(ctx context.Context, id string) (*Exchange, error)
	// List returns the exchanges that the filter lets through, in the order in
	// which they were recorded, the last one first. The result may be shared:
	// do not change it.
	List(ctx context.Context, f Filter) (Page, error)
	// Delete forgets the exchanges with these ids and returns how many there
	// were.
	Delete(ctx context.Context, ids ...string) (int, error)
	// Reset forgets every exchange and returns how many there were.
	Reset(ctx context.Context) (int, error)
	// Stats counts what there is.
	Stats(ctx context.Context) (Stats, error)
	// Health says at once how the store is.
	Health() Health
	// Close writes down what is still queued and gives everything back. Record
	// must not be called afterwards.
	Close() error
}

// Page is one part of a list.
type Page struct {
	Exchanges []*Exchange
	// Positions has a cursor for each of Exchanges, with which a list goes on
	// right after it.
	Positions []string
	// Next is the cursor with which to go on; "" where there are no more.
	Next string
	// Damaged are the exchanges that belong here and cannot be read, because what
	// was written is not what is there any more. The rest of the page is whole.
	Damaged []Damaged
}

// Damaged is an exchange that a store has and cannot read.
type Damaged struct {
	// Name stands where an id would: Delete takes it.
	Name string `json:"name"`
	// Reason says what is wrong, for people.
	Reason string `json:"reason"`
}

// Checker is a Store that can look for damage in what it keeps.
type Checker interface {
	Store
	// Check reads everything and returns what is damaged. With repair the damaged
	// exchanges are forgotten, and what can be rebuilt is.
	Check(ctx context.Context, repair bool) (CheckReport, error)
}

// CheckReport is what [Checker] found.
type CheckReport struct {
	// Exchanges counts those that were read.
	Exchanges int64 `json:"exchanges"`
	// Damaged are those that could not be.
	Damaged []Damaged `json:"damaged"`
	// Index says what is wrong with the index over the exchanges; "" if it is fine.
	Index string `json:"index,omitempty"`
	// Repaired says that the damaged exchanges are forgotten and the index is in
	// order.
	Repaired bool `json:"repaired"`
}

// Fine says that nothing is damaged.
func (r *CheckReport) Fine() bool { return len(r.Damaged) == 0 && r.Index == "" }

// Stats counts what a store has.
type Stats struct {
	// Exchanges is how many there are.
	Exchanges int64 `json:"exchanges"`
	// Statuses counts them by the status the viewer got, Causes by their cause.
	Statuses map[int]int64              `json:"statuses"`
	Causes   map[policy.CauseName]int64 `json:"causes"`
	// Oldest and Newest are when the exchange recorded first and the one
	// recorded last were received; zero if there is none.
	Oldest time.Time `json:"oldest,omitzero"`
	Newest time.Time `json:"newest,omitzero"`
	// Bytes is what they take, in memory or on disk.
	Bytes int64 `json:"bytes"`
	// Cursor is the position of the one recorded last, from which a list with
	// OldestFirst has what comes from now on.
	Cursor string `json:"cursor"`
}

// Health is how a store is.
type Health struct {
	// Err is why exchanges cannot be kept at the moment; nil if they can. Its
	// text is for people.
	Err error
	// QueueBytes is the memory of exchanges that wait to be written.
	QueueBytes int64
	// Recorded counts the exchanges handed over since the store was opened, and
	// Lost those of them that are not kept because the store failed.
	Recorded, Lost uint64
	// Spooled counts the exchanges that wait on this machine for a database
	// that cannot be reached.
	Spooled uint64
	// Damaged counts the exchanges that were asked for since the store was opened
	// and could not be read.
	Damaged uint64
}

// NotFoundError is an id that no exchange of the store has.
type NotFoundError struct {
	// ID is what was asked for.
	ID string
}

// Error names the id.
func (e *NotFoundError) Error() string {
	return "no exchange has the id " + strconv.Quote(e.ID)
}
