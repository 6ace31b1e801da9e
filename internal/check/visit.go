package check

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// bodyLimit is how much of a body is read: enough to see that it arrives, and usually all
// of it, so that the connection can be kept.
const bodyLimit = 1 << 20

// visit is one origin request, made for all cases that plan it.
type visit struct {
	edge      *edge.Edge
	plan      edge.Plan
	request   *edge.ViewerRequest
	targetKey string

	// What was seen. status is 0 and header nil if there was no response.
	attempts []*originconn.Attempt
	cause    *policy.Cause
	status   int
	header   map[string][]string
	begin    []byte // of the body of a 400
	bodyRead int64
	took     time.Duration
	// spared means that nothing was asked, as an earlier visit to the target was
	// conclusive; sparedBy is its cause.
	spared   bool
	sparedBy *policy.Cause

	software *Software
	tries    []Try
	// presented are the certificates that the origin has for CloudFront's hello; dated are
	// the handshakes with other versions of the lists.
	presented []originconn.Presented
	dated     []*dated
	scan      *originconn.ScanReport
	scanned   string // why there is no scan
}

// visitsOf makes one visit for all cases with the same target and request.
func visitsOf(cases []*caseOf) []*visit {
	known := map[string]*visit{}
	var visits []*visit
	for _, c := range cases {
		if c.origin == nil {
			continue
		}
		target := c.targetKey()
		key := target + "\n" + requestKey(&c.plan)
		if known[key] == nil {
			known[key] = &visit{edge: c.subject.Edge, plan: c.plan, request: c.request, targetKey: target}
			visits = append(visits, known[key])
		}
		c.visit = known[key]
	}
	return visits
}

// run contacts the origin.
func (v *visit) run(ctx context.Context, c *Config) {
	started := time.Now()
	if c.HandshakeOnly {
		v.shakeHands(ctx)
	} else {
		v.ask(ctx)
	}
	v.took = time.Since(started)
	if ctx.Err() != nil {
		return
	}
	v.software = v.detect(ctx)
	if v.cause != nil {
		v.tries = v.try(ctx, c)
	} else {
		v.tries = v.tryAnswer(ctx, c)
	}
}

// ask sends the request and reads the response, including the body up to the limit.
func (v *visit) ask(ctx context.Context) {
	result := v.edge.Client.Do(ctx, v.plan.Target, &v.plan.Request)
	v.attempts, v.cause = result.Attempts, result.Cause
	if result.Response == nil {
		return
	}
	v.status, v.header = result.Response.Status, result.Response.Header
	body := io.Reader(result.Response.Body)
	if v.status == http.StatusBadRequest {
		v.begin, _ = io.ReadAll(io.LimitReader(body, 1<<10)) // the error comes again
	}
	n, err := io.CopyN(io.Discard, body, bodyLimit)
	v.bodyRead = n + int64(len(v.begin))
	var cause *policy.Cause
	if errors.As(err, &cause) {
		v.cause = cause
	}
	result.Response.Body.Close()
	v.attempts = result.Attempts // a body that stalled was requested again
}

// shakeHands goes only as far as the TLS handshake.
func (v *visit) shakeHands(ctx context.Context) {
	conn, attempt := v.edge.Client.Connect(ctx, v.plan.Target)
	if conn != nil {
		conn.Close()
	}
	v.attempts, v.cause = []*originconn.Attempt{attempt}, attempt.Cause
}

// last returns the deciding attempt.
func (v *visit) last() *originconn.Attempt { return v.attempts[len(v.attempts)-1] }

// endsAll reports whether every other visit to the same target would end the same way.
func (v *visit) endsAll() bool {
	if v.cause == nil {
		return false
	}
	switch v.cause.Stage {
	case policy.StageResolve, policy.StageDial, policy.StageHandshake, policy.StageVerify:
		return true
	}
	return v.cause.Name == policy.CauseResponseTimeout || v.cause.Name == policy.CauseResponseCompletionTimeout
}

// like takes over the result of another visit to the same target, without going there. What
// happened after its request was sent is not a verdict on this one.
func (v *visit) like(first *visit) {
	v.attempts, v.took, v.software, v.tries = first.attempts, first.took, first.software, first.tries
	v.scan, v.scanned, v.presented, v.dated = first.scan, first.scanned, first.presented, first.dated
	switch first.cause.Stage {
	case policy.StageResolve, policy.StageDial, policy.StageHandshake, policy.StageVerify:
		v.cause = first.cause
	default:
		v.spared, v.sparedBy = true, first.cause
	}
}
