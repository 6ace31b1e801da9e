package policy

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// CustomErrorFacts is what decides whether a custom error response applies.
type CustomErrorFacts struct {
	// Responses are the distribution's.
	Responses []distribution.CustomErrorResponse
	// Status is the error's status: the origin's own, or that of the cause.
	Status int
	// Cause is set if the edge has no response from an origin; nil for an error that
	// the origin sent.
	Cause *Cause
	// GRPC says that the request is forwarded as gRPC.
	GRPC bool
}

// CustomErrorFor returns the custom error response whose page replaces an error,
// or nil. A custom error response without a page only sets how long the error is
// cached.
func CustomErrorFor(f CustomErrorFacts) *distribution.CustomErrorResponse {
	if f.GRPC || f.Cause != nil && !f.Cause.takesCustomPage() { // CF-GRPC-03
		return nil
	}
	r := customResponse(f.Responses, f.Status)
	if r == nil || r.ResponsePagePath == "" {
		return nil
	}
	return r
}

// customResponse returns the entry for a status, or nil.
func customResponse(responses []distribution.CustomErrorResponse, status int) *distribution.CustomErrorResponse {
	for i := range responses {
		if responses[i].ErrorCode == status {
			return &responses[i]
		}
	}
	return nil
}

// takesCustomPage reports whether an error made by the edge may be replaced. Errors before
// the behavior is known may not: an unsafe or malformed request (CF-ERR-25), a Host of no
// distribution, and a URL or head over the limit, after which the edge hangs up (that these
// have no page is inferred). A behavior's refusals may, as AWS documents it for those of a
// web ACL (inferred).
func (c *Cause) takesCustomPage() bool {
	switch c.Name {
	case CauseViewerBadRequest, CauseViewerUnknownHost, CauseViewerURLTooLong, CauseViewerHeadersTooBig, CauseViewerAborted,
		CauseEdgeExhausted, CauseEdgeShutdown: // CF-ERR-10
		return false
	}
	return true
}

// CustomErrorStatus returns the status that the viewer gets with the page: the
// configured response code, or the error's own (CF-ERR-38).
func CustomErrorStatus(r *distribution.CustomErrorResponse) int {
	if r.ResponseCode != 0 {
		return r.ResponseCode
	}
	return r.ErrorCode
}

// IsErrorPage reports whether the response of the page's origin is the page. Any
// other status goes to the viewer as it is (CF-ERR-40); that this includes
// redirects is inferred.
func IsErrorPage(status int) bool { return status >= 200 && status < 300 }

// ErrorPageRequest returns the viewer's fields that apply to the request for an
// error page, which is a GET of the complete page: conditions, ranges, bodies and
// upgrades apply only to what the viewer requested (inferred).
func ErrorPageRequest(viewer http.Header) http.Header {
	h := make(http.Header, len(viewer))
	for name, values := range viewer {
		switch {
		case name == "Range", name == "Expect", name == "Connection", name == "Upgrade",
			strings.HasPrefix(name, "If-"), strings.HasPrefix(name, "Content-"):
		default:
			h[name] = values
		}
	}
	return h
}

// CustomErrorFinding reports what happened to an error that has a custom error
// response: the error, where the page was requested, and what the viewer gets.
// Page is the status from the page's origin, 0 if there was no response, in which
// case failure says why.
func CustomErrorFinding(f CustomErrorFacts, r *distribution.CustomErrorResponse, behavior, origin string, page int, failure *Cause) Finding {
	finding := Finding{
		Rule: "CF-ERR-38", Verdict: Warn, Subject: fmt.Sprintf("custom error response for %d", r.ErrorCode),
		Expected: fmt.Sprintf("the page %s with status %d", r.ResponsePagePath, CustomErrorStatus(r)),
	}
	cause := fmt.Sprintf("the origin itself answered %d", f.Status)
	if f.Cause != nil {
		cause = f.Cause.Error()
	}
	where := fmt.Sprintf("%s was fetched through the behavior %q from origin %q", r.ResponsePagePath, behavior, origin)
	switch {
	case failure != nil:
		finding.Rule = "CF-ERR-40"
		finding.Observed = fmt.Sprintf("%s; %s and could not be had: %s", cause, where, failure.Error())
		finding.Hint = "serve the error pages from an origin that does not fail together with this one, such as an S3 bucket with a behavior of its own"
	case !IsErrorPage(page):
		finding.Rule = "CF-ERR-40"
		finding.Observed = fmt.Sprintf("%s; %s, which answered %d: the viewer gets that", cause, where, page)
		finding.Hint = "put the page at this path of that origin, or correct ResponsePagePath or the behavior that its path matches"
	default:
		finding.Observed = fmt.Sprintf("%s; %s and replaces it", cause, where)
	}
	return finding
}
