package recording

import (
	"net/http"
	"slices"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// Exchange is everything the edge observed of one viewer request. Once a Recorder
// has it, it is complete and is not changed anymore. The package comment
// describes its JSON.
type Exchange struct {
	// ID is the response's X-Amz-Cf-Id: unique, 56 characters.
	ID string
	// Edge is the name of the edge that recorded the exchange; "" if it has none.
	Edge string
	// Distribution is the name of the distribution selected by Host; "" if it has
	// none, or if none was selected.
	Distribution string
	// Start is when the request was received; Duration is the time from Start until
	// the last byte of the response was sent to the viewer.
	Start    time.Time
	Duration time.Duration
	// FirstByte is the time from Start until the response began.
	FirstByte time.Duration

	Viewer   Viewer
	Behavior string // the path pattern
	Origin   string // the origin's id
	Sent     *Sent  // nil if no request went to an origin
	Response Response
	// ErrorPage is the custom error page that the viewer got; nil if none.
	ErrorPage *ErrorPage
	// Changes are the changes that settings and functions made to the request and
	// the response. They omit what was kept and what the edge writes into every
	// message; [Exchange.AllChanges] includes those.
	Changes []policy.Change
	// Cache is what the cache did with the request; nil if that was not determined.
	Cache *CacheFacts
	// Functions are the edge functions that ran, in order.
	Functions []FunctionRun
	// Failover holds the origin group members that failed over, in order.
	Failover []FailoverStep
	// Tunnel is the connection after a 101 response; nil if there was none.
	Tunnel *Tunnel
	// GRPC is how a gRPC call ended; nil if the request was not a gRPC call.
	GRPC *GRPC
	// Attempts are the attempts to get a response from the origin.
	Attempts []*originconn.Attempt
	// Findings are the judgments that do not belong to an attempt.
	Findings []policy.Finding
	// Cause is why the edge generated the response itself, or why the body was
	// truncated; nil on success.
	Cause *policy.Cause
	// Forced is the id of the fault on demand that was played on the exchange; "" if
	// none was.
	Forced string
	// Replayed is the id of the recorded exchange that answered instead of the
	// origin, and Attempts are then that exchange's; "" if the origin answered.
	Replayed string
	// ResultType and DetailedResultType are the values in the access log.
	ResultType         string
	DetailedResultType string
}

// The cause of a request that no recorded exchange could answer, see package
// internal/replay. It is edgesim's own: it is not based on a CloudFront rule,
// and RuleReplay takes the place of the rule id.
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
	// Fields are all fields in their original order and letter case, including Host;
	// nil if that is not known, as over HTTP/2.
	Fields []policy.Field
	// Form is the form of the request target: origin, absolute or connect.
	Form string
	// TLSVersion and TLSCipher are those of the viewer's connection; 0 over HTTP.
	TLSVersion uint16
	TLSCipher  uint16
	// BodyBytes is the number of request body bytes read from the viewer.
	BodyBytes int64
	// Body is the beginning of the request body; Truncated says that there was more.
	Body      []byte
	Truncated bool
}

// FormBackground is the form of a request that no viewer sent: the edge refreshes
// a copy that it served stale (CF-CACHE-15).
const FormBackground = "background"

// Sent is the request as sent to the origin.
type Sent struct {
	Method string
	Host   string // domain:port of the origin
	TLS    bool
	URI    string
	Header []policy.Field
}

// Response is what the viewer got, and which of it came from the origin.
type Response struct {
	Status int
	Header http.Header
	// Trailer holds the trailer fields of a gRPC call; nil if there were none.
	Trailer http.Header
	// OriginHead is the origin's response head as received; "" if there was none.
	OriginHead string
	// BodyBytes is the number of body bytes sent to the viewer.
	BodyBytes int64
	// Body is the beginning of the body; Truncated says that there was more.
	Body      []byte
	Truncated bool
}

// Recorder receives finished exchanges. Record must be safe for concurrent use.
// It does not block the caller for long, but may wait if exchanges arrive faster
// than they can be kept.
//
// The exchange is not changed afterwards and may be kept, but its bodies,
// Viewer.Body and Response.Body, are valid only until Record returns: an
// implementation that keeps them must copy them.
type Recorder interface {
	Record(*Exchange)
}

// Rules returns the rules that decided the exchange or spoke against it, in no
// particular order: the rule of its cause, those of its attempts' causes, and
// those of findings that failed or warned. Findings that passed do not count,
// because nearly every exchange has them.
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
