package policy

import (
	"fmt"
	"slices"

	"github.com/edgesim/edgesim/distribution"
)

// FailoverFacts is how a member of an origin group answered.
type FailoverFacts struct {
	// Group is the group, and Behavior the one that the request came through.
	Group    *distribution.OriginGroup
	Behavior *distribution.CacheBehavior
	// Method is the viewer's.
	Method string
	// Status is the origin's own; it is not looked at where Cause is set.
	Status int
	Cause  *Cause
}

// FailsOver says whether the secondary origin is asked next (CF-FAILOVER-03 to
// CF-FAILOVER-08).
func FailsOver(f FailoverFacts) bool {
	switch f.Method {
	case "GET", "HEAD":
	case "OPTIONS":
		if !slices.Contains(f.Behavior.CachedMethods, "OPTIONS") { // CF-FAILOVER-08
			return false
		}
	default:
		return false // CF-FAILOVER-07
	}
	return slices.Contains(f.Group.StatusCodes, FailoverStatus(f.Status, f.Cause))
}

// FailoverStatus is the status that a group's list is asked for, and that
// sr-reason of a real-time log has after "Failover:" (CF-FAILOVER-14): the
// origin's own, 504 for a response timeout, 503 for an origin that cannot be
// connected; 0 for what the viewer or the edge itself ended.
func FailoverStatus(status int, cause *Cause) int {
	if cause == nil {
		return status
	}
	if !cause.Name.OfOrigin() {
		return 0
	}
	switch cause.Name {
	case CauseResponseTimeout, CauseResponseCompletionTimeout:
		return 504 // CF-FAILOVER-06
	case CauseResponseInvalid, CauseResponseHeadersTooBig, CauseOriginClosed:
		return 502
	}
	return 503 // CF-FAILOVER-05
}

// Finding tells that a member was given up for the next one.
func (f FailoverFacts) Finding(origin string) Finding {
	finding := Finding{Rule: "CF-FAILOVER-03", Verdict: Warn, Subject: fmt.Sprintf("origin %q of the group %q", origin, f.Group.ID),
		Expected: fmt.Sprintf("none of the group's %v", f.Group.StatusCodes)}
	what, counts := fmt.Sprintf("status %d", f.Status), FailoverStatus(f.Status, f.Cause)
	if f.Cause != nil {
		what = f.Cause.Error()
		switch counts {
		case 504:
			finding.Rule = "CF-FAILOVER-06"
		case 503:
			finding.Rule = "CF-FAILOVER-05"
		}
	}
	finding.Observed = fmt.Sprintf("%s, which counts as %d; the next origin is asked (sr-reason Failover:%d)", what, counts, counts)
	return finding
}
