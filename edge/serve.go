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

// Serve answers one viewer request. It always returns a response: the origin's, a
// redirect, or an error page for a single cause. The step numbers are those of the
// package comment.
func (e *Edge) Serve(ctx context.Context, v *ViewerRequest) *Response {
	x := e.open(v)
	x.viewer = ctx
	if cause := e.enter(x, v); cause != nil {
		return e.refuse(x, v, cause)
	}
	answered := false
	defer func() {
		if !answered { // a panic, which the caller reports
			x.leave()
		}
	}()
	r := e.serve(ctx, x, v)
	answered = true
	return r
}

// serve answers a request that has room in the edge, until its body is closed.
func (e *Edge) serve(ctx context.Context, x *exchange, v *ViewerRequest) *Response {
	route := e.Route(v) // 1 to 4
	x.routed(&route)
	switch {
	case route.Location == nil:
		return e.refuse(x, v, route.Cause)
	case route.Cause != nil:
		return e.conclude(ctx, x, v, outcome{behavior: route.Behavior, cause: route.Cause})
	case route.Redirect != 0:
		return e.redirect(x, v, route.Redirect)
	}
	if cause := e.access(route.Location, v, route.Behavior); cause != nil { // 4, continued
		return e.conclude(ctx, x, v, outcome{behavior: route.Behavior, cause: cause})
	}
	asked, answer := e.viewerRequest(ctx, x, v, route.Behavior) // 5
	if answer != nil {
		return answer
	}
	return e.fetch(ctx, x, x.unsigned(asked, route.Behavior), route.Behavior)
}

// fetch answers an admitted request from the cache or the origin.
func (e *Edge) fetch(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior) *Response {
	if r := e.lookUp(ctx, x, v, b); r != nil { // 6
		return r
	}
	l := &x.look
	defer l.end()
	result := e.ask(l.ctx, x, l.request(v), b, "") // 8 and 9
	l.answered()
	if r := result.Response; r != nil && r.Tunnel != nil {
		return e.switched(x, v, b, r)
	}
	return e.conclude(l.ctx, x, v, outcome{behavior: b, response: result.Response, cause: result.Cause}) // 11 to 13
}

// ask asks the origin, or the members of an origin group in turn. For a custom
// error page, errorURI is what the viewer asked for.
func (e *Edge) ask(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior, errorURI string) *originconn.Result {
	choices, group := x.origins(b, errorURI != "")
	for i, choice := range choices {
		result := e.askOne(ctx, x, v, b, choice, errorURI)
		if i+1 == len(choices) {
			return result
		}
		facts := failoverFacts(group, b, v.Method, result)
		if !policy.FailsOver(facts) {
			x.stays(choice.Origin, facts)
			return result
		}
		x.failedOver(choice.Origin, facts)
		discard(result.Response)
	}
	panic("edge: a behavior without an origin passed validation")
}

// askOne plans the request for one origin and sends it.
func (e *Edge) askOne(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior, choice policy.OriginChoice, errorURI string) *originconn.Result {
	plan := e.plan(x.location, v, b, choice, x.exchange.ID, errorURI, x.requestLog(errorURI != "")) // 8
	if v.Body != nil {                                                                              // an error page is asked for without the viewer's
		plan.Request.Body, plan.Request.ContentLength = x.requestBody(), v.ContentLength
	}
	x.conditional(&plan, errorURI != "")
	if errorURI == "" {
		if result := e.originRequest(ctx, x, v, b, &plan); result != nil { // 7
			return result
		}
	}
	e.signOrigin(x, v, &plan, errorURI != "") // 8, continued
	x.planned(&plan, errorURI != "")
	plan.Request.Forced = e.force(x, v, b, plan.Origin)
	result := e.Client.Do(ctx, plan.Target, &plan.Request) // 9
	countAttempts(result)
	x.findStale(plan.Origin, result)
	x.attempted(result)
	if errorURI == "" {
		e.originResponse(ctx, x, v, b, &plan, result) // 10
	}
	return result
}

// origins returns where a request goes: the origins that a function chose, or those of the
// behavior. The page for an error has a behavior of its own.
func (x *exchange) origins(b *distribution.CacheBehavior, page bool) ([]policy.OriginChoice, *distribution.OriginGroup) {
	if x.choices != nil && !page {
		return x.choices, x.group
	}
	assigned, group := x.location.Origins(b)
	choices, group, _ := policy.ChooseOrigins(x.location.Distribution, nil, assigned, group)
	return choices, group
}

// countAttempts adds the number of attempts to a cause.
func countAttempts(r *originconn.Result) {
	if n := len(r.Attempts); r.Cause != nil && n > 1 {
		cause := *r.Cause
		cause.Detail += fmt.Sprintf("; %d attempts were made", n)
		r.Cause = &cause
	}
}

// discard closes a response that will not be read.
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
