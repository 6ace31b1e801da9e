package check

import (
	"slices"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// SchemaID names the JSON schema of a report (see [Schema]).
const SchemaID = "https://raw.githubusercontent.com/edgesim/edgesim/main/check/schema-1.json"

// Verdict is the outcome of a check, or of a whole report.
type Verdict string

// The verdicts, from best to worst. A report has the worst of its checks, except that fail
// takes precedence over undecided.
const (
	// Pass means that the origin would be reached.
	Pass Verdict = "pass"
	// Warn means that it would be reached, but that there is something to know.
	Warn Verdict = "warn"
	// Undecided means that it cannot be determined from here.
	Undecided Verdict = "undecided"
	// Fail means that viewers would get an error from the edge.
	Fail Verdict = "fail"
)

// rank orders verdicts from best to worst.
func (v Verdict) rank() int { return slices.Index([]Verdict{Pass, Warn, Undecided, Fail}, v) }

// Report is what a run found. Its JSON is described by [Schema].
type Report struct {
	// Schema is [SchemaID].
	Schema string `json:"schema"`
	// Version is the program's version, if the caller sets it.
	Version string `json:"version,omitempty"`
	// Error says why nothing was checked: an unreadable configuration or a flag. There are
	// no checks then.
	Error string `json:"error,omitempty"`
	// At is the time for which certificates were judged.
	At time.Time `json:"at"`
	// Policy is the snapshot of the documented lists that was offered.
	Policy string `json:"policy"`
	// Verdict is the worst verdict of the checks.
	Verdict Verdict `json:"verdict"`
	// Count is the number of checks by verdict.
	Count Count `json:"count"`
	// Checks are in the order of the configuration.
	Checks []Check `json:"checks"`
	// Scans are in the order in which the checks name their targets; only with
	// [Config.Scan].
	Scans []Scan `json:"scans,omitempty"`
	// Notices are the remarks of the configurations' readers.
	Notices []Notice `json:"notices,omitempty"`
	// NotSimulated are the documented behaviors on the way to an origin that
	// edgesim does not simulate, so that no check could fail for them.
	NotSimulated []NotSimulated `json:"notSimulated"`
}

// Count is a number of checks for each verdict.
type Count struct {
	Pass      int `json:"pass"`
	Warn      int `json:"warn"`
	Undecided int `json:"undecided"`
	Fail      int `json:"fail"`
}

// Notice is a remark on a configuration.
type Notice struct {
	Subject string `json:"subject"`
	Kind    string `json:"kind"`
	Path    string `json:"path,omitempty"`
	Message string `json:"message"`
}

// NotSimulated is a declared gap.
type NotSimulated struct {
	Rule policy.RuleID `json:"rule"`
	Why  string        `json:"why"`
}

// Viewer is a kind of viewer: protocol and Host.
type Viewer struct {
	Scheme string `json:"scheme"`
	Host   string `json:"host"`
}

// Check is the verdict on one behavior and origin, for viewers that the edge treats alike.
type Check struct {
	// Subject is the file or URL.
	Subject string `json:"subject"`
	// Behavior is the path pattern, Origin the origin's id; "" if the edge answers without
	// one.
	Behavior string `json:"behavior"`
	Origin   string `json:"origin,omitempty"`
	// Group is the origin group's id and Member the position in it, from 1; 0 for none.
	Group  string `json:"group,omitempty"`
	Member int    `json:"member,omitempty"`
	// Viewers are those it applies to.
	Viewers []Viewer `json:"viewers"`
	// HostForwarded means that the origin gets the viewer's Host; OriginRequestPolicy is
	// the policy that forwards it, or leaves it out.
	HostForwarded       bool   `json:"hostForwarded"`
	OriginRequestPolicy string `json:"originRequestPolicy,omitempty"`
	// Target is where and how the origin is asked; nil if none is.
	Target *Target `json:"target,omitempty"`
	// Request is what is requested; nil with [Config.HandshakeOnly].
	Request *Request `json:"request,omitempty"`

	Verdict Verdict `json:"verdict"`
	// Why says in a sentence why it is undecided.
	Why string `json:"why,omitempty"`
	// Cause is the deciding failure; nil if nothing failed.
	Cause *policy.Cause `json:"cause,omitempty"`
	// Outcome is what the viewer would get.
	Outcome Outcome `json:"outcome"`
	// Rules has one judgment for each rule: the deciding failure first, then
	// other failures, warnings, what was blocked, passes, unsimulated ones.
	Rules []Judgement `json:"rules,omitempty"`
	// Fix says how to fix it; nil if nothing failed.
	Fix *Fix `json:"fix,omitempty"`
	// Tries are other settings that were tried after a failure.
	Tries []Try `json:"tries,omitempty"`
	// Software is the origin's software, if recognized.
	Software *Software `json:"software,omitempty"`
	// Connection is what was negotiated; nil if it did not get that far.
	Connection *Connection `json:"connection,omitempty"`
	// Certificates are the certificates of the chain, in the order sent.
	Certificates []Certificate `json:"certificates,omitempty"`
	// Policies say what other versions of the documented lists would change.
	Policies []PolicyDate `json:"policies,omitempty"`

	// unconnected means that it failed before a connection was open.
	unconnected bool
}

// Connected reports whether a connection to the origin was opened, so that something may
// have been offered or asked.
func (c *Check) Connected() bool { return c.Target != nil && !c.unconnected }

// Requested reports whether the request was sent to the origin.
func (c *Check) Requested() bool {
	if !c.Connected() || c.Request == nil {
		return false
	}
	if c.Cause == nil {
		return true
	}
	switch c.Cause.Stage {
	case policy.StageResolve, policy.StageDial, policy.StageHandshake, policy.StageVerify: // a silent handshake counts as dialing
		return false
	}
	return true
}

// Target is the address of an origin and the name it is asked by.
type Target struct {
	Address string `json:"address"`
	TLS     bool   `json:"tls"`
	// SNI is the server name sent; Names are those of which the certificate must cover one;
	// Versions are what is offered.
	SNI      string   `json:"sni,omitempty"`
	Names    []string `json:"names,omitempty"`
	Versions []string `json:"versions,omitempty"`
}

// Request is the request to the origin.
type Request struct {
	Method string `json:"method"`
	URI    string `json:"uri"`
	Host   string `json:"host"`
}

// Outcome is what the viewer would get.
type Outcome struct {
	// Status is the status of the answer; 0 with [Config.HandshakeOnly] if nothing failed.
	Status int `json:"status,omitempty"`
	// ByEdge means that the edge generates the answer; otherwise it is the origin's.
	ByEdge bool `json:"byEdge,omitempty"`
	// Sentence is the distinguishing line of the error page.
	Sentence string `json:"sentence,omitempty"`
	// Location is where a redirect leads, as sent; for a redirect to HTTPS, it is that for
	// the first of the check's viewers. "" if nothing redirects.
	Location string `json:"location,omitempty"`
	// Rule and Detail explain why the edge answers itself, if no check failed.
	Rule   policy.RuleID `json:"rule,omitempty"`
	Detail string        `json:"detail,omitempty"`
	// Attempts is how many attempts it takes; 0 if no origin is asked.
	Attempts int `json:"attempts,omitempty"`
	// After says how long the viewer waits for it, for people: "at once", or the timeouts
	// that add up to it. Seconds is that sum; 0 means at once.
	After   string  `json:"after,omitempty"`
	Seconds float64 `json:"seconds,omitempty"`
	// CutShort means that the status and a part of the body came first.
	CutShort bool `json:"cutShort,omitempty"`
	// Then says what follows: the secondary origin, a custom error response.
	Then string `json:"then,omitempty"`
}

// Judgement is the verdict on one rule.
type Judgement struct {
	policy.Finding
	// BlockedBy is the failed rule that prevents this one from being judged.
	BlockedBy policy.RuleID `json:"blockedBy,omitempty"`
}

// Connection is what was negotiated with the origin.
type Connection struct {
	Address string `json:"address"`
	Version string `json:"version,omitempty"`
	Suite   string `json:"suite,omitempty"`
	Curve   string `json:"curve,omitempty"`
	// Road is the TLS client that was used, see [originconn.Handshake].
	Road string `json:"road,omitempty"`
}

// Scan is what the TLS of one target accepts, next to what CloudFront offers.
type Scan struct {
	Target string `json:"target"`
	SNI    string `json:"sni,omitempty"`
	// Error says why there is none.
	Error string `json:"error,omitempty"`
	// Table compares it with the offer.
	Table *ScanTable `json:"table,omitempty"`
	// Report is everything that was found.
	Report *originconn.ScanReport `json:"report,omitempty"`
}

// addSubject adds what concerns a subject as a whole.
func (r *Report) addSubject(s Subject) {
	r.Policy = s.Edge.PolicyName()
	for _, n := range s.Edge.Distribution.Notices {
		r.Notices = append(r.Notices, Notice{Subject: s.Name, Kind: string(n.Kind), Path: n.Path, Message: n.Message})
	}
}

// conclude counts, and adds what no check could examine.
func (r *Report) conclude() {
	r.Verdict = Pass
	for i := range r.Checks {
		switch v := r.Checks[i].Verdict; v {
		case Pass:
			r.Count.Pass++
		case Warn:
			r.Count.Warn++
		case Undecided:
			r.Count.Undecided++
		case Fail:
			r.Count.Fail++
		}
		if r.Checks[i].Verdict.rank() > r.Verdict.rank() {
			r.Verdict = r.Checks[i].Verdict
		}
	}
	r.NotSimulated = notSimulated()
}
