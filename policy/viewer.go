package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// ViewerFacts is what the edge checks before it contacts an origin.
type ViewerFacts struct {
	Method, Scheme, Host, URI, Proto string
	// HeaderBytes is the size of the request head; HeaderCut says that it was
	// longer.
	HeaderBytes int
	HeaderCut   bool
	// Malformed says why the request cannot be parsed; "" if it can.
	Malformed string
	// HasBody says that the request has a body.
	HasBody bool
}

// JudgeRequest refuses what the edge refuses for every behavior: a URL or a
// request head over the limit, and malformed requests. It returns nil for an
// acceptable request.
func JudgeRequest(v ViewerFacts) *Cause {
	if n := urlLength(v); n > URLLimit {
		return NewCause(CauseViewerURLTooLong, fmt.Sprintf("the URL has %d bytes, at most %d are allowed", n, URLLimit), nil).
			hinted("put what is long into the body of a POST")
	}
	if v.HeaderBytes > RequestHeaderLimit {
		has := "has"
		if v.HeaderCut {
			has = "has more than"
		}
		return NewCause(CauseViewerHeadersTooBig, fmt.Sprintf("the request head %s %d bytes, at most %d are allowed", has, v.HeaderBytes, RequestHeaderLimit), nil).
			hinted("it is cookies, most of the time: set fewer or smaller ones")
	}
	if v.Malformed != "" {
		// CF-ERR-24 does not say what counts as malformed: that this does is inferred from
		// RFC 9112.
		cause := NewCause(CauseViewerBadRequest, v.Malformed, nil)
		cause.Inferred = true
		return cause
	}
	return nil
}

// urlLength returns the length of scheme, host and path with query.
func urlLength(v ViewerFacts) int { return len(v.Scheme) + len("://") + len(v.Host) + len(v.URI) }

// JudgeBehavior refuses what the behavior refuses: the viewer's protocol, the
// method, a GET with a body. A redirect to HTTPS is not a refusal: its status is
// returned instead, and 0 means that the request may proceed.
func JudgeBehavior(v ViewerFacts, b *distribution.CacheBehavior) (redirect int, cause *Cause) {
	if v.Scheme == "http" {
		switch b.ViewerProtocolPolicy {
		case distribution.ViewerHTTPSOnly:
			return 0, NewCause(CauseViewerHTTPSOnly, fmt.Sprintf("the behavior %q takes HTTPS only", b.PathPattern), nil).
				hinted("ask with https://, or set ViewerProtocolPolicy of the behavior %q to redirect-to-https or allow-all", b.PathPattern)
		case distribution.ViewerRedirectToHTTPS:
			return redirectToHTTPS(v, b)
		}
	}
	if !slices.Contains(b.AllowedMethods, v.Method) {
		return 0, NewCause(CauseViewerMethodNotAllowed,
			fmt.Sprintf("%s is not among the methods that the behavior %q allows: %s", v.Method, b.PathPattern, strings.Join(b.AllowedMethods, ", ")), nil).
			hinted("add it to AllowedMethods of the behavior %q; one of the three sets can be chosen (CF-CONF-21)", b.PathPattern)
	}
	if v.HasBody && v.Method == "GET" {
		return 0, NewCause(CauseViewerGetWithBody, "a GET request may not have a body; the origin was not asked", nil).
			hinted("send it with POST, or put what the body says into the query")
	}
	return 0, nil
}

// JudgeRootObject refuses a request for / if the name of its default root object
// is one that CloudFront does not accept (CF-PATH-06).
func JudgeRootObject(path, name string) *Cause {
	if path != "/" || name == "" {
		return nil
	}
	why := distribution.InvalidRootObject(name)
	if why == "" {
		return nil
	}
	cause := NewCause(CauseViewerBadRequest, "InvalidDefaultRootObject: the default root object "+why, nil)
	cause.Rule = "CF-PATH-06"
	cause.Hint = "correct DefaultRootObject, for example to index.html"
	return cause
}

// redirectToHTTPS decides how a viewer on HTTP is sent to HTTPS: 301 for GET and HEAD
// (CF-ERR-29), 307 for other methods on HTTP/1.1 or newer (CF-ERR-30), 403 for those on
// HTTP/1.0 (CF-ERR-31).
func redirectToHTTPS(v ViewerFacts, b *distribution.CacheBehavior) (int, *Cause) {
	switch {
	case v.Method == "GET" || v.Method == "HEAD":
		return 301, nil
	case v.Proto != "HTTP/1.0":
		return 307, nil
	}
	cause := NewCause(CauseViewerHTTPSOnly,
		fmt.Sprintf("the behavior %q redirects to HTTPS, which %s over HTTP/1.0 cannot follow", b.PathPattern, v.Method), nil)
	cause.Rule = "CF-ERR-31"
	return 0, cause
}

// UnknownHost returns the cause for a Host that no distribution name matches
// (CF-ERR-18).
func UnknownHost(host string, aliases []string) *Cause {
	return NewCause(CauseViewerUnknownHost,
		fmt.Sprintf("%q is not an alias of this distribution; its aliases: %s", host, strings.Join(aliases, ", ")), nil).
		hinted("ask by one of these, or add the name to Aliases")
}
