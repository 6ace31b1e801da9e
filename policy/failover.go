package policy

import (
	"fmt"
	"slices"

	"github.com/edgesim/edgesim/distribution"
)

// FailoverFacts is how a member of an origin group responded.
type FailoverFacts struct {
	// Group is the origin group, and Behavior the request's behavior.
	Group    *distribution.OriginGroup
	Behavior *distribution.CacheBehavior
	// Method is the viewer's.
	Method string
	// Status is the origin's own status; it is ignored if Cause is set.
	Status int
	Cause  *Cause
}

// FailsOver reports whether the edge tries the secondary origin next
// (CF-FAILOVER-03 to CF-FAILOVER-08).
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

// FailoverStatus returns the status that is looked up in a group's failover
// criteria, and that follows "Failover:" in the sr-reason of a real-time log
// (CF-FAILOVER-14): the origin's own; 504 for a response timeout; 503 if the edge
// cannot connect to the origin; 0 if the viewer or the edge itself ended the
// exchange.
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

// Finding reports that the edge gave up on a member and tried the next one.
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

// StaysWithOrigin explains why a group does not try its next origin although the
// response is an error: which criterion is missing (CF-FAILOVER-03,
// CF-FAILOVER-05, CF-FAILOVER-06), or that the method never fails over
// (CF-FAILOVER-07). It returns false if nothing failed, or if the failure was not
// the origin's.
func StaysWithOrigin(f FailoverFacts, origin string) (Finding, bool) {
	counts := FailoverStatus(f.Status, f.Cause)
	if counts < 400 || f.Cause == nil && f.Status == 416 {
		return Finding{}, false
	}
	finding := Finding{
		Rule: "CF-FAILOVER-03", Verdict: Warn, Subject: fmt.Sprintf("origin %q of the group %q", origin, f.Group.ID),
		Expected: fmt.Sprintf("%d among the group's %v", counts, f.Group.StatusCodes),
		Hint:     fmt.Sprintf("add %d to the failover criteria of the origin group %q", counts, f.Group.ID),
	}
	what := fmt.Sprintf("status %d", f.Status)
	if f.Cause != nil {
		what = string(f.Cause.Name)
		switch counts {
		case 503:
			finding.Rule = "CF-FAILOVER-05"
		case 504:
			finding.Rule = "CF-FAILOVER-06"
		}
	}
	if slices.Contains(f.Group.StatusCodes, counts) {
		finding.Rule, finding.Expected = "CF-FAILOVER-07", "GET, HEAD, or OPTIONS where it is cached"
		finding.Observed = fmt.Sprintf("%s does not fail over for %s requests", what, f.Method)
		finding.Hint = "let clients send such requests again, or send them to an origin that does not fail"
		return finding, true
	}
	finding.Observed = fmt.Sprintf("%s counts as %d, which is not among the failover criteria of the group %q: the next origin is not asked", what, counts, f.Group.ID)
	return finding, true
}
