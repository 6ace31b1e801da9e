package edge

import (
	"slices"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// origins returns what a behavior's requests go to: one origin, or the members
// of a group in order (CF-FAILOVER-01; no stickiness, CF-FAILOVER-09).
func (e *Edge) origins(b *distribution.CacheBehavior) ([]*distribution.Origin, *distribution.OriginGroup) {
	if o, ok := e.Distribution.Origin(b.TargetOriginID); ok {
		return []*distribution.Origin{o}, nil
	}
	group, ok := e.Distribution.OriginGroup(b.TargetOriginID)
	if !ok {
		return nil, nil
	}
	var members []*distribution.Origin
	for _, id := range group.Members {
		if o, ok := e.Distribution.Origin(id); ok {
			members = append(members, o)
		}
	}
	return members, group
}

// failsOver says whether the secondary origin is asked after this result
// (CF-FAILOVER-03 to CF-FAILOVER-08).
func failsOver(g *distribution.OriginGroup, b *distribution.CacheBehavior, method string, r *originconn.Result) bool {
	switch method {
	case "GET", "HEAD":
	case "OPTIONS":
		if !slices.Contains(b.CachedMethods, "OPTIONS") {
			return false
		}
	default:
		return false
	}
	return slices.Contains(g.StatusCodes, failoverStatus(r))
}

// failoverStatus is the status that a group's list is asked for: the origin's
// own, 504 for a response timeout, 503 for an origin that cannot be connected.
func failoverStatus(r *originconn.Result) int {
	if r.Cause == nil {
		return r.Response.Status
	}
	switch r.Cause.Name {
	case policy.CauseResponseTimeout, policy.CauseResponseCompletionTimeout:
		return 504 // CF-FAILOVER-06
	case policy.CauseResponseInvalid, policy.CauseResponseHeadersTooBig, policy.CauseOriginClosed:
		return 502
	case policy.CauseViewerAborted:
		return 0
	}
	return 503 // CF-FAILOVER-05
}
