package recording

import (
	"net"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Filter selects exchanges. A field with its zero value matches everything; an
// exchange is selected if all other fields match.
type Filter struct {
	// Status is the status that the viewer got, or its first digit to match the
	// whole class: 5 is 500 to 599.
	Status int
	// Cause is the name of the exchange's cause.
	Cause policy.CauseName
	// Rule is the rule that decided the cause, or that of any finding that failed or
	// warned.
	Rule policy.RuleID
	// Host is the host that the viewer requested, in any letter case. Without a port
	// it matches every port.
	Host string
	// Path is the path that the viewer requested, as sent, without the query. If it
	// ends in "*", it is a prefix. If it contains "?", the query is compared too.
	Path string
	// Method is the viewer's method, in any letter case.
	Method string
	// Behavior is the path pattern of the behavior, Origin the id of the origin
	// and Edge the name of the edge.
	Behavior, Origin, Edge string
	// Text is a substring of the target or the host of the viewer's request; the
	// host matches in any letter case.
	Text string
	// Mark is a property of the exchange other than its outcome.
	Mark Mark
	// Since excludes requests received before it.
	Since time.Time
	// Limit is the maximum number of exchanges listed; 0 means no limit.
	Limit int
	// Cursor continues where an earlier list in the same order ended; "" starts with
	// the newest exchange, or with the oldest if OldestFirst is set.
	Cursor string
	// OldestFirst reverses the order: the list has what was recorded after Cursor.
	OldestFirst bool
	// Bodies includes the recorded bodies. Without it a store may omit them; their
	// sizes are always included.
	Bodies bool
}

// Match reports whether the filter matches an exchange. It ignores Limit, Cursor
// and the order.
func (f *Filter) Match(e *Exchange) bool {
	return (f.Status == 0 || f.Status == e.Response.Status || f.Status == e.Response.Status/100) &&
		(f.Cause == "" || e.Cause != nil && e.Cause.Name == f.Cause) &&
		(f.Behavior == "" || f.Behavior == e.Behavior) &&
		(f.Origin == "" || f.Origin == e.Origin) &&
		(f.Edge == "" || f.Edge == e.Edge) &&
		(f.Method == "" || strings.EqualFold(f.Method, e.Viewer.Method)) &&
		(f.Since.IsZero() || !e.Start.Before(f.Since)) &&
		(f.Host == "" || matchHost(f.Host, e.Viewer.Host)) &&
		(f.Path == "" || matchPath(f.Path, e.Viewer.URI)) &&
		(f.Text == "" || strings.Contains(e.Viewer.URI, f.Text) || strings.Contains(strings.ToLower(e.Viewer.Host), strings.ToLower(f.Text))) &&
		(f.Mark == "" || slices.Contains(e.Marks(), f.Mark)) &&
		(f.Rule == "" || matchRule(f.Rule, e))
}

// Mark is a property of an exchange by which lists can be filtered.
type Mark string

// The marks.
const (
	// MarkForced marks a fault on demand, MarkReplayed a response from a recording.
	MarkForced, MarkReplayed Mark = "forced", "replayed"
	// MarkCached marks a response from the cache.
	MarkCached Mark = "cached"
)

// Marks is the list of all marks.
var Marks = []Mark{MarkForced, MarkReplayed, MarkCached}

// Marks returns the marks of an exchange.
func (e *Exchange) Marks() []Mark {
	var marks []Mark
	if e.Forced != "" {
		marks = append(marks, MarkForced)
	}
	if e.Replayed != "" {
		marks = append(marks, MarkReplayed)
	}
	switch e.ResultType {
	case "Hit", "RefreshHit":
		marks = append(marks, MarkCached)
	}
	return marks
}

// matchHost compares hosts; want may omit the port.
func matchHost(want, host string) bool {
	if strings.EqualFold(want, host) {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	return err == nil && strings.EqualFold(strings.Trim(want, "[]"), name)
}

// matchPath compares a path with that of a request target.
func matchPath(want, uri string) bool {
	if !strings.Contains(want, "?") {
		uri, _, _ = strings.Cut(uri, "?")
	}
	if prefix, ok := strings.CutSuffix(want, "*"); ok {
		return strings.HasPrefix(uri, prefix)
	}
	return uri == want
}

// matchRule reports whether a rule decided an exchange or counts against it.
func matchRule(rule policy.RuleID, e *Exchange) bool {
	return slices.Contains(e.Rules(), rule)
}
