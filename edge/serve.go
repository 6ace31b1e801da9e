package edge

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// Serve answers one viewer request. It always returns a response: the origin's,
// a redirect, or the error page of one cause.
func (e *Edge) Serve(ctx context.Context, v *ViewerRequest) *Response {
	x := e.open(v)
	facts := policy.ViewerFacts{
		Method: v.Method, Scheme: v.Scheme, Host: v.Host, URI: v.URI, Proto: v.Proto,
		HeaderBytes: v.HeaderBytes, HeaderCut: v.HeaderCut, Malformed: v.Malformed, HasBody: v.Body != nil,
	}
	if cause := policy.JudgeRequest(facts); cause != nil {
		return e.refuse(x, v, cause)
	}
	if !e.AnyHost && !e.Distribution.ServesHost(v.Host) {
		return e.refuse(x, v, policy.UnknownHost(v.Host, e.Distribution.Aliases))
	}
	behavior := e.Distribution.Match(path(v.URI))
	x.exchange.Behavior = behavior.PathPattern
	redirect, cause := policy.JudgeBehavior(facts, behavior)
	if redirect == 0 && cause == nil {
		cause = policy.JudgeRootObject(path(v.URI), e.Distribution.DefaultRootObject)
	}
	switch {
	case cause != nil:
		return e.conclude(ctx, x, v, outcome{behavior: behavior, cause: cause})
	case redirect != 0:
		return e.redirect(x, v, redirect)
	}
	return e.fetch(ctx, x, v, behavior)
}

// fetch answers from the error cache, if there is one, or from the origin.
func (e *Edge) fetch(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior) *Response {
	if kept := e.recall(x, v, b); kept != nil {
		return e.replay(x, v, kept)
	}
	result := e.ask(ctx, x, v, b, "")
	if r := result.Response; r != nil && r.Tunnel != nil {
		return e.switched(x, v, b, r)
	}
	return e.conclude(ctx, x, v, outcome{behavior: b, response: result.Response, cause: result.Cause})
}

// ask asks the origin, or the members of an origin group in turn. For a custom
// error page, errorURI is what the viewer asked for.
func (e *Edge) ask(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior, errorURI string) *originconn.Result {
	origins, group := e.Origins(b)
	for i, origin := range origins {
		plan := e.plan(v, b, origin, x.exchange.ID, errorURI, x.requestLog(errorURI != ""))
		if v.Body != nil { // an error page is asked for without the viewer's
			plan.Request.Body, plan.Request.ContentLength = x.requestBody(), v.ContentLength
		}
		x.planned(&plan, errorURI != "")
		plan.Request.Forced = e.force(x, v, b, origin)
		result := e.Client.Do(ctx, plan.Target, &plan.Request)
		countAttempts(result)
		x.findStale(origin, result)
		x.attempted(result)
		if i+1 < len(origins) {
			if facts := failoverFacts(group, b, v.Method, result); policy.FailsOver(facts) {
				x.find(facts.Finding(origin.ID))
				x.exchange.Failover = append(x.exchange.Failover, recording.FailoverStep{Origin: origin.ID, Status: facts.Status, Cause: facts.Cause})
				discard(result.Response)
				continue
			}
		}
		return result
	}
	panic("edge: a behavior without an origin passed validation")
}

// countAttempts says in a cause how often it was tried.
func countAttempts(r *originconn.Result) {
	if n := len(r.Attempts); r.Cause != nil && n > 1 {
		cause := *r.Cause
		cause.Detail += fmt.Sprintf("; %d attempts were made", n)
		r.Cause = &cause
	}
}

// discard ends a response that nobody will read.
func discard(r *originconn.Response) {
	if r != nil {
		r.Body.Close()
	}
}

// open begins the record of an exchange.
func (e *Edge) open(v *ViewerRequest) *exchange {
	received := v.Received
	if received.IsZero() {
		received = time.Now()
	}
	x := &exchange{edge: e}
	x.exchange = recording.Exchange{
		ID: NewID(), Edge: e.Name, Start: received, ResultType: "Miss",
		Viewer: recording.Viewer{
			Address: v.RemoteAddr, Method: v.Method, Scheme: v.Scheme, Host: v.Host, URI: v.URI,
			Proto: v.Proto, Header: v.Header, Fields: v.Fields, Form: v.Form,
		},
	}
	if e.Recorder != nil {
		x.log = &x.changes
	}
	if v.TLS != nil {
		x.exchange.Viewer.TLSVersion, x.exchange.Viewer.TLSCipher = v.TLS.Version, v.TLS.CipherSuite
	}
	if v.Body != nil {
		x.request = &requestBody{ReadCloser: v.Body, limit: e.BodyLimit, length: v.ContentLength}
	}
	return x
}

// path returns the path of a request target, undecoded, without its query
// (CF-PATH-03).
func path(uri string) string {
	p, _, _ := strings.Cut(uri, "?")
	return p
}
