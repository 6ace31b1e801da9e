package originconn

import (
	"context"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Do gets one response from the target, making one or more attempts, each on a
// kept-alive or a new connection.
//
// [policy.Retries] decides which failures are followed by another attempt.
//
// Do always returns a result, never an error: a failure is reported in its Cause.
func (c *Client) Do(ctx context.Context, t Target, r *Request) *Result {
	f := &fetch{client: c, target: t, request: r}
	if t.CompletionTimeout > 0 {
		f.deadline = time.Now().Add(t.CompletionTimeout)
	}
	result := f.answered(ctx)
	if result == nil {
		result = f.run(ctx)
	}
	result.judgeRange()
	return result
}

// judgeRange turns a response with contradictory lengths into a failure (CF-RESP-25).
func (r *Result) judgeRange() {
	if r.Response == nil {
		return
	}
	cause := policy.JudgeContentRange(r.Response.Status, r.Response.Header, r.Response.ContentLength)
	if cause == nil {
		return
	}
	r.Response.Body.Close()
	if n := len(r.Attempts); n > 0 {
		r.Attempts[n-1].Cause = cause
	}
	r.Response, r.Cause = nil, cause
}

// answered calls Client.Answer, after any forced latency.
func (f *fetch) answered(ctx context.Context) *Result {
	forced := f.request.Forced
	if f.client.Answer == nil || forced != nil && (forced.Cause != "" || forced.Latency >= f.target.ResponseTimeout) {
		return nil
	}
	result := f.client.Answer(ctx, &f.target, f.request)
	if result != nil && forced != nil && !f.sleep(ctx, forced.Latency) {
		return &Result{Cause: viewerLeft(ctx, beforeAnswer, ctx.Err())}
	}
	return result
}

// fetch is one call of Do: the state shared by its attempts.
type fetch struct {
	client  *Client
	target  Target
	request *Request
	// deadline is when the completion timeout ends the fetch; zero means never.
	deadline time.Time
	result   Result
}

// run makes attempts until one gets a response or the fetch must not be repeated.
func (f *fetch) run(ctx context.Context) *Result {
	for {
		response, cause := f.attempt(ctx)
		if cause == nil {
			f.result.Response = response
			return &f.result
		}
		if !f.mayRepeat(ctx, cause) {
			f.result.Cause = cause
			return &f.result
		}
	}
}

// attempt makes the next attempt and adds it to the result.
func (f *fetch) attempt(ctx context.Context) (*Response, *policy.Cause) {
	kept := &struct { // only what outlives the fetch
		attempt Attempt
		list    [1]*Attempt
	}{}
	a := &kept.attempt
	a.Number, a.Target, a.Start = len(f.result.Attempts)+1, f.target.Address(), time.Now()
	if f.result.Attempts == nil {
		f.result.Attempts = kept.list[:0]
	}
	f.result.Attempts = append(f.result.Attempts, a)
	if cause := f.force(ctx, a); cause != nil {
		a.Cause = f.refine(cause)
		return nil, a.Cause
	}
	conn, cause := f.connection(ctx, a)
	if cause != nil {
		a.Cause = f.refine(own(ctx, cause, beforeAnswer))
		return nil, a.Cause
	}
	exchange := f.exchange
	if f.target.HTTP2 {
		exchange = f.exchangeHTTP2
	}
	response, cause := exchange(ctx, conn, a)
	if cause != nil {
		a.Cause = f.refine(cause)
		return nil, a.Cause
	}
	return response, nil
}

// connection takes a kept-alive connection or makes a new one.
func (f *fetch) connection(ctx context.Context, a *Attempt) (*Conn, *policy.Cause) {
	key := f.target.key()
	if conn, idle, stale := f.client.pool.get(key); conn != nil {
		a.Reused, a.Idle, a.StaleIdle = true, idle, stale
		a.Address, a.Handshake, a.Findings = conn.address, conn.handshake, conn.findings
		conn.deadline = f.deadline
		return conn, nil
	} else if stale > 0 {
		a.StaleIdle = stale
	}
	conn, cause := f.client.connect(ctx, &f.target, f.deadline, a)
	if cause != nil {
		return nil, cause
	}
	conn.key = key
	return conn, nil
}

// mayRepeat reports whether another attempt follows a failed one.
func (f *fetch) mayRepeat(ctx context.Context, cause *policy.Cause) bool {
	if len(f.result.Attempts) >= f.target.Attempts || ctx.Err() != nil {
		return false
	}
	return policy.Retries(cause, f.request.repeatable())
}

// refine judges a cause again if the time for all attempts is over.
func (f *fetch) refine(cause *policy.Cause) *policy.Cause {
	if f.deadline.IsZero() || time.Now().Before(f.deadline) {
		return cause
	}
	return policy.Overdue(cause, f.target.CompletionTimeout)
}
