package edge

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

func newReader(b []byte) io.Reader { return bytes.NewReader(b) }

// viewerRequest runs step 5. It returns the request to continue with, or the answer if the
// function generated one or failed.
func (e *Edge) viewerRequest(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior) (*ViewerRequest, *Response) {
	f := x.location.Functions.At(b, policy.ViewerRequestTrigger)
	if f == nil {
		return v, nil
	}
	after := e.afterViewerRequest(ctx, x.location, v, b, x.exchange.ID, x.show(f, policy.ViewerRequestTrigger))
	if after.Missing != "" {
		x.missing(policy.ViewerRequestTrigger, after.Missing)
		return v, nil
	}
	x.ran(after.Run)
	switch {
	case after.Cause != nil:
		return nil, e.conclude(ctx, x, v, outcome{behavior: b, cause: after.Cause})
	case after.Generated != nil:
		return nil, e.functionAnswer(x, v, f, after.Generated)
	}
	x.choices, x.group, x.edited = after.Choices, after.Group, after.Run.Changed
	if after.body != nil && x.request != nil {
		x.request.replace(after.body)
	}
	x.asked = after.Request
	return after.Request, nil
}

// functionAnswer answers with the response of a viewer-request function: nothing else is
// fetched, cached or applied (CF-FN-40 to CF-FN-42, CF-LAE-50, CF-LAE-52).
func (e *Edge) functionAnswer(x *exchange, v *ViewerRequest, f *functions.Function, m *functions.Message) *Response {
	cache := cacheFunction
	x.exchange.ResultType = "FunctionGeneratedResponse" // CF-FN-83
	if f.Lambda {
		cache, x.exchange.ResultType = cacheLambda, "LambdaGeneratedResponse"
	}
	r := e.generated(x, v, m.Status, cache, string(m.Body))
	delete(r.Header, "Content-Type") // the function's to set
	for name, values := range headerOf(m.Fields) {
		if name != "Content-Length" && name != "Transfer-Encoding" {
			r.Header[name] = values
		}
	}
	r.Header["Server"] = []string{"CloudFront"} // CF-FN-41
	if strings.HasPrefix(v.Proto, "HTTP/1") {
		r.Header["Connection"] = connection(r.Close)
	}
	e.explain(x, r.Header)
	return x.answer(r)
}

// originRequest runs step 7 on a request planned for an origin: the function may change it,
// send it elsewhere, or answer instead of the origin. The configured origin is looked up
// first; if that fails, no function runs (CF-DNS-10, CF-LAE-33).
func (e *Edge) originRequest(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior, plan *Plan) *originconn.Result {
	f := x.location.Functions.At(b, policy.OriginRequestTrigger)
	if f == nil {
		return nil
	}
	if f.Missing != "" {
		x.missing(policy.OriginRequestTrigger, f.Missing)
		return nil
	}
	if cause := e.Client.Resolve(ctx, plan.Target); cause != nil {
		return &originconn.Result{Cause: cause}
	}
	body := x.show(f, policy.OriginRequestTrigger)
	answer := f.OnRequest(ctx, e.originContext(x, v, plan, policy.OriginRequestTrigger, body))
	x.ran(&answer.Run)
	switch {
	case answer.Run.Fault != nil:
		return &originconn.Result{Cause: policy.FunctionCause(answer.Run.Fault, policy.OriginRequestTrigger, f.Name, true)}
	case answer.Response: // it may be cached (CF-LAE-51)
		x.generatedBy = f
		return &originconn.Result{Response: responseOf(&answer.Message)}
	}
	host := ""
	if answer.HostChanged {
		host = answer.Message.Host
	}
	*plan = e.redirected(x, v, plan, &answer, policy.ApplyLambdaOrigin(plan.Choice, answer.LambdaOrigin, host))
	if answer.Message.Body != nil && x.request != nil {
		x.request.replace(answer.Message.Body)
		plan.Request.Body, plan.Request.ContentLength = x.requestBody(), int64(len(answer.Message.Body))
	}
	return nil
}

// originContext is what an origin-facing function is told: the request as it is about to be
// sent.
func (e *Edge) originContext(x *exchange, v *ViewerRequest, plan *Plan, t policy.Trigger, body *shownBody) functions.Context {
	fields := plan.Request.Header
	host := plan.Target.Host
	shown := make([]policy.Field, 0, len(fields))
	for _, field := range fields {
		if field.Name == "Host" {
			host = field.Value
			continue
		}
		shown = append(shown, field)
	}
	c := e.functionContext(x.location, v, t, x.exchange.ID, body, messageHeader{headerOf(shown), shown})
	c.Method = plan.Request.Method
	c.Request.Host, c.Request.URI = host, strings.TrimPrefix(plan.Request.RequestURI, plan.Origin.Path)
	if !strings.HasPrefix(c.Request.URI, "/") {
		c.Request.URI = "/" + c.Request.URI
	}
	if t == policy.OriginRequestTrigger {
		c.Assigned, c.HTTPS = plan.Origin, plan.Target.TLS
	}
	return c
}

// redirected returns the plan after an origin-request function.
func (e *Edge) redirected(x *exchange, v *ViewerRequest, plan *Plan, answer *functions.Answer, choice policy.OriginChoice) Plan {
	changed := *plan
	o := choice.Origin
	secure := policy.OriginOverHTTPS(o, v.Scheme)
	changed.Origin, changed.Choice = o, choice
	changed.Target = e.chosenTarget(x.location, targetKey{o, secure, plan.GRPC}, choice, v.Host, plan.HostForwarded)
	changed.Request.RequestURI = o.Path + answer.Message.URI
	host := answer.Message.Host
	changed.Request.Header = append([]policy.Field{{Name: "Host", Value: host}}, answer.Message.Fields...)
	if answer.LambdaOrigin != nil { // custom headers are part of the origin
		changed.Request.Header = policy.ReplaceCustomHeaders(changed.Request.Header, plan.Origin.CustomHeaders, o.CustomHeaders)
	}
	return changed
}

// originResponse runs step 10 on the origin's answer, errors included (CF-LAE-04).
func (e *Edge) originResponse(ctx context.Context, x *exchange, v *ViewerRequest, b *distribution.CacheBehavior, plan *Plan, result *originconn.Result) {
	r := result.Response
	f := x.location.Functions.At(b, policy.OriginResponseTrigger)
	if f == nil || r == nil || r.Tunnel != nil {
		return
	}
	if f.Missing != "" {
		x.missing(policy.OriginResponseTrigger, f.Missing)
		return
	}
	answer := f.OnResponse(ctx, e.originContext(x, v, plan, policy.OriginResponseTrigger, nil), r.Status, r.Header, sortedFields(r.Header))
	x.ran(&answer.Run)
	if answer.Run.Fault != nil {
		discard(r)
		result.Response, result.Cause = nil, policy.FunctionCause(answer.Run.Fault, policy.OriginResponseTrigger, f.Name, true)
		return
	}
	m := &answer.Message
	r.Header = headerOf(m.Fields)
	if m.Status != r.Status {
		r.Status, r.Reason = m.Status, http.StatusText(m.Status)
	}
	if m.Body != nil {
		r.Body.Close()
		r.Body, r.ContentLength, r.Chunked = readCloser{strings.NewReader(string(m.Body))}, int64(len(m.Body)), false
		delete(r.Header, "Content-Length")
	}
}

// viewerResponse runs step 12 on an answer from the cache or the origin, but not on an
// error or an error page (CF-FN-43, CF-FN-44, CF-FN-50, CF-LAE-05). It returns a cause if
// the function fails.
func (e *Edge) viewerResponse(ctx context.Context, x *exchange, v *ViewerRequest, o *outcome, r *Response) *policy.Cause {
	f := x.location.Functions.At(x.behavior, policy.ViewerResponseTrigger)
	if f == nil || r.Status >= 400 || o.isError() {
		return nil
	}
	if f.Missing != "" {
		x.missing(policy.ViewerResponseTrigger, f.Missing)
		return nil
	}
	seen := v
	if x.asked != nil { // the request as the viewer-request function left it (CF-FN-48)
		seen = x.asked
	}
	c := e.functionContext(x.location, seen, policy.ViewerResponseTrigger, x.exchange.ID, nil, messageHeader{seen.Header, seen.Fields})
	shown := r.Header
	if r.ContentLength >= 0 && shown.Get("Content-Length") == "" {
		shown = shown.Clone()
		shown["Content-Length"] = []string{strconv.FormatInt(r.ContentLength, 10)}
	}
	answer := f.OnResponse(ctx, c, r.Status, shown, sortedFields(shown))
	x.ran(&answer.Run)
	if answer.Run.Fault != nil {
		return policy.FunctionCause(answer.Run.Fault, policy.ViewerResponseTrigger, f.Name, f.Lambda)
	}
	m := &answer.Message
	r.Status, r.Header = m.Status, headerOf(m.Fields)
	delete(r.Header, "Content-Length") // framing is written with the body
	if m.Body != nil {
		r.Body.Close()
		r.Body, r.ContentLength = readCloser{strings.NewReader(string(m.Body))}, int64(len(m.Body))
	}
	if x.log != nil {
		for _, change := range answer.Run.Changed {
			x.log.Add(change)
		}
	}
	return nil
}

// responseOf returns the response that an origin-request function generated, as if an
// origin had sent it.
func responseOf(m *functions.Message) *originconn.Response {
	header := headerOf(m.Fields)
	delete(header, "Content-Length")
	delete(header, "Transfer-Encoding")
	return &originconn.Response{
		Status: m.Status, Reason: http.StatusText(m.Status), Proto: "HTTP/1.1", Header: header,
		ContentLength: int64(len(m.Body)), Body: readCloser{strings.NewReader(string(m.Body))},
	}
}
