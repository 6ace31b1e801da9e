package edge

import (
	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// Origins returns the origins for a behavior's requests: a single origin, or the
// members of its origin group in order (CF-FAILOVER-01; no stickiness,
// CF-FAILOVER-09).
func (l *Location) Origins(b *distribution.CacheBehavior) ([]*distribution.Origin, *distribution.OriginGroup) {
	if o, ok := l.Distribution.Origin(b.TargetOriginID); ok {
		return []*distribution.Origin{o}, nil
	}
	group, ok := l.Distribution.OriginGroup(b.TargetOriginID)
	if !ok {
		return nil, nil
	}
	var members []*distribution.Origin
	for _, id := range group.Members {
		if o, ok := l.Distribution.Origin(id); ok {
			members = append(members, o)
		}
	}
	return members, group
}

// Origins is [Location.Origins] for the first location.
func (e *Edge) Origins(b *distribution.CacheBehavior) ([]*distribution.Origin, *distribution.OriginGroup) {
	return e.first().Origins(b)
}

// failoverFacts returns how a member of a group answered, as facts for the rules.
func failoverFacts(g *distribution.OriginGroup, b *distribution.CacheBehavior, method string, r *originconn.Result) policy.FailoverFacts {
	f := policy.FailoverFacts{Group: g, Behavior: b, Method: method, Cause: r.Cause}
	if r.Response != nil {
		f.Status = r.Response.Status
	}
	return f
}
