package recording

import (
	"net"
	"slices"
	"strings"
	"time"

	"github.com/edgesim/edgesim/policy"
)

// Filter chooses exchanges. A field at its zero value lets everything through;
// an exchange is chosen when all the others agree.
type Filter struct {
	// Status is the status the viewer got, or its first digit for all of a
	// class: 5 is 500 to 599.
	Status int
	// Cause is the name of the exchange's cause.
	Cause policy.CauseName
	// Rule is the rule that decided the cause, or of any finding that failed
	// or warned.
	Rule policy.RuleID
	// Host is the host the viewer asked for, in any letter case. Without a
	// port it matches every port.
	Host string
	// Path is the path the viewer asked for, as sent, without the query; with
	// a "*" at the end it is the beginning of one. With a "?" in it the query
	// counts too.
	Path string
	// Method is the viewer's method, in any letter case.
	Method string
	// Behavior is the path pattern of the behavior, Origin the id of the origin
	// and Edge the name of the edge.
	Behavior, Origin, Edge string
	// Text is what the target or the host of the viewer's request contains; the
	// host in any letter case.
	Text string
	// Mark is what an exchange is marked with, besides how it ended.
	Mark Mark
	// Since leaves out requests received before it.
	Since time.Time
	// Limit is the largest number listed; 0 means no limit.
	Limit int
	// Cursor goes on where an earlier list in the same order ended; "" begins
	// with the newest, or the oldest.
	Cursor string
	// OldestFirst turns the order around: what was recorded after Cursor.
	OldestFirst bool
	// Bodies asks for the recorded bodies of the exchanges, too. Without it a
	// store may leave them out; their sizes are there in any case.
	Bodies bool
}

// Match says whether the filter lets an exchange through; Limit, Cursor and the
// order do not count.
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

// Mark is something about how an exchange came about that lists are filtered by.
type Mark string

// The marks.
const (
	// MarkForced is a fault on demand, MarkReplayed a recording that answered.
	MarkForced, MarkReplayed Mark = "forced", "replayed"
	// MarkCached is an answer that came from the cache.
	MarkCached Mark = "cached"
)

// Marks are all of them.
var Marks = []Mark{MarkForced, MarkReplayed, MarkCached}

// Marks returns what an exchange is marked with.
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

// matchHost compares hosts; the wanted one may leave out the port.
func matchHost(want, host string) bool {
	if strings.EqualFold(want, host) {
		return true
	}
	name, _, err := net.SplitHostPort(host)
	return err == nil && strings.EqualFold(strings.Trim(want, "[]"), name)
}

// matchPath compares a path with the one of a request target.
func matchPath(want, uri string) bool {
	if !strings.Contains(want, "?") {
		uri, _, _ = strings.Cut(uri, "?")
	}
	if prefix, ok := strings.CutSuffix(want, "*"); ok {
		return strings.HasPrefix(uri, prefix)
	}
	return uri == want
}

// matchRule says whether a rule decided an exchange or spoke against it.
func matchRule(rule policy.RuleID, e *Exchange) bool {
	return slices.Contains(e.Rules(), rule)
}
