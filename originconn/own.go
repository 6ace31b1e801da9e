package originconn

import (
	"context"
	"errors"
	"os"
	"syscall"

	"github.com/edgesim/edgesim/policy"
)

// cutOffKey is the context key of WithCutOff.
type cutOffKey struct{}

// WithCutOff returns a context that records who ended an exchange: if cut
// returns true, the edge disconnected its viewers, as it does on shutdown;
// otherwise the viewer left.
func WithCutOff(ctx context.Context, cut func() bool) context.Context {
	return context.WithValue(ctx, cutOffKey{}, cut)
}

// own returns the cause of a failed exchange if the viewer or the edge itself is
// responsible, and otherwise the given cause. viewer is the context of the viewer's
// request.
func own(viewer context.Context, cause *policy.Cause, when string) *policy.Cause {
	if cause == nil || !cause.Name.OfOrigin() && viewer.Err() == nil {
		return cause
	}
	facts := policy.OwnFacts{}
	switch {
	case viewer.Err() != nil:
		return viewerLeft(viewer, when, viewer.Err())
	case exhausted(cause.Err):
		facts.Exhausted = cause.Err
	case cause.Name == policy.CauseDNSFailure:
		facts.Exhausted = lookupExhausted()
	}
	if mine := policy.JudgeOwn(facts); mine != nil {
		return mine
	}
	return cause
}

// How far an exchange had come when its viewer left.
const (
	beforeAnswer = "before the origin answered"
	whileSending = "while sending its request body"
	duringBody   = "while the body was on its way"
)

// viewerLeft is the cause of an exchange that ended on the viewer's side, with err: the
// viewer left, or the edge cut it off.
func viewerLeft(viewer context.Context, when string, err error) *policy.Cause {
	return policy.JudgeOwn(leftFacts(viewer, when, err))
}

// leftFacts returns the facts for viewerLeft.
func leftFacts(viewer context.Context, when string, err error) policy.OwnFacts {
	cut, ok := viewer.Value(cutOffKey{}).(func() bool)
	return policy.OwnFacts{Left: true, CutOff: ok && cut(), When: when, Err: err}
}

// exhausted reports whether an error is a lack of resources on this machine, not the
// origin's fault: descriptors, memory, or an address and port to dial from.
func exhausted(err error) bool {
	for _, number := range []syscall.Errno{syscall.EMFILE, syscall.ENFILE, syscall.ENOMEM, syscall.ENOBUFS, syscall.EADDRNOTAVAIL} {
		if errors.Is(err, number) {
			return true
		}
	}
	return false
}

// lookupExhausted returns what this machine lacks if a name could not be looked up. Package
// net keeps only the text of such an error, and reports a nonexistent name the same way as
// files or sockets that it could not open; so this tries to open a file now.
func lookupExhausted() error {
	f, err := os.Open(os.DevNull)
	if err == nil {
		_ = f.Close()
		return nil
	}
	if exhausted(err) {
		return err
	}
	return nil
}
