package edge

import (
	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// Route is what the edge decides about a viewer request before a function runs or
// an origin is contacted: the result of steps 1 to 4. It is made without any I/O.
type Route struct {
	// Location is the distribution selected by Host, and Behavior the one matched
	// by path; nil if the request was refused before that.
	Location *Location
	Behavior *distribution.CacheBehavior
	// Redirect is the status code of a redirect to HTTPS; 0 for none.
	Redirect int
	// Cause is why the edge refuses the request; nil if it accepts it.
	Cause *policy.Cause
}

// Route checks a request, selects the distribution by Host and the behavior by
// path, and decides whether the viewer has access.
func (e *Edge) Route(v *ViewerRequest) Route {
	return e.RouteThrough(v, nil)
}

// RouteThrough is like [Edge.Route], but uses b whether or not the path matches it;
// if b is nil, it uses the behavior that matches.
func (e *Edge) RouteThrough(v *ViewerRequest, b *distribution.CacheBehavior) Route {
	facts := viewerFacts(v)
	if cause := policy.JudgeRequest(facts); cause != nil { // 1
		return Route{Cause: cause}
	}
	l, cause := e.locate(v.Host) // 2
	if cause != nil {
		return Route{Cause: cause}
	}
	if b == nil {
		b = l.Distribution.Match(path(v.URI)) // 3
	}
	r := Route{Location: l, Behavior: b}
	r.Redirect, r.Cause = l.admit(facts, b) // 4
	return r
}

// admit reports whether a viewer is admitted through a behavior, and where it is redirected
// instead.
func (l *Location) admit(facts policy.ViewerFacts, b *distribution.CacheBehavior) (redirect int, cause *policy.Cause) {
	if redirect, cause = policy.JudgeBehavior(facts, b); redirect != 0 || cause != nil {
		return redirect, cause
	}
	return 0, policy.JudgeRootObject(path(facts.URI), l.Distribution.DefaultRootObject)
}

// viewerFacts returns what the rules for viewers need to know about a request.
func viewerFacts(v *ViewerRequest) policy.ViewerFacts {
	return policy.ViewerFacts{
		Method: v.Method, Scheme: v.Scheme, Host: v.Host, URI: v.URI, Proto: v.Proto,
		HeaderBytes: v.HeaderBytes, HeaderCut: v.HeaderCut, Malformed: v.Malformed, HasBody: v.Body != nil,
	}
}
