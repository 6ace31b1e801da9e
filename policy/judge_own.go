package policy

import "fmt"

// OwnFacts is how the viewer or the edge itself ended an exchange with the
// origin. None of it says anything about the origin.
type OwnFacts struct {
	// Left says that the viewer's request has ended; CutOff says that the edge ended
	// it, because it is shutting down.
	Left, CutOff bool
	// Exhausted is the error if this machine ran out of descriptors, memory or
	// ports; nil if it did not.
	Exhausted error
	// Busy is the number of requests in progress if the edge accepts no more; 0 if
	// it does.
	Busy int
	// When says in a clause how far the exchange had progressed.
	When string
	// Err is the underlying error.
	Err error
}

// JudgeOwn returns the cause for an exchange that the viewer or the edge ended,
// and nil if neither did.
//
// CloudFront returns 503 if it has no capacity left (CF-ERR-10). That this
// applies to an edge without descriptors, memory or ports, to one that is
// shutting down and to one that is overloaded is inferred; such a 503 is not the
// origin's.
func JudgeOwn(f OwnFacts) *Cause {
	switch {
	case f.CutOff:
		cause := NewCause(CauseEdgeShutdown, "the edge was shut down "+f.When+", and cut its viewers off", f.Err).
			hinted("ask again when the edge is back; this says nothing about the origin")
		cause.Inferred = true
		return cause
	case f.Left:
		return NewCause(CauseViewerAborted, "the viewer left "+f.When, f.Err)
	case f.Busy > 0:
		cause := NewCause(CauseEdgeExhausted, fmt.Sprintf("%d requests are under way, and the edge takes no more at a time", f.Busy), f.Err).
			hinted("send it less at once; this says nothing about the origin")
		cause.Inferred, cause.ResultType = true, "CapacityExceeded"
		return cause
	case f.Exhausted != nil:
		cause := NewCause(CauseEdgeExhausted, fmt.Sprintf("this machine ran out of what a connection needs: %v", f.Exhausted), f.Exhausted).
			hinted("raise the limit of open files (ulimit -n) or the range of ports on the machine that edgesim runs on, or send it less at once; this says nothing about the origin")
		cause.Inferred, cause.ResultType = true, "CapacityExceeded"
		return cause
	}
	return nil
}

// OfOrigin reports whether a cause concerns the origin or the path to it. Other
// causes come from the viewer, a function or the edge itself: they are not
// cached, do not fail over, and get no custom error page.
func (n CauseName) OfOrigin() bool {
	for i := range causeTable {
		if spec := &causeTable[i]; spec.Name == n {
			return spec.Stage != StageViewer && spec.Stage != StageEdge && spec.Stage != StageFunction
		}
	}
	return true // a name added by a package above, about a recorded origin
}
