package faults

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// Set holds the active faults. The zero value and nil hold none. Its methods are
// safe for concurrent use.
type Set struct {
	// origins and behaviors are the names that a fault may use; nil allows any.
	origins, behaviors []string

	mu     sync.Mutex
	active []*active
	named  int // faults that were named here
}

// active is a fault in force.
type active struct {
	Fault
	forced int
	chance *rand.Rand // nil without a Share
}

// Request holds the properties of a request that a fault can match.
type Request struct {
	// Method and Path are the viewer's; Path excludes the query.
	Method, Path string
	// Behavior is the path pattern of the behavior, "*" for the default one. Origin
	// is the id of the origin about to be contacted.
	Behavior, Origin string
}

// Forced is the fault chosen for one request.
type Forced struct {
	// ID is the id of the fault.
	ID string
	// Cause is the cause to simulate; "" for Latency alone.
	Cause policy.CauseName
	// Latency is how long the origin takes; 0 means the cause's own time.
	Latency time.Duration
}

// Status is a fault and its use so far.
type Status struct {
	Fault
	// Forced is the number of requests that it has been applied to.
	Forced int `json:"forced"`
	// Remaining is the number of requests that it still applies to; nil for a fault
	// without Next.
	Remaining *int `json:"remaining,omitempty"`
}

// For returns an empty set for these distributions. The set rejects faults for an
// origin or a behavior that none of them has, because such a fault could never
// apply.
func For(all ...*distribution.Distribution) *Set {
	s := &Set{}
	for _, d := range all {
		s.behaviors = append(s.behaviors, d.DefaultBehavior.PathPattern)
		for i := range d.Origins {
			s.origins = append(s.origins, d.Origins[i].ID)
		}
		for i := range d.Behaviors {
			s.behaviors = append(s.behaviors, d.Behaviors[i].PathPattern)
		}
	}
	return s
}

// Decide returns the decision of the first fault that matches the request, is not
// used up and, if it has a Share, selects the request. It returns nil if there is
// none.
func (s *Set) Decide(r Request) *Forced {
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.active {
		if a.takes(r) {
			a.forced++
			return &Forced{ID: a.ID, Cause: a.Cause, Latency: time.Duration(a.Latency)}
		}
	}
	return nil
}

// takes reports whether the fault is applied to a request; each call counts for its Share.
func (a *active) takes(r Request) bool {
	if a.Next > 0 && a.forced >= a.Next || !a.fits(r) {
		return false
	}
	return a.chance == nil || a.chance.Float64() < a.Share
}

// Replace replaces all active faults with the given ones. If a fault is invalid, it
// returns an [*Error] and changes nothing.
func (s *Set) Replace(list []Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, named := s.active, s.named
	s.active, s.named = nil, 0
	err := s.add(list)
	if err != nil {
		s.active, s.named = before, named
	}
	return err
}

// Add appends faults to the active ones. If a fault is invalid, it returns an
// [*Error] and changes nothing.
func (s *Set) Add(list ...Fault) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	before := len(s.active)
	err := s.add(list)
	if err != nil {
		s.active = s.active[:before]
	}
	return err
}

// add is Add without locking; on an error it may have added some.
func (s *Set) add(list []Fault) error {
	for _, f := range list {
		if err := s.check(&f); err != nil {
			return err
		}
		if len(s.active) == MaxFaults {
			return &Error{"faults", strconv.Itoa(len(s.active) + 1), fmt.Sprintf("at most %d", MaxFaults)}
		}
		if f.ID == "" {
			s.named++
			f.ID = "fault-" + strconv.Itoa(s.named)
		}
		if slices.ContainsFunc(s.active, func(a *active) bool { return a.ID == f.ID }) {
			return &Error{"id", f.ID, "an id that no other fault has"}
		}
		a := &active{Fault: f}
		if f.Share > 0 && f.Share < 1 {
			a.chance = rand.New(rand.NewPCG(f.Seed, 0))
		}
		s.active = append(s.active, a)
	}
	return nil
}

// check rejects faults that are invalid or could never be applied here.
func (s *Set) check(f *Fault) error {
	if err := f.check(); err != nil {
		return err
	}
	for _, known := range []struct {
		field, value string
		names        []string
	}{{"origin", f.Origin, s.origins}, {"behavior", f.Behavior, s.behaviors}} {
		if known.value != "" && known.names != nil && !slices.Contains(known.names, known.value) {
			return &Error{known.field, known.value, "one of " + strings.Join(known.names, ", ")}
		}
	}
	return nil
}

// Reset removes all faults and returns how many there were.
func (s *Set) Reset() int {
	if s == nil {
		return 0
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.active)
	s.active, s.named = nil, 0
	return n
}

// List returns the active faults in the order in which they are tried, including
// those that are used up.
func (s *Set) List() []Status {
	list := []Status{}
	if s == nil {
		return list
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, a := range s.active {
		status := Status{Fault: a.Fault, Forced: a.forced}
		if a.Next > 0 {
			left := a.Next - a.forced
			status.Remaining = &left
		}
		list = append(list, status)
	}
	return list
}
