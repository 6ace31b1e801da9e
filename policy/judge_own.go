package policy

import "fmt"

// OwnFacts are what the viewer or the edge did itself to an exchange on its way
// to the origin. Nothing of it says anything about the origin.
type OwnFacts struct {
	// Left says that the viewer's request has ended; CutOff that it was the edge
	// that ended it, as it shuts down.
	Left, CutOff bool
	// Exhausted is what this machine ran out of: descriptors, memory, ports; nil
	// if there was enough.
	Exhausted error
	// Busy is how many requests are under way, where the edge takes no more; 0 if
	// it does.
	Busy int
	// When says in a clause how far the exchange was.
	When string
	// Err is the underlying error.
	Err error
}

// JudgeOwn returns the cause of an exchange that the viewer or the edge ended,
// and nil where neither did.
//
// CloudFront answers 503 where it has no capacity left (CF-ERR-10). That an edge
// without descriptors, memory or ports is one without capacity, and one that
// shuts down or has too much to do, too, is inferred; such a 503 is not the origin's.
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

// OfOrigin says whether a cause tells of the origin, or of the way to it. The
// others are the viewer's doing, a function's or the edge's own: they are not kept, fail over
// to nobody and get no custom error page.
func (n CauseName) OfOrigin() bool {
	for i := range causeTable {
		if spec := &causeTable[i]; spec.Name == n {
			return spec.Stage != StageViewer && spec.Stage != StageEdge && spec.Stage != StageFunction
		}
	}
	return true // one that a package above adds, which is about a recorded origin
}
