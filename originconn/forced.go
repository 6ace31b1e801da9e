package originconn

import (
	"context"
	"errors"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Forced is a failure or a delay that edgesim plays instead of the origin's own
// behavior, see package faults. The target's attempts and timeouts apply as they
// do to real failures.
type Forced struct {
	// By says what forced it; it appears in the evidence.
	By string
	// Cause is the failure; "" lets the origin answer after Latency. If Cause is
	// set, no socket is opened.
	Cause policy.CauseName
	// Latency is how long each attempt takes before it fails. If zero, an attempt
	// takes the target's timeout if the cause is a timeout, and no time otherwise.
	Latency time.Duration
}

// errForced is the underlying error of every forced cause: errors.Is distinguishes them
// from real ones.
var errForced = errors.New("forced, the origin was not asked")

// force plays what is forced on an attempt: an entire failure, or the latency before the
// origin is asked. It returns nil if the attempt is still to be made.
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
	phase, limit := &a.Phases.Wait, time.Duration(0)
	switch name.Spec().Stage {
	case policy.StageResolve:
		phase = &a.Phases.Resolve
	case policy.StageDial:
		phase = &a.Phases.Dial
	case policy.StageHandshake, policy.StageVerify:
		phase = &a.Phases.Handshake
	}
	switch name {
	case policy.CauseConnectTimeout:
		limit = t.ConnectTimeout
	case policy.CauseResponseTimeout:
		limit = t.ResponseTimeout
	case policy.CauseResponseCompletionTimeout:
		limit = t.CompletionTimeout
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
	return policy.JudgeForced(policy.ForcedFacts{
		Name: name, By: forced.By, Origin: t.Address(), Method: f.request.Method, Repeatable: f.request.repeatable(),
		Timeout: limit, Waited: wait, Err: errForced,
	})
}

// sleep waits, but not beyond the fetch's deadline, and reports whether the viewer is still
// connected.
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
