package invalidation

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// mostRemembered limits the invalidations that are remembered: the oldest is dropped.
const mostRemembered = 1000

// Registry holds the invalidations of an edge. Its funcs must be set; it is safe for
// concurrent use.
type Registry struct {
	// Find returns the name of the distribution with an id or name; false if there is none
	// (CF-INV-34).
	Find func(id string) (name string, ok bool)
	// Remove removes what the items name from the cache of a distribution, and returns how
	// many copies were removed.
	Remove func(name string, items []policy.InvalidationItem) int
	// Now returns the time of an invalidation.
	Now func() time.Time

	mu  sync.Mutex
	all []*Invalidation // newest last
}

// Invalidation is one invalidation, already carried out.
type Invalidation struct {
	// ID is its own id, Distribution the distribution it was requested for.
	ID           string
	Distribution string
	// Status is always Completed: there is only one cache to reach (CF-INV-28).
	Status  string
	Created time.Time
	// Reference is the caller's; Paths are the paths and tags as given.
	Reference string
	Paths     []string
	// Removed is how many copies were removed.
	Removed int
}

// Error is an error response of CloudFront's API.
type Error struct {
	// Status is the HTTP status, Code the API's name for the error.
	Status        int
	Code, Message string
}

// Error says what is wrong.
func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Create carries out an invalidation. The same reference with the same paths returns the
// earlier one (CF-INV-30); with other paths it is refused (CF-INV-31).
func (r *Registry) Create(distribution, reference string, paths []string) (*Invalidation, *Error) {
	name, ok := r.Find(distribution)
	if !ok {
		return nil, &Error{http.StatusNotFound, "NoSuchDistribution", "The specified distribution does not exist."}
	}
	switch {
	case len(paths) == 0:
		return nil, &Error{http.StatusBadRequest, "InvalidArgument", "Your request contains no invalidation paths."}
	case len(paths) > policy.MostInvalidationPaths:
		return nil, &Error{http.StatusRequestEntityTooLarge, "BatchTooLarge", fmt.Sprintf("Your request has %d paths; at most %d are allowed.", len(paths), policy.MostInvalidationPaths)}
	}
	items := make([]policy.InvalidationItem, len(paths))
	for i, path := range paths {
		var err error
		if items[i], err = policy.ReadInvalidation(path); err != nil {
			return nil, &Error{http.StatusBadRequest, "InvalidArgument", "Your request contains one or more invalid invalidation paths: " + err.Error() + "."}
		}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, before := range r.all {
		if reference == "" || before.Reference != reference || before.Distribution != distribution {
			continue
		}
		if !slices.Equal(before.Paths, paths) {
			return nil, &Error{http.StatusBadRequest, "InvalidationBatchAlreadyExists", "An invalidation with this CallerReference and other paths exists already."}
		}
		return before, nil
	}
	made := &Invalidation{
		ID: newID(), Distribution: distribution, Status: "Completed", Created: r.Now().UTC(), Reference: reference, Paths: slices.Clone(paths),
		Removed: r.Remove(name, items),
	}
	r.all = append(r.all, made)
	if len(r.all) > mostRemembered {
		r.all = slices.Delete(r.all, 0, len(r.all)-mostRemembered)
	}
	return made, nil
}

// Get returns one invalidation of a distribution (CF-INV-38).
func (r *Registry) Get(distribution, id string) (*Invalidation, *Error) {
	if _, ok := r.Find(distribution); !ok {
		return nil, &Error{http.StatusNotFound, "NoSuchDistribution", "The specified distribution does not exist."}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, i := range r.all {
		if i.ID == id && i.Distribution == distribution {
			return i, nil
		}
	}
	return nil, &Error{http.StatusNotFound, "NoSuchInvalidation", "The specified invalidation does not exist."}
}

// List returns up to n invalidations of a distribution that are older than the one with the
// id marker, newest first (CF-INV-39). more means that there are others.
func (r *Registry) List(distribution, marker string, n int) (list []*Invalidation, more bool, bad *Error) {
	if _, ok := r.Find(distribution); !ok {
		return nil, false, &Error{http.StatusNotFound, "NoSuchDistribution", "The specified distribution does not exist."}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	skip := marker != ""
	for _, i := range slices.Backward(r.all) {
		switch {
		case i.Distribution != distribution:
		case skip:
			skip = i.ID != marker
		case len(list) == n:
			return list, true, nil
		default:
			list = append(list, i)
		}
	}
	return list, false, nil
}

// Reset forgets all of them.
func (r *Registry) Reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.all = nil
}

// newID returns an id in the service's form: I, followed by capital letters and digits.
func newID() string { return "I" + strings.ToUpper(rand.Text())[:25] }
