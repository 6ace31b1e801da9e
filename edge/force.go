package edge

import (
	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/originconn"
)

// force selects the failure to force on this request to an origin, if any, and records it.
func (e *Edge) force(x *exchange, v *ViewerRequest, b *distribution.CacheBehavior, o *distribution.Origin) *originconn.Forced {
	if e.Faults == nil {
		return nil
	}
	forced := e.Faults.Decide(faults.Request{Method: v.Method, Path: path(v.URI), Behavior: b.PathPattern, Origin: o.ID})
	if forced == nil {
		return nil
	}
	x.exchange.Forced = forced.ID
	return &originconn.Forced{By: forced.ID, Cause: forced.Cause, Latency: forced.Latency}
}
