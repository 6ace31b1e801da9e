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

// exchange is the record of one request while it is under way.
type exchange struct {
	edge *Edge
	// location is the distribution that is served, behavior the one that the path
	// matched; nil for a request that was refused before.
	location *Location
	behavior *distribution.CacheBehavior
	exchange recording.Exchange
	body     io.ReadCloser
	length   int64 // of the body; -1 if it is not known
	prefix   prefix
	request  *requestBody // nil if the viewer sent none
	sent     recording.Sent
	// result is that of the last fetch, counted how many of its attempts are
	// noted.
	result  *originconn.Result
	counted int
	closed  bool
	// entered says that the request has room in the edge, connection is that of
	// HTTP/2 it came over; "" over HTTP/1.
	entered    bool
	connection string
	// notes say in a sentence each what became of the error besides its cause.
	notes []string
	// hint is how to fix what the origin itself answered, as far as that is known.
	hint string
	// viewer is the context of the viewer's request.
	viewer context.Context
	// look is what the cache had for the request.
	look lookup
	// kept is the head of the entry that is the answer, age its Age in seconds; nil
	// where the answer was not kept.
	kept  *kept
	entry *cache.Entry[*kept]
	age   int64
	// log collects what settings change; nil where nobody records.
	log     *policy.ChangeLog
	changes policy.ChangeLog
	// choices and group are where the request goes, after a function; nil for what
	// the behavior says. edited is what the function changed, asked the request as
	// it left it, and generatedBy the origin-request function that answered.
	choices     []policy.OriginChoice
	group       *distribution.OriginGroup
	edited      []policy.Change
	asked       *ViewerRequest
	generatedBy *functions.Function
	// signing is what there is to know of the signature for the origin.
	signing []policy.Finding
	// trailer is that of the response, filled at the end of its body.
	trailer http.Header
}

// routed notes what was decided before anything was asked.
func (x *exchange) routed(r *Route) {
	if r.Location == nil {
		return
	}
	x.location, x.behavior = r.Location, r.Behavior
	x.exchange.Distribution, x.exchange.Behavior = r.Location.Name(), r.Behavior.PathPattern
}

// failedOver notes that a member of an origin group was given up for the next one.
func (x *exchange) failedOver(o *distribution.Origin, f policy.FailoverFacts) {
	x.find(f.Finding(o.ID))
	x.exchange.Failover = append(x.exchange.Failover, recording.FailoverStep{Origin: o.ID, Status: f.Status, Cause: f.Cause})
}

// stays tells why the next member of a group was not asked, and the viewer, too,
// where the origin failed; what refuses a request may well be meant to.
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

// planned notes what is sent to the origin. The request for a custom error page
// leaves the place to the request that failed.
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

// requestLog is a new log for a request to an origin: of an origin group, the last
// member's counts, and a custom error page's own request has one of its own.
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

// attempted adds the attempts of one fetch. While its body is being read more
// may come (CF-TIME-03), which Close adds.
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

// requestBody is the viewer's body for the origin; nil if there is none.
func (x *exchange) requestBody() io.ReadCloser {
	if x.request == nil {
		return nil
	}
	return x.request
}

// findStale tells of kept connections that the origin was found to have closed.
func (x *exchange) findStale(o *distribution.Origin, r *originconn.Result) {
	for _, a := range r.Attempts {
		if a.StaleIdle > 0 {
			x.find(policy.StaleConnection(o, a.StaleIdle))
		}
	}
}

// sentOf is a plan's request as it is recorded.
func sentOf(p *Plan) *recording.Sent {
	return &recording.Sent{
		Method: p.Request.Method, Host: p.Target.Address(), TLS: p.Target.TLS,
		URI: p.Request.RequestURI, Header: p.Request.Header,
	}
}

// find adds a finding that belongs to no attempt.
func (x *exchange) find(f policy.Finding) { x.exchange.Findings = append(x.exchange.Findings, f) }

// answer notes the response and puts the record around its body, which
// completes it when it is closed.
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

// seen counts bytes of the body, and keeps the beginning of it for the record.
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

// cutShort notes a late error of the body: the viewer has the status already.
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
	x.body = closedBody{} // the record is kept, the connection's buffers are not
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

// Read says that the body was closed.
func (closedBody) Read([]byte) (int, error) { return 0, http.ErrBodyReadAfterClose }

// Close does nothing, as a second call of Close should.
func (closedBody) Close() error { return nil }
