package faults

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// Fault is a failure to force and the requests it applies to. A request must match
// all of Origin, Behavior, Path and Method that are set; an empty field matches
// everything.
type Fault struct {
	// ID identifies the fault in recordings. Default: "fault-1", "fault-2" and so
	// on.
	ID string `json:"id"`
	// Cause is the cause of the error that the viewer gets: any that an origin can
	// have, see [Causes]. If it is empty, only Latency is simulated, before the
	// real response.
	Cause policy.CauseName `json:"cause,omitempty"`
	// Latency is how long the origin appears to take before it fails or responds.
	// If Cause is a timeout, it replaces the configured timeout of each attempt, so
	// that a test need not wait for it. Zero fails at once, or after the configured
	// timeout.
	Latency Duration `json:"latency,omitempty"`
	// Origin is the id of an origin.
	Origin string `json:"origin,omitempty"`
	// Behavior is the path pattern of a cache behavior as configured; "*" is the
	// default behavior.
	Behavior string `json:"behavior,omitempty"`
	// Path is a path, or a path pattern with * and ? as in cache behaviors. It is
	// compared with the viewer's path, without the query.
	Path string `json:"path,omitempty"`
	// Method is a request method.
	Method string `json:"method,omitempty"`
	// Next limits the fault to this many requests; 0 means no limit. A request to
	// an origin group counts once for each member tried.
	Next int `json:"next,omitempty"`
	// Share is the fraction of matching requests that fail, greater than 0 and at
	// most 1; 0 means 1. Seed determines which requests fail, so that the same
	// sequence of requests fails the same way each time.
	Share float64 `json:"share,omitempty"`
	// Seed seeds the random sequence for Share. Default: 0, which is as good as
	// any.
	Seed uint64 `json:"seed,omitempty"`
}

// Duration is a time.Duration that is encoded in JSON as text, e.g. "1.5s".
type Duration time.Duration

// MarshalText returns the duration as text.
func (d Duration) MarshalText() ([]byte, error) { return []byte(time.Duration(d).String()), nil }

// UnmarshalText parses the format of MarshalText.
func (d *Duration) UnmarshalText(text []byte) error {
	parsed, err := time.ParseDuration(string(text))
	if err != nil {
		return &Error{"latency", string(text), `a duration like "5s" or "300ms"`}
	}
	*d = Duration(parsed)
	return nil
}

// The limits of a fault.
const (
	// MaxFaults is the maximum number of faults in a Set.
	MaxFaults = 100
	// maxLatency is above every timeout that CloudFront has.
	maxLatency = 10 * time.Minute
	// maxText is the longest id or pattern.
	maxText = 255
)

// Causes returns the names of the causes that can be forced: those that an origin
// can bring about. Requests that the edge itself refuses need no fault.
func Causes() []policy.CauseName {
	var names []policy.CauseName
	for _, spec := range policy.Causes() {
		if spec.Name.OfOrigin() {
			names = append(names, spec.Name)
		}
	}
	return names
}

// Error reports an invalid fault and the field that makes it invalid.
type Error struct {
	// Field is the JSON name of the field; Value is its value.
	Field, Value string
	// Allowed describes the values that it may have.
	Allowed string
}

// Error returns the field, its value and what is allowed.
func (e *Error) Error() string {
	return fmt.Sprintf("%s %q is not allowed: want %s", e.Field, e.Value, e.Allowed)
}

// check rejects an invalid fault.
func (f *Fault) check() error {
	for _, text := range []struct{ field, value string }{
		{"id", f.ID}, {"origin", f.Origin}, {"behavior", f.Behavior}, {"path", f.Path}, {"method", f.Method},
	} {
		if len(text.value) > maxText {
			return &Error{text.field, text.value[:20] + "…", fmt.Sprintf("at most %d bytes", maxText)}
		}
	}
	switch {
	case f.Cause == "" && f.Latency == 0:
		return &Error{"cause", "", "a cause, or a latency without one"}
	case f.Cause != "" && !slices.Contains(Causes(), f.Cause):
		return &Error{"cause", string(f.Cause), fmt.Sprintf("one of %s", Causes())}
	case f.Latency < 0 || time.Duration(f.Latency) > maxLatency:
		return &Error{"latency", time.Duration(f.Latency).String(), "0 to " + maxLatency.String()}
	case f.Path != "" && f.Path[0] != '/' && f.Path[0] != '*':
		return &Error{"path", f.Path, "a path that begins with / or *, e.g. /api/*"}
	case f.Next < 0:
		return &Error{"next", fmt.Sprint(f.Next), "a number of requests, or 0 for all"}
	case !(f.Share >= 0 && f.Share <= 1): // written so that NaN is rejected, too
		return &Error{"share", fmt.Sprint(f.Share), "0 to 1, e.g. 0.25 for every fourth on average"}
	}
	return nil
}

// fits reports whether the fault applies to a request.
func (f *Fault) fits(r Request) bool {
	return (f.Origin == "" || f.Origin == r.Origin) &&
		(f.Behavior == "" || f.Behavior == r.Behavior) &&
		(f.Method == "" || strings.EqualFold(f.Method, r.Method)) &&
		(f.Path == "" || distribution.PathMatches(f.Path, r.Path))
}
