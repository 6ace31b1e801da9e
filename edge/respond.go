package edge

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// respond passes an origin's response on to the viewer, its errors included
// (CF-ERR-08, CF-RESP-20). A custom error page gets the status of its own
// (CF-ERR-38).
func (e *Edge) respond(x *exchange, v *ViewerRequest, o outcome) *Response {
	r, b := o.response, o.behavior
	header := policy.ViewerHeader(r.Header, b, x.log)
	if x.location.fromS3(x.answeredBy(&o)) {
		policy.BucketHeader(header, x.log)
	}
	cache := x.cacheField()
	if r.Status >= 400 || o.isError() {
		cache = cacheError
		x.exchange.ResultType = "Error" // whatever the page's status (CF-LOG-05)
	}
	response := &Response{Status: r.Status, Header: header, Body: r.Body, ContentLength: r.ContentLength, Trailer: r.Trailer, Close: v.Close}
	x.applyPolicy(header, v, b, r)
	e.sign(header, x.exchange.ID, cache)
	if cause := e.viewerResponse(x.viewer, x, v, &o, response); cause != nil { // 12
		r.Body.Close()
		return e.refuse(x, v, cause)
	}
	header = response.Header
	if x.kept == nil { // else the origin said nothing, or a 304
		x.exchange.Response.OriginHead = r.RawHead
	}
	if o.status != 0 {
		response.Status = o.status
		setConnection(response, v) // CF-ERR-39
	}
	e.explain(x, header)
	response.OriginHead = headInOrder(r)
	return x.answer(response)
}

// headInOrder is the head of an origin's response if its order is the origin's:
// over HTTP/2 there is none.
func headInOrder(r *originconn.Response) string {
	if strings.HasPrefix(r.Proto, "HTTP/1") {
		return r.RawHead
	}
	return ""
}

// cacheField is the X-Cache of what is not an error (CF-RESP-12).
func (x *exchange) cacheField() []string {
	if x.generatedBy != nil {
		return cacheLambda
	}
	switch x.exchange.ResultType {
	case "Hit":
		return cacheHit
	case "RefreshHit":
		return cacheRefresh
	}
	return cacheMiss
}

// compress compresses the response where the edge does so (CF-COMP-10), before it
// is kept: a copy stays as it is (CF-COMP-14).
func (x *exchange) compress(v *ViewerRequest, o *outcome) {
	r := o.response
	if r == nil || !o.behavior.Compress {
		return
	}
	facts := policy.CompressionFacts{
		Behavior: o.behavior, Method: v.Method, Proto: v.Proto, Request: v.Header,
		Status: r.Status, Header: r.Header, ContentLength: r.ContentLength,
	}
	decision := policy.DecideCompression(facts)
	if decision.Encoding == "" {
		if f, ok := policy.ExplainCompression(facts, decision); ok {
			x.find(f)
		}
		return
	}
	policy.CompressHeader(r.Header, decision.Encoding, x.log)
	r.Body, r.ContentLength = compressBody(r.Body, decision.Encoding), -1
}

// applyPolicy applies the behavior's response headers policy; origin is nil for
// a response of the edge's own (CF-ERR-36).
func (x *exchange) applyPolicy(header http.Header, v *ViewerRequest, b *distribution.CacheBehavior, origin *originconn.Response) {
	p := b.ResponseHeadersPolicy
	if p == nil {
		return
	}
	timing := policy.ServerTimingFacts{Kept: x.kept != nil, Fetched: origin != nil && x.kept == nil, POP: pop, ID: x.exchange.ID, Origin: header["Server-Timing"]}
	policy.ApplyResponsePolicy(header, policy.ResponsePolicyFacts{Policy: p, Method: v.Method, Request: v.Header, Generated: origin == nil, Log: x.log})
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
	contentType, page := policy.CausePage(cause, x.exchange.ID)
	r := e.generated(x, v, cause.Status, []string{cause.XCache()}, page)
	r.Header["Content-Type"] = []string{contentType}
	if x.behavior != nil { // else it was refused before one was looked for
		x.applyPolicy(r.Header, v, x.behavior, nil)
	}
	setConnection(r, v)
	if cause.Name == policy.CauseViewerAborted && !strings.HasPrefix(v.Proto, "HTTP/1") {
		r.Close = v.Close // it gave one stream up, and the others go on
	}
	e.explain(x, r.Header)
	return x.answer(r)
}

// setConnection closes the viewer's connection where the status asks for it, and
// says so to a viewer on HTTP/1.x (CF-ERR-37, CF-ERR-39).
func setConnection(r *Response, v *ViewerRequest) {
	r.Close = r.Close || policy.ClosesViewer(r.Status)
	if strings.HasPrefix(v.Proto, "HTTP/1") {
		r.Header["Connection"] = connection(r.Close)
	}
}

// explain tells in the answer's own fields why it is what it is: the cause, the
// evidence, and how to fix it.
func (e *Edge) explain(x *exchange, h http.Header) {
	if x.kept != nil {
		h["Age"] = []string{strconv.FormatInt(x.age, 10)}
	}
	if e.Faithful {
		return
	}
	details, hint := x.notes, x.hint
	if cause := x.exchange.Cause; cause != nil {
		h["X-Edgesim-Cause"] = []string{string(cause.Rule) + " " + string(cause.Name)}
		details, hint = append(slices.Clone(details), cause.Detail), cause.Hint
	}
	if x.kept != nil && x.hint != "" {
		hint = x.hint
	}
	if len(details) > 0 {
		h["X-Edgesim-Detail"] = []string{fieldValue(strings.Join(details, "; "))}
	}
	if hint != "" {
		h["X-Edgesim-Hint"] = []string{fieldValue(hint)}
	}
}

// generated makes a response that comes from the edge itself (CF-ERR-34).
func (e *Edge) generated(x *exchange, v *ViewerRequest, status int, cache []string, page string) *Response {
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

// Close has nothing to end.
func (readCloser) Close() error { return nil }

// Buffered says that all of it is there.
func (r readCloser) Buffered() int { return r.Len() }

// mostExplained bounds a sentence in a field of the answer, as it can quote what
// the origin sent: viewers refuse heads of a few kilobytes. The recording has all
// of it.
const mostExplained = 2048

// fieldValue makes a sentence fit for a header field: one line, printable ASCII.
func fieldValue(s string) string {
	if len(s) > mostExplained {
		s = s[:mostExplained-3] + "..."
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
}
