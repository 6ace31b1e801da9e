package edge

import (
	"context"
	"fmt"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// customError replaces an error with its custom error page, if it has one. The page is
// fetched through the behavior that matches its path, from that behavior's origin, with its
// policies (CF-ERR-38). If the page cannot be fetched, its origin's answer is returned
// (CF-ERR-40); an error of the page has no page of its own.
func (e *Edge) customError(ctx context.Context, x *exchange, v *ViewerRequest, o outcome) outcome {
	facts := policy.CustomErrorFacts{
		Responses: x.location.Distribution.CustomErrors, Status: o.original, Cause: o.cause, GRPC: isGRPC(v, o.behavior),
	}
	custom := policy.CustomErrorFor(facts)
	if custom == nil {
		return o
	}
	record := &recording.ErrorPage{}
	x.exchange.ErrorPage = record
	if o.response != nil {
		if f, ok := policy.AdviseErrorPage(o.behavior, custom, o.original, o.response.Header.Get("Content-Type")); ok {
			x.find(f)
			x.notes, x.hint = append(x.notes, f.Observed), f.Hint
		}
		record.Replaced = o.response.RawHead
	}
	discard(o.response)
	if v.Body != nil {
		v.Body.Close() // the page's origin does not get it
	}
	page := pageRequest(v, custom.ResponsePagePath)
	behavior := x.location.Distribution.Match(path(page.URI))
	record.Behavior = behavior.PathPattern
	result := e.ask(ctx, x, page, behavior, v.URI)
	replaced := outcome{behavior: behavior, response: result.Response, cause: o.cause, original: o.original}
	answered := 0
	if result.Response != nil {
		answered = result.Response.Status
	}
	var became string
	switch {
	case result.Cause != nil:
		replaced.cause = result.Cause
		became = "its custom error page " + custom.ResponsePagePath + " could not be had"
	case policy.IsErrorPage(answered):
		replaced.status = policy.CustomErrorStatus(custom)
		became = "it is answered with the custom error page " + custom.ResponsePagePath
	default:
		became = fmt.Sprintf("its custom error page %s got %d from its own origin, which the viewer gets", custom.ResponsePagePath, answered)
	}
	if o.cause == nil {
		became = fmt.Sprintf("the origin itself answered %d; ", o.original) + became
	} else if result.Cause != nil {
		became = o.cause.Error() + "; " + became
	}
	x.notes = append(x.notes, became)
	x.find(policy.CustomErrorFinding(facts, custom, behavior.PathPattern, record.Origin, answered, result.Cause))
	return replaced
}

// pageRequest is the request for an error page: a GET of the configured path, on
// behalf of the viewer.
func pageRequest(v *ViewerRequest, at string) *ViewerRequest {
	page := *v
	page.Method, page.URI, page.Header = "GET", at, policy.ErrorPageRequest(v.Header)
	page.Body, page.ContentLength = nil, 0
	return &page
}

// isGRPC reports whether a request is forwarded as gRPC (CF-GRPC-01).
func isGRPC(v *ViewerRequest, b *distribution.CacheBehavior) bool {
	return b.GRPC && policy.AsksForGRPC(v.Method, v.Header)
}
