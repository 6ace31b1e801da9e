package edge

import (
	"context"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// outcome is how a request ended, on its way to the viewer.
type outcome struct {
	// behavior is the one that applies to the response.
	behavior *distribution.CacheBehavior
	// response is passed on; nil if the edge answers with the error page of cause.
	response *originconn.Response
	// cause is why the origin did not answer; nil if it did. With a response, the response
	// is the custom error page.
	cause *policy.Cause
	// status replaces the response's own status; 0 keeps it.
	status int
	// original is the status of the error, before a custom error response.
	original int
	// kept means that the response comes from the cache, compressed if it was.
	kept bool
}

// errorStatus is the status of an error; 0 if it is not an error.
func (o *outcome) errorStatus() int {
	switch {
	case o.cause != nil:
		return o.cause.Status
	case o.response.Status >= 400:
		return o.response.Status
	}
	return 0
}

// isError reports whether the origin's answer, or the lack of one, was an error, even if
// the viewer gets a page with another status.
func (o *outcome) isError() bool { return o.original != 0 }

// conclude answers the viewer with how its request ended: it replaces an error with its
// custom error page, judges how long the error would be cached, and caches it if that is
// simulated.
func (e *Edge) conclude(ctx context.Context, x *exchange, v *ViewerRequest, o outcome) *Response {
	e.tooLarge(v, &o)
	e.advise(x, v, &o)
	o.original = o.errorStatus()
	if !o.isError() {
		if r := e.confirmed(ctx, x, v, &o); r != nil {
			return r
		}
		x.compress(v, &o)
		e.keep(x, v, &o)
		return e.deliver(x, v, o)
	}
	facts := policy.ErrorTTLFacts{
		Method: v.Method, Behavior: o.behavior, FromS3: x.location.fromS3(x.exchange.Origin),
		Responses: x.location.Distribution.CustomErrors, Status: o.original, Now: e.Clock.Now(),
	}
	if o.response != nil {
		facts.Header = o.response.Header.Clone()
	}
	asked := x.exchange.Sent != nil && !notOrigins(o.cause)
	if asked {
		if r := e.standsIn(ctx, x, v, &o, policy.ErrorTTLFor(facts)); r != nil {
			return r
		}
	}
	o = e.customError(ctx, x, v, o)
	x.compress(v, &o)
	if !asked { // no origin gave this error: there is nothing to keep (inferred)
		return e.deliver(x, v, o)
	}
	if o.status != 0 {
		facts.Page, facts.PageBehavior = o.response.Header.Clone(), o.behavior
	}
	ttl := policy.ErrorTTLFor(facts)
	x.find(ttl.Finding())
	e.keepError(x, v, &o, ttl)
	return e.deliver(x, v, o)
}

// tooLarge turns an answer that CloudFront would have to cache but cannot into a failure
// (CF-RESP-28).
func (e *Edge) tooLarge(v *ViewerRequest, o *outcome) {
	r := o.response
	if o.cause != nil || r.Status >= 400 || r.ContentLength <= policy.MostCached || policy.Cacheable(v.Method, o.behavior).Rule != "" {
		return
	}
	discard(r)
	o.response, o.cause = nil, policy.TooLargeToCache(r.ContentLength)
}

// deliver turns an outcome into the viewer's response.
func (e *Edge) deliver(x *exchange, v *ViewerRequest, o outcome) *Response {
	if o.response == nil {
		return e.refuse(x, v, o.cause)
	}
	x.exchange.Cause = o.cause
	return e.respond(x, v, o)
}

// notOrigins reports whether the failure was the viewer's, by leaving or by sending a
// malformed body, or the edge's own: it says nothing about the origin.
func notOrigins(c *policy.Cause) bool { return c != nil && !c.Name.OfOrigin() }

// answeredBy returns the id of the origin whose response an outcome is.
func (x *exchange) answeredBy(o *outcome) string {
	if page := x.exchange.ErrorPage; o.status != 0 && page != nil && page.Origin != "" {
		return page.Origin
	}
	return x.exchange.Origin
}

// fromS3 reports whether an origin is an S3 bucket.
func (l *Location) fromS3(id string) bool {
	o, ok := l.Distribution.Origin(id)
	return ok && o.Kind == distribution.OriginS3
}
