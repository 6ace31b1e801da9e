package edge

import (
	"net/http"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// respond passes the origin's response on to the viewer, its errors included
// (CF-ERR-08, CF-RESP-20).
func (e *Edge) respond(x *exchange, v *ViewerRequest, b *distribution.CacheBehavior, r *originconn.Response) *Response {
	header := policy.ViewerHeader(r.Header, b)
	cache := "Miss from cloudfront"
	if r.Status >= 400 {
		cache = "Error from cloudfront"
		x.exchange.ResultType = "Error"
	}
	response := &Response{Status: r.Status, Header: header, Body: r.Body, ContentLength: r.ContentLength, Close: v.Close}
	compress(response, v, b)
	x.applyPolicy(header, v, b, r)
	e.sign(header, x.exchange.ID, cache)
	x.exchange.Response.OriginHead = string(r.RawHead)
	return x.answer(response)
}

// compress compresses the response where the edge does so (CF-COMP-10).
func compress(r *Response, v *ViewerRequest, b *distribution.CacheBehavior) {
	decision := policy.DecideCompression(policy.CompressionFacts{
		Behavior: b, Method: v.Method, Proto: v.Proto, Request: v.Header,
		Status: r.Status, Header: r.Header, ContentLength: r.ContentLength,
	})
	if decision.Encoding == "" {
		return
	}
	policy.CompressHeader(r.Header, decision.Encoding)
	r.Body, r.ContentLength = compressBody(r.Body, decision.Encoding), -1
}

// applyPolicy applies the behavior's response headers policy; origin is nil for
// a response of the edge's own (CF-ERR-36).
func (x *exchange) applyPolicy(header http.Header, v *ViewerRequest, b *distribution.CacheBehavior, origin *originconn.Response) {
	p := b.ResponseHeadersPolicy
	if p == nil {
		return
	}
	timing := policy.ServerTimingFacts{Fetched: origin != nil, POP: pop, ID: x.exchange.ID, Origin: header["Server-Timing"]}
	policy.ApplyResponsePolicy(header, policy.ResponsePolicyFacts{Policy: p, Method: v.Method, Request: v.Header, Generated: origin == nil})
	if !policy.WantsServerTiming(p, v.Header, x.exchange.ID) {
		return
	}
	if n := len(x.exchange.Attempts); n > 0 {
		phases := x.exchange.Attempts[n-1].Phases
		timing.Resolve, timing.Connect, timing.Wait = phases.Resolve, phases.Dial+phases.Handshake, phases.Wait
	}
	timing.FirstByte = time.Since(x.exchange.Start)
	header["Server-Timing"] = []string{policy.ServerTiming(timing)}
}

// refuse answers with the error page of a cause.
func (e *Edge) refuse(x *exchange, v *ViewerRequest, cause *policy.Cause) *Response {
	x.exchange.Cause = cause
	x.exchange.ResultType = cause.ResultType
	page := policy.ErrorPage(cause.Status, cause.Sentence, x.exchange.ID)
	r := e.generated(x, v, cause.Status, "Error from cloudfront", page)
	if x.exchange.Behavior != "" { // else it was refused before one was looked for
		x.applyPolicy(r.Header, v, e.Distribution.Match(path(v.URI)), nil)
	}
	r.Close = r.Close || policy.ClosesViewer(cause.Status)
	if strings.HasPrefix(v.Proto, "HTTP/1") {
		r.Header["Connection"] = connection(r.Close)
	}
	if !e.Faithful {
		r.Header["X-Edgesim-Cause"] = []string{string(cause.Rule) + " " + string(cause.Name)}
		r.Header["X-Edgesim-Detail"] = []string{fieldValue(cause.Detail)}
		if cause.Hint != "" {
			r.Header["X-Edgesim-Hint"] = []string{fieldValue(cause.Hint)}
		}
	}
	return x.answer(r)
}

// redirect sends the viewer to HTTPS (CF-ERR-29, CF-ERR-30).
func (e *Edge) redirect(x *exchange, v *ViewerRequest, status int) *Response {
	x.exchange.ResultType = "Redirect"
	r := e.generated(x, v, status, "Redirect from cloudfront", policy.RedirectPage(status))
	r.Header["Location"] = []string{"https://" + v.Host + v.URI}
	if strings.HasPrefix(v.Proto, "HTTP/1") {
		r.Header["Connection"] = connection(r.Close)
	}
	return x.answer(r)
}

// generated makes a response that comes from the edge itself (CF-ERR-34).
func (e *Edge) generated(x *exchange, v *ViewerRequest, status int, cache, page string) *Response {
	if v.Body != nil {
		v.Body.Close() // nobody will read it
	}
	header := http.Header{"Server": {"CloudFront"}, "Content-Type": {"text/html"}}
	e.sign(header, x.exchange.ID, cache)
	return &Response{
		Status: status, Header: header, Close: v.Close,
		Body: readCloser{strings.NewReader(page)}, ContentLength: int64(len(page)),
	}
}

// connection is the Connection field of an answer made by the edge over
// HTTP/1.x (CF-ERR-37).
func connection(closes bool) []string {
	if closes {
		return []string{"close"}
	}
	return []string{"keep-alive"}
}

// readCloser is a page as a body.
type readCloser struct{ *strings.Reader }

func (readCloser) Close() error { return nil }

// Buffered says that all of it is there.
func (r readCloser) Buffered() int { return r.Len() }

// fieldValue makes a sentence fit for a header field: one line, printable ASCII.
func fieldValue(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}
