package edge

import (
	"context"
	"io"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/cache"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// exchange is the record of one request in progress.
type exchange struct {
	edge *Edge
	// location is the distribution served, and behavior the one that the path matched; nil
	// if the request was refused before that.
	location *Location
	behavior *distribution.CacheBehavior
	exchange recording.Exchange
	body     io.ReadCloser
	length   int64 // of the body; -1 if unknown
	prefix   prefix
	request  *requestBody // nil if the viewer sent none
	sent     recording.Sent
	// result is the result of the last fetch, and counted is how many of its attempts are
	// recorded.
	result  *originconn.Result
	counted int
	closed  bool
	// entered means that the request has room in the edge; connection is its HTTP/2
	// connection, "" over HTTP/1.
	entered    bool
	connection string
	// notes say, in a sentence each, what else happened to the error besides its cause.
	notes []string
	// hint is how to fix what the origin itself answered, if known.
	hint string
	// viewer is the context of the viewer's request.
	viewer context.Context
	// look is what the cache had for the request.
	look lookup
	// kept is the head of the cache entry that answered, and age its Age in seconds; nil if
	// the answer did not come from the cache.
	kept  *kept
	entry *cache.Entry[*kept]
	age   int64
	// log collects what settings change; nil without a recorder.
	log     *policy.ChangeLog
	changes policy.ChangeLog
	// choices and group are the origins after a function ran; nil for what the behavior
	// says. edited is what the function changed, asked is the request as it left it, and
	// generatedBy is the origin-request function that answered.
	choices     []policy.OriginChoice
	group       *distribution.OriginGroup
	edited      []policy.Change
	asked       *ViewerRequest
	generatedBy *functions.Function
	// signing holds the findings about the signature for the origin.
	signing []policy.Finding
	// trailer is the response's trailer, filled at the end of its body.
	trailer http.Header
}

// routed records what was decided before anything was fetched.
func (x *exchange) routed(r *Route) {
	if r.Location == nil {
		return
	}
	x.location, x.behavior = r.Location, r.Behavior
	x.exchange.Distribution, x.exchange.Behavior = r.Location.Name(), r.Behavior.PathPattern
}

// failedOver records the failover from one member of an origin group to the next.
func (x *exchange) failedOver(o *distribution.Origin, f policy.FailoverFacts) {
	x.find(f.Finding(o.ID))
	x.exchange.Failover = append(x.exchange.Failover, recording.FailoverStep{Origin: o.ID, Status: f.Status, Cause: f.Cause})
}

// stays records why the next member of a group was not asked. It also tells the viewer if
// the origin failed, but not if the origin refused the request, which may be intended.
func (x *exchange) stays(o *distribution.Origin, facts policy.FailoverFacts) {
	f, ok := policy.StaysWithOrigin(facts, o.ID)
	if !ok {
		return
	}
	x.find(f)
	if facts.Cause != nil || facts.Status >= 500 {
		x.notes, x.hint = append(x.notes, f.Observed), f.Hint
	}
}

// planned records what is sent to the origin. The request for a custom error page does not
// replace the request that failed.
func (x *exchange) planned(p *Plan, page bool) {
	if page {
		record := x.exchange.ErrorPage
		record.Origin, record.Sent, record.Changes = p.Origin.ID, sentOf(p), p.Changes
		return
	}
	x.exchange.Origin = p.Origin.ID
	x.exchange.Findings = append(x.exchange.Findings, p.Findings...)
	x.plannedCall(p)
	x.sent = *sentOf(p)
	x.exchange.Sent = &x.sent
}

// requestLog returns a new log for a request to an origin. In an origin group, the last
// member's counts; the request for a custom error page has a log of its own.
func (x *exchange) requestLog(page bool) *policy.ChangeLog {
	switch {
	case x.log == nil:
		return nil
	case page:
		return &policy.ChangeLog{}
	}
	*x.log = policy.ChangeLog{}
	for _, change := range x.edited {
		x.log.Add(change)
	}
	return x.log
}

// attempted adds the attempts of one fetch. More may come while its body is being read
// (CF-TIME-03); Close adds those.
func (x *exchange) attempted(r *originconn.Result) {
	x.result, x.counted = r, len(r.Attempts)
	if r.Replayed != "" {
		x.exchange.Replayed = r.Replayed
	}
	if x.exchange.Attempts == nil {
		x.exchange.Attempts = r.Attempts[:x.counted:x.counted]
		return
	}
	x.exchange.Attempts = append(x.exchange.Attempts, r.Attempts...)
}

// requestBody returns the viewer's body for the origin; nil if there is none.
func (x *exchange) requestBody() io.ReadCloser {
	if x.request == nil {
		return nil
	}
	return x.request
}

// findStale reports kept-alive connections that the origin turned out to have closed.
func (x *exchange) findStale(o *distribution.Origin, r *originconn.Result) {
	for _, a := range r.Attempts {
		if a.StaleIdle > 0 {
			x.find(policy.StaleConnection(o, a.StaleIdle))
		}
	}
}

// sentOf returns a plan's request as it is recorded.
func sentOf(p *Plan) *recording.Sent {
	return &recording.Sent{
		Method: p.Request.Method, Host: p.Target.Address(), TLS: p.Target.TLS,
		URI: p.Request.RequestURI, Header: p.Request.Header,
	}
}

// find adds a finding that belongs to no attempt.
func (x *exchange) find(f policy.Finding) { x.exchange.Findings = append(x.exchange.Findings, f) }

// answer records the response and wraps its body so that closing it completes the record.
func (x *exchange) answer(r *Response) *Response {
	x.exchange.FirstByte = time.Since(x.exchange.Start)
	if x.exchange.Replayed != "" && !x.edge.Faithful {
		r.Header["X-Edgesim-Replayed"] = []string{x.exchange.Replayed}
	}
	x.exchange.Response.Status, x.exchange.Response.Header = r.Status, r.Header
	x.body, x.length, x.trailer = r.Body, r.ContentLength, r.Trailer
	r.Body = x
	return r
}

// Read reads the body and keeps the beginning of it for the record.
func (x *exchange) Read(p []byte) (int, error) {
	n, err := x.body.Read(p)
	x.seen(p[:n])
	if err != nil && err != io.EOF && x.exchange.Cause == nil {
		x.cutShort(err)
	}
	return n, err
}

// Lend returns the next bytes of a body that lies in the cache, which then count as
// read; none of one that must be read.
func (x *exchange) Lend() []byte {
	lender, ok := x.body.(interface{ Lend() []byte })
	if !ok {
		return nil
	}
	p := lender.Lend()
	x.seen(p)
	return p
}

// seen counts bytes of the body and keeps its beginning for the record.
func (x *exchange) seen(p []byte) {
	r := &x.exchange.Response
	r.BodyBytes += int64(len(p))
	if len(p) > 0 && x.edge.BodyLimit > 0 && !x.prefix.add(p, x.edge.BodyLimit, x.length) {
		r.Truncated = true
	}
}

// Buffered says how many bytes of the body a Read returns without waiting.
func (x *exchange) Buffered() int {
	if b, ok := x.body.(originconn.Buffered); ok {
		return b.Buffered()
	}
	return 0
}

// cutShort records a late error of the body: the viewer already has the status.
func (x *exchange) cutShort(err error) {
	if cause, ok := err.(*policy.Cause); ok {
		x.exchange.Cause, x.exchange.ResultType = cause, "Error"
	}
}

// Close ends the exchange and hands the record over.
func (x *exchange) Close() error {
	if x.closed {
		return nil
	}
	x.closed = true
	x.leave()
	err := x.body.Close()
	x.body = closedBody{} // the record is kept, but not the connection's buffers
	x.called()
	e := &x.exchange
	if x.result != nil && len(x.result.Attempts) > x.counted {
		e.Attempts = append(e.Attempts, x.result.Attempts[x.counted:]...)
	}
	x.result = nil
	e.Duration = time.Since(e.Start)
	e.DetailedResultType = e.ResultType
	if x.generatedBy != nil && e.ResultType == "Miss" {
		e.DetailedResultType = "MissGeneratedResponse" // CF-LOG-13
	}
	if e.Cause != nil && x.kept == nil { // else it is "Error" (CF-LOG-08)
		e.DetailedResultType = e.Cause.DetailedResultType
	}
	e.Changes = x.log.List()
	if x.edge.Recorder != nil {
		e.Response.Body = x.prefix.bytes // lent
		x.request.lend(&e.Viewer)
		x.edge.Recorder.Record(e)
	}
	x.prefix.release()
	x.request.release()
	return err
}

// closedBody is a body after Close.
type closedBody struct{}

// Read returns the error of a closed body.
func (closedBody) Read([]byte) (int, error) { return 0, http.ErrBodyReadAfterClose }

// Close does nothing, as a second call of Close should.
func (closedBody) Close() error { return nil }
