package policy

import (
	"fmt"
	"slices"
	"strings"

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
	return slices.Contains(f.Group.StatusCodes, f.status())
}

// status is the status that a group's list is asked for: the origin's own, 504
// for a response timeout, 503 for an origin that cannot be connected.
func (f *FailoverFacts) status() int {
	if f.Cause == nil {
		return f.Status
	}
	switch f.Cause.Name {
	case CauseResponseTimeout, CauseResponseCompletionTimeout:
		return 504 // CF-FAILOVER-06
	case CauseResponseInvalid, CauseResponseHeadersTooBig, CauseOriginClosed:
		return 502
	case CauseViewerAborted:
		return 0
	}
	return 503 // CF-FAILOVER-05
}

// Finding tells that a member was given up for the next one, and with which
// value of sr-reason a real-time log has it (CF-FAILOVER-14).
func (f FailoverFacts) Finding(origin string) Finding {
	finding := Finding{Rule: "CF-FAILOVER-03", Verdict: Warn, Subject: fmt.Sprintf("origin %q of the group %q", origin, f.Group.ID),
		Expected: fmt.Sprintf("none of the group's %v", f.Group.StatusCodes)}
	what := fmt.Sprintf("status %d", f.Status)
	if f.Cause != nil {
		what = f.Cause.Error()
		switch f.status() {
		case 504:
			finding.Rule = "CF-FAILOVER-06"
		case 503:
			finding.Rule = "CF-FAILOVER-05"
		}
	}
	finding.Observed = fmt.Sprintf("%s, which counts as %d; the next origin is asked%s%d)", what, f.status(), failoverReason, f.status())
	return finding
}

// failoverReason stands in a finding before the status that a failover counts as.
const failoverReason = " (sr-reason Failover:"

// FailoverReason returns the value of sr-reason that a finding of a failover
// tells, e.g. "Failover:503"; "" for every other finding.
func FailoverReason(f *Finding) string {
	if !strings.HasPrefix(string(f.Rule), "CF-FAILOVER-") {
		return ""
	}
	_, status, found := strings.Cut(f.Observed, failoverReason)
	if !found {
		return ""
	}
	return "Failover:" + strings.TrimSuffix(status, ")")
}
