package originconn

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Forced is a failure, or a slowness, that is played in the place of the
// origin's own: see package faults. The target's attempts and timeouts hold for
// it as they hold for real ones.
type Forced struct {
	// By says what forced it; it stands in the evidence.
	By string
	// Cause is the failure; "" leaves the answer to the origin, after Latency.
	// With a cause no socket is opened.
	Cause policy.CauseName
	// Latency is how long each attempt takes before it fails. Zero: as long as
	// the target's timeout for a cause that is a timeout, else no time.
	Latency time.Duration
}

// errForced is the underlying error of every forced cause: one can tell them
// from real ones by errors.Is.
var errForced = errors.New("forced, the origin was not asked")

// force plays what is forced on an attempt: the whole of a failure, or the
// slowness that comes before the origin is asked. It returns nil if the attempt
// is still to be made.
func (f *fetch) force(ctx context.Context, a *Attempt) *policy.Cause {
	forced := f.request.Forced
	switch {
	case forced == nil:
		return nil
	case forced.Cause != "":
		return f.play(ctx, a, forced.Cause)
	case forced.Latency >= f.target.ResponseTimeout:
		return f.play(ctx, a, policy.CauseResponseTimeout)
	}
	started := time.Now()
	there := f.sleep(ctx, forced.Latency)
	a.Phases.Wait = time.Since(started)
	if !there {
		return viewerLeft(ctx, beforeAnswer, ctx.Err())
	}
	return nil
}

// play makes one attempt fail.
func (f *fetch) play(ctx context.Context, a *Attempt, name policy.CauseName) *policy.Cause {
	forced, t := f.request.Forced, &f.target
	spec := name.Spec()
	phase, took, limit := &a.Phases.Wait, "", time.Duration(0)
	switch spec.Stage {
	case policy.StageResolve:
		phase = &a.Phases.Resolve
	case policy.StageDial:
		phase = &a.Phases.Dial
	case policy.StageHandshake, policy.StageVerify:
		phase = &a.Phases.Handshake
	}
	switch spec.Name {
	case policy.CauseConnectTimeout:
		took, limit = "no connection within the connection timeout of ", t.ConnectTimeout
	case policy.CauseResponseTimeout:
		took, limit = "no response within the response timeout of ", t.ResponseTimeout
	case policy.CauseResponseCompletionTimeout:
		took, limit = "no complete response within the response completion timeout of ", t.CompletionTimeout
	}
	wait := limit
	if forced.Latency > 0 && forced.Cause != "" {
		wait = forced.Latency
	}
	started := time.Now()
	there := f.sleep(ctx, wait)
	*phase = time.Since(started)
	if !there {
		return viewerLeft(ctx, beforeAnswer, ctx.Err())
	}
	detail := fmt.Sprintf("%s of %s", spec.Name, t.Address())
	if took != "" {
		detail = took + limit.String()
		if wait != limit {
			detail += fmt.Sprintf(" (here %s)", wait)
		}
	}
	cause := policy.NewCause(name, detail+", forced by "+forced.By, errForced)
	cause.Hint = "the origin was not asked; DELETE /api/faults, or POST /api/reset, ends what is forced"
	f.notIdempotent(cause)
	return cause
}

// sleep waits, but not beyond the fetch's deadline, and says whether the viewer
// is still there.
func (f *fetch) sleep(ctx context.Context, d time.Duration) bool {
	if !f.deadline.IsZero() {
		d = min(d, time.Until(f.deadline))
	}
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// notIdempotent says of a response timeout why it is not tried again (CF-TIME-05).
func (f *fetch) notIdempotent(cause *policy.Cause) {
	if cause.Name == policy.CauseResponseTimeout && !f.request.idempotent() {
		cause.Rule = "CF-TIME-05"
		cause.Detail += "; a " + f.request.Method + " is not sent again"
	}
}
