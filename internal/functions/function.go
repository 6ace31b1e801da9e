package functions

import (
	"context"
	"slices"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/functions/js"
	"github.com/edgesim/edgesim/internal/functions/kvs"
	"github.com/edgesim/edgesim/internal/functions/lambda"
	"github.com/edgesim/edgesim/policy"
)

// Function is one edge function at one trigger of a behavior.
type Function struct {
	// Name is its name, or the ARN of a Lambda, for people.
	Name string
	// Runtime is e.g. "cloudfront-js-2.0" or "nodejs".
	Runtime string
	// Lambda says that it is a Lambda@Edge function.
	Lambda bool
	// IncludeBody passes the request's body to it (CF-LAE-57).
	IncludeBody bool
	// Missing says why there is no code to run; "" if there is. Such a function is not
	// simulated, and requests pass as if it did not exist.
	Missing string

	program *js.Program
	broken  *policy.FunctionFault // code that does not compile: every run fails (CF-FN-84)
	store   *kvs.Store
	lambda  *lambda.Function
}

// Set holds the edge functions of one distribution. It is immutable. A nil set has none.
type Set struct {
	at  map[place]*Function
	own []*lambda.Function
}

// place is where a function is attached.
type place struct {
	behavior string // its path pattern
	trigger  policy.Trigger
}

// At returns the function of a behavior at a trigger; nil if there is none.
func (s *Set) At(b *distribution.CacheBehavior, t policy.Trigger) *Function {
	if s == nil {
		return nil
	}
	return s.at[place{b.PathPattern, t}]
}

// Missing returns a sentence for each function without code, sorted.
func (s *Set) Missing() []string {
	if s == nil {
		return nil
	}
	var all []string
	for _, f := range s.at {
		if f.Missing != "" && !slices.Contains(all, f.Missing) {
			all = append(all, f.Missing)
		}
	}
	slices.Sort(all)
	return all
}

// Retire is for a set that has been replaced: it still runs functions for requests in
// progress, but keeps no idle process. Busy reports whether any process is left.
func (s *Set) Retire() {
	if s == nil {
		return
	}
	for _, f := range s.own {
		f.Retire()
	}
}

// Busy reports whether any process of the set is running.
func (s *Set) Busy() bool {
	return s != nil && slices.ContainsFunc(s.own, func(f *lambda.Function) bool { return f.Processes() > 0 })
}

// Close ends the processes of the set's Lambda functions, including busy ones.
func (s *Set) Close() {
	if s == nil {
		return
	}
	for _, f := range s.own {
		f.Close()
	}
}

// Run describes one run of a function.
type Run struct {
	Function *Function
	Trigger  policy.Trigger
	Log      []string
	// Custom is the text for the access log (CF-FN-92).
	Custom   string
	Duration time.Duration
	Changed  []policy.Change
	// Fault is why the run failed, or why its result is refused; nil if neither.
	Fault *policy.FunctionFault
}

// Message is a request or response as functions see and change it.
type Message struct {
	// URI is path and query of a request.
	URI string
	// Host is the Host of a request.
	Host string
	// Fields are all header fields in order, except Host.
	Fields []policy.Field
	// Status is the status of a response.
	Status int
	// Description is the reason phrase that a function set; "" for the usual one.
	Description string
	// Body replaces the body; nil keeps the existing one.
	Body []byte
}

// Answer is the outcome of a function.
type Answer struct {
	Run Run
	// Message is the request or the response after the function.
	Message Message
	// Response means that a function on a request generated a response, which is then in
	// Message.
	Response bool
	// Origin is a CloudFront function's change of the origin.
	Origin *policy.OriginChange
	// LambdaOrigin is an origin-request function's change of it.
	LambdaOrigin *policy.LambdaOrigin
	// HostChanged means that the function wants Message.Host sent.
	HostChanged bool
}

// Context is what a run needs besides the message.
type Context struct {
	Trigger   policy.Trigger
	Event     policy.FunctionEvent // ids and the viewer's address
	Now       time.Time
	POP       string
	Method    string
	Request   Message // for a response: the request that it answers
	Header    map[string][]string
	Body      []byte               // of the request, as far as it may be seen
	HasBody   bool                 // the request has a body
	Assigned  *distribution.Origin // on the way to an origin
	HTTPS     bool                 // the origin is asked over HTTPS
	Truncated bool
}

// OnRequest runs the function on a request.
func (f *Function) OnRequest(ctx context.Context, c Context) Answer {
	if f.Lambda {
		return f.lambdaRequest(ctx, c)
	}
	event := c.Event
	event.Type = c.Trigger
	event.Request = policy.RequestView(c.Method, c.Request.Host, c.Request.URI, c.Header, c.Request.Fields)
	answer, out := f.run(&event, c)
	if answer.Run.Fault != nil {
		return answer
	}
	if r := out.Result.Response; r != nil { // CF-FN-40
		fields, fault := policy.GeneratedResponse(r)
		answer.Response, answer.Run.Fault = true, fault
		answer.Message = Message{Fields: fields, Status: r.StatusCode, Description: r.StatusDescription, Body: bodyOf(r.Body)}
		return answer
	}
	edit, fault := policy.ApplyRequest(f.Name, &event.Request, out.Result.Request, c.Request.URI, c.Request.Fields)
	answer.Message = Message{URI: edit.URI, Host: c.Request.Host, Fields: edit.Fields}
	answer.Origin, answer.Run.Changed, answer.Run.Fault = out.Result.Origin, edit.Changes, fault
	return answer
}

// OnResponse runs the function on a response.
func (f *Function) OnResponse(ctx context.Context, c Context, status int, header map[string][]string, fields []policy.Field) Answer {
	if f.Lambda {
		return f.lambdaResponse(ctx, c, status, header, fields)
	}
	event := c.Event
	event.Type = c.Trigger
	event.Request = policy.RequestView(c.Method, c.Request.Host, c.Request.URI, c.Header, c.Request.Fields)
	event.Response = policy.ResponseView(status, header)
	answer, out := f.run(&event, c)
	if answer.Run.Fault != nil {
		return answer
	}
	r := out.Result.Response
	edit, fault := policy.ApplyResponse(f.Name, event.Response, r, fields)
	answer.Message = Message{Fields: edit.Fields, Status: r.StatusCode, Body: bodyOf(r.Body)}
	if r.StatusDescription != event.Response.StatusDescription {
		answer.Message.Description = r.StatusDescription
	}
	answer.Run.Changed, answer.Run.Fault = edit.Changes, fault
	return answer
}

func bodyOf(b *policy.FunctionBody) []byte {
	if b == nil {
		return nil
	}
	body, _ := b.Bytes() // already validated
	return append([]byte{}, body...)
}

// run runs a CloudFront function.
func (f *Function) run(event *policy.FunctionEvent, c Context) (Answer, js.Outcome) {
	answer := Answer{Run: Run{Function: f, Trigger: c.Trigger}}
	if f.broken != nil {
		fault := *f.broken
		answer.Run.Fault = &fault
		return answer, js.Outcome{}
	}
	out := f.program.Run(event, js.Env{Store: f.store, Now: c.Now, POP: c.POP})
	answer.Run.Log, answer.Run.Custom, answer.Run.Duration, answer.Run.Fault = out.Log, out.Custom, out.Duration, out.Fault
	return answer, out
}
