package edge

import (
	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// Route is what is decided about a viewer's request before a function runs or
// anything is asked for: steps 1 to 4. It is made without any I/O.
type Route struct {
	// Location is the distribution that Host chose, Behavior the one that the path
	// matches; nil where the request was refused before that.
	Location *Location
	Behavior *distribution.CacheBehavior
	// Redirect is the status of a redirect to HTTPS; 0 for none.
	Redirect int
	// Cause is why the edge refuses the request; nil if it does not.
	Cause *policy.Cause
}

// Route judges a request, chooses the distribution by Host and the behavior by
// path, and says whether the viewer may come in.
func (e *Edge) Route(v *ViewerRequest) Route {
	return e.RouteThrough(v, nil)
}

// RouteThrough is Route through a behavior that the path need not match; nil is
// the one that it matches.
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

// admit says whether a viewer may come in through a behavior, and where it is sent
// instead.
func (l *Location) admit(facts policy.ViewerFacts, b *distribution.CacheBehavior) (redirect int, cause *policy.Cause) {
	if redirect, cause = policy.JudgeBehavior(facts, b); redirect != 0 || cause != nil {
		return redirect, cause
	}
	return 0, policy.JudgeRootObject(path(facts.URI), l.Distribution.DefaultRootObject)
}

// viewerFacts is what the rules for viewers need to know of a request.
func viewerFacts(v *ViewerRequest) policy.ViewerFacts {
	return policy.ViewerFacts{
		Method: v.Method, Scheme: v.Scheme, Host: v.Host, URI: v.URI, Proto: v.Proto,
		HeaderBytes: v.HeaderBytes, HeaderCut: v.HeaderCut, Malformed: v.Malformed, HasBody: v.Body != nil,
	}
}
