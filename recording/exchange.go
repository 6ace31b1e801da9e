package recording

import (
	"net/http"
	"slices"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// Exchange is everything the edge saw of one viewer request. It is complete,
// and not changed any more, once a Recorder has it. Its JSON is described in the
// package comment.
type Exchange struct {
	// ID is the X-Amz-Cf-Id of the response: unique, 56 characters.
	ID string
	// Edge is the name of the edge that made the exchange; "" if it has none.
	Edge string
	// Distribution is the name of the distribution that Host chose; "" if it has
	// none, or none was chosen.
	Distribution string
	// Start is when the request was received; Duration until the last byte of
	// the response was handed to the viewer.
	Start    time.Time
	Duration time.Duration
	// FirstByte is until the response began.
	FirstByte time.Duration

	Viewer   Viewer
	Behavior string // the path pattern
	Origin   string // the origin's id
	Sent     *Sent  // nil if no origin was asked
	Response Response
	// ErrorPage is the custom error page that the viewer got; nil if there was
	// none.
	ErrorPage *ErrorPage
	// Changes are what the settings and functions made of the request and the
	// response. What was kept, and what the edge writes into every message, is not
	// among them: [Exchange.AllChanges] has it all.
	Changes []policy.Change
	// Cache is what the cache made of the request; nil if that was not asked.
	Cache *CacheFacts
	// Functions are the edge functions that ran, in their order.
	Functions []FunctionRun
	// Failover are the members of an origin group that were given up, in their order.
	Failover []FailoverStep
	// Tunnel is the connection after a 101; nil if there was none.
	Tunnel *Tunnel
	// GRPC is how a gRPC call ended; nil if the request was none.
	GRPC *GRPC
	// Attempts are the tries to get a response from the origin.
	Attempts []*originconn.Attempt
	// Findings are the judgments that belong to no attempt.
	Findings []policy.Finding
	// Cause is why the edge made the answer itself, or why the body was cut
	// short; nil when all went well.
	Cause *policy.Cause
	// Forced is the id of the fault on demand that was played on the exchange;
	// "" if none was, and the origin did it all itself.
	Forced string
	// Replayed is the id of the recorded exchange that answered in the origin's
	// place; "" if the origin was asked. The attempts are then that exchange's.
	Replayed string
	// ResultType and DetailedResultType are the values of the access log.
	ResultType         string
	DetailedResultType string
}

// The cause of a request that a recording was to answer and cannot, see package
// recording/replay. It is edgesim's own: no rule of CloudFront's is behind it, and
// RuleReplay stands where the id of one would.
const (
	CauseReplayNoMatch policy.CauseName = "replay-no-match"
	RuleReplay         policy.RuleID    = "EDGESIM-REPLAY"
)

// Viewer is the request as the edge received it.
type Viewer struct {
	Address string
	Method  string
	Scheme  string
	Host    string
	URI     string
	Proto   string
	Header  http.Header
	// Fields are all fields in the order and letter case in which they came,
	// Host included; nil where that is not known, as over HTTP/2.
	Fields []policy.Field
	// Form is how it came: origin, absolute or connect.
	Form string
	// TLSVersion and TLSCipher are those of the viewer's connection; 0 on HTTP.
	TLSVersion uint16
	TLSCipher  uint16
	// BodyBytes counts the bytes of the request body that were read from the
	// viewer.
	BodyBytes int64
	// Body is the beginning of the request body, Truncated says that there was
	// more.
	Body      []byte
	Truncated bool
}

// FormBackground is the form of a request that no viewer sent: the edge fetches a
// copy again that it served stale (CF-CACHE-15).
const FormBackground = "background"

// Sent is the request as it went to the origin.
type Sent struct {
	Method string
	Host   string // domain:port of the origin
	TLS    bool
	URI    string
	Header []policy.Field
}

// Response is what the viewer got, and what of it came from the origin.
type Response struct {
	Status int
	Header http.Header
	// Trailer are the fields after the body of a gRPC call; nil if there were none.
	Trailer http.Header
	// OriginHead is the origin's response head as it came; "" if there was none.
	OriginHead string
	// BodyBytes counts the bytes of the body handed to the viewer.
	BodyBytes int64
	// Body is the beginning of the body, Truncated says that there was more.
	Body      []byte
	Truncated bool
}

// Recorder takes finished exchanges. Record must be safe for concurrent use. It
// does not block the caller for long, but may make it wait where more comes than
// can be kept.
//
// The exchange is not changed any more and may be kept, but its bodies,
// Viewer.Body and Response.Body, are lent until Record returns: who keeps them
// copies them.
type Recorder interface {
	Record(*Exchange)
}

// Rules returns the rules that decided the exchange or spoke against it: that
// of its cause, those of the causes of its attempts, and those of findings that
// failed or warned, without order. Findings that passed do not count: nearly
// every exchange has them.
func (e *Exchange) Rules() []policy.RuleID {
	var rules []policy.RuleID
	add := func(rule policy.RuleID) {
		if !slices.Contains(rules, rule) {
			rules = append(rules, rule)
		}
	}
	against := func(cause *policy.Cause, findings []policy.Finding) {
		if cause != nil {
			add(cause.Rule)
		}
		for i := range findings {
			if v := findings[i].Verdict; v == policy.Fail || v == policy.Warn {
				add(findings[i].Rule)
			}
		}
	}
	against(e.Cause, e.Findings)
	for _, a := range e.Attempts {
		if a != nil {
			against(a.Cause, a.Findings)
		}
	}
	return rules
}
