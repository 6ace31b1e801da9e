package edge

import (
	"context"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// AfterFunction is a viewer request after its behavior's viewer-request function:
// the result of step 5.
type AfterFunction struct {
	// Request is the request as the function left it.
	Request *ViewerRequest
	// Choices are the origins to try, in order. Group determines when to fail over
	// to the second.
	Choices []policy.OriginChoice
	Group   *distribution.OriginGroup
	// Run is the function's run; nil if no function ran.
	Run *functions.Run
	// Generated is the response that the function generated; nil if it generated
	// none.
	Generated *functions.Message
	// Missing explains why a configured function did not run; "" otherwise.
	Missing string
	// Cause is why the viewer gets an error instead; nil if it does not.
	Cause *policy.Cause

	body []byte // set by the function, replacing the viewer's
}

// AfterViewerRequest runs the viewer-request function of the behavior, if it has
// one, and returns where the request goes next. It does not match behaviors again
// (CF-PATH-07).
func (e *Edge) AfterViewerRequest(ctx context.Context, l *Location, v *ViewerRequest, b *distribution.CacheBehavior, id string) AfterFunction {
	return e.afterViewerRequest(ctx, l, v, b, id, nil)
}

// afterViewerRequest is AfterViewerRequest with the part of the request's body that a
// Lambda function may see; nil for none.
func (e *Edge) afterViewerRequest(ctx context.Context, l *Location, v *ViewerRequest, b *distribution.CacheBehavior, id string, body *shownBody) AfterFunction {
	after := AfterFunction{Request: v}
	origins, group := l.Origins(b)
	f := l.Functions.At(b, policy.ViewerRequestTrigger)
	var change *policy.OriginChange
	switch {
	case f == nil:
	case f.Missing != "":
		after.Missing = f.Missing
	default:
		answer := f.OnRequest(ctx, e.functionContext(l, v, policy.ViewerRequestTrigger, id, body, v.shownHeader(e, l, b, f)))
		after.Run = &answer.Run
		switch {
		case answer.Run.Fault != nil:
			after.Cause = policy.FunctionCause(answer.Run.Fault, policy.ViewerRequestTrigger, f.Name, f.Lambda)
			return after
		case answer.Response:
			after.Generated = &answer.Message
			return after
		}
		after.Request, change, after.body = v.with(&answer.Message), answer.Origin, answer.Message.Body
	}
	var fault *policy.FunctionFault
	after.Choices, after.Group, fault = policy.ChooseOrigins(l.Distribution, change, origins, group)
	if fault != nil {
		after.Run.Fault = fault
		after.Cause = policy.FunctionCause(fault, policy.ViewerRequestTrigger, f.Name, false)
	} else if change != nil {
		after.Run.Changed = append(after.Run.Changed, policy.OriginChanges(f.Name, change, origins[0], after.Choices)...)
	}
	return after
}

// shownHeader returns the fields that a function sees: the viewer's, and those that the
// edge adds for a CloudFront function if a policy asks for them; Lambda@Edge does not get
// them yet (CF-FN-65, CF-LAE-43).
func (v *ViewerRequest) shownHeader(e *Edge, l *Location, b *distribution.CacheBehavior, f *functions.Function) messageHeader {
	m := messageHeader{v.Header, v.Fields}
	if f.Lambda {
		return m
	}
	own := policy.CloudFrontFields(e.facts(l, v, b))
	if len(own) == 0 {
		return m
	}
	m.header = v.Header.Clone()
	m.fields = slices.Clone(v.Fields)
	for _, field := range own { // a viewer cannot set the edge's own fields
		m.fields = slices.DeleteFunc(m.fields, func(f policy.Field) bool { return strings.EqualFold(f.Name, field.Name) })
		m.header[http.CanonicalHeaderKey(field.Name)] = []string{field.Value}
	}
	if v.Fields != nil {
		m.fields = append(m.fields, own...)
	}
	return m
}

// messageHeader holds the fields of a message, in order if it is known.
type messageHeader struct {
	header http.Header
	fields []policy.Field
}

// functionContext is what a function is told about a request.
func (e *Edge) functionContext(l *Location, v *ViewerRequest, t policy.Trigger, id string, body *shownBody, m messageHeader) functions.Context {
	d := l.Distribution
	c := functions.Context{
		Trigger: t, Now: e.Clock.Now(), POP: pop, Method: v.Method, Header: m.header,
		Request: functions.Message{URI: v.URI, Host: v.Host, Fields: m.ordered()},
		Event: policy.FunctionEvent{
			DistributionDomainName: d.DomainName, DistributionID: d.ID, RequestID: id, ViewerIP: addressOf(v.RemoteAddr),
		},
	}
	if c.Event.DistributionDomainName == "" {
		c.Event.DistributionDomainName = unnamedDistribution
	}
	if body != nil {
		c.HasBody, c.Body, c.Truncated = true, body.bytes, body.more
	}
	return c
}

// unnamedDistribution stands in for the name of a distribution that has none yet.
const unnamedDistribution = "d111111abcdef8.cloudfront.net"

// ordered returns the fields in order, or by name if the order is unknown.
func (m messageHeader) ordered() []policy.Field {
	if m.fields != nil {
		return m.fields
	}
	return sortedFields(m.header)
}

// sortedFields returns fields sorted by name.
func sortedFields(h http.Header) []policy.Field {
	names := make([]string, 0, len(h))
	for name := range h {
		names = append(names, name)
	}
	slices.Sort(names)
	fields := make([]policy.Field, 0, len(h))
	for _, name := range names {
		for _, value := range h[name] {
			fields = append(fields, policy.Field{Name: name, Value: value})
		}
	}
	return fields
}

func addressOf(remote string) string {
	if addr, err := netip.ParseAddrPort(remote); err == nil {
		return addr.Addr().Unmap().String()
	}
	return remote
}

// with returns the request as a function left it.
func (v *ViewerRequest) with(m *functions.Message) *ViewerRequest {
	changed := *v
	changed.URI, changed.Header = m.URI, headerOf(m.Fields)
	if v.Fields != nil {
		changed.Fields = append([]policy.Field{{Name: "Host", Value: v.Host}}, m.Fields...)
	}
	if m.Body != nil {
		changed.ContentLength = int64(len(m.Body))
	}
	return &changed
}

func headerOf(fields []policy.Field) http.Header {
	h := make(http.Header, len(fields))
	for _, f := range fields {
		name := http.CanonicalHeaderKey(f.Name)
		if name != "Host" {
			h[name] = append(h[name], f.Value)
		}
	}
	return h
}

// shownBody is the beginning of a request's body, for a function that may see it.
type shownBody struct {
	bytes []byte
	more  bool
}

// show reads as much of the viewer's body as a function at this trigger sees; the origin
// still gets all of it.
func (x *exchange) show(f *functions.Function, t policy.Trigger) *shownBody {
	if x.request == nil {
		return nil
	}
	if f == nil || !f.IncludeBody {
		return &shownBody{}
	}
	most := policy.LambdaBytes(t)
	body := x.request.ReadCloser
	read, _ := io.ReadAll(io.LimitReader(body, int64(most)+1))
	x.request.ReadCloser = struct {
		io.Reader
		io.Closer
	}{io.MultiReader(newReader(read), body), body}
	if len(read) > most {
		return &shownBody{bytes: read[:most], more: true}
	}
	return &shownBody{bytes: read}
}

// ran records a run of a function.
func (x *exchange) ran(r *functions.Run) {
	run := recording.FunctionRun{
		Event: string(r.Trigger), Name: r.Function.Name, Runtime: r.Function.Runtime, Log: r.Log, Duration: r.Duration, Changed: r.Changed,
	}
	if f := r.Fault; f != nil {
		run.Error = &recording.FunctionError{Class: f.Class(r.Function.Lambda), Message: f.Message, Line: f.Line, Column: f.Column}
	}
	x.exchange.Functions = append(x.exchange.Functions, run)
	if x.edge.FunctionLog != nil && len(r.Log) > 0 {
		x.edge.FunctionLog(x.exchange.ID, &run)
	}
}

// missing records a function that is configured but has no code here.
func (x *exchange) missing(t policy.Trigger, why string) {
	rule := policy.RuleID("CF-FN-49")
	x.find(policy.Finding{Rule: rule, Verdict: policy.Unsimulated, Subject: string(t) + " function", Observed: why})
}
