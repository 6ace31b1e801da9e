package policy

import (
	"net/http"
	"slices"
	"strings"
)

// Change is what happened to one part of a request or response at the edge, and
// which setting or function did it. The JSON uses the same names.
type Change struct {
	// Leg is the message changed: the request to the origin, or the response to the
	// viewer.
	Leg ChangeLeg `json:"leg"`
	// Field is a header field by its canonical name, or "cookie NAME" or "query
	// NAME", or "method", "uri", "status" or "body".
	Field string `json:"field"`
	// Kind is the kind of change.
	Kind ChangeKind `json:"kind"`
	// From is the value before, To the value after; each is "" if there is none.
	// Several values of a field are joined by ", ".
	From string `json:"from,omitempty"`
	To   string `json:"to,omitempty"`
	// By is what made the change: "cache policy", "origin request policy",
	// "forwarded values", "response headers policy", "origin custom header", the
	// name of a function, or "the edge" if no setting can change it.
	By string `json:"by,omitempty"`
	// Rule is the documented rule; "" if only the configuration decides.
	Rule RuleID `json:"rule,omitempty"`
}

// ChangeLeg is the message that a change applies to.
type ChangeLeg string

// The two legs.
const (
	LegRequest  ChangeLeg = "request"
	LegResponse ChangeLeg = "response"
)

// ChangeKind is what happened to a part of a message.
type ChangeKind string

// The kinds of changes. What was kept, and what the edge writes into every
// message, is not stored: [AllChanges] adds both.
const (
	ChangeKept    ChangeKind = "kept"
	ChangeAdded   ChangeKind = "added"
	ChangeChanged ChangeKind = "changed"
	ChangeDropped ChangeKind = "dropped"
)

// The settings that change a message, as used in Change.By.
const (
	ByEdge               = "the edge"
	ByCache              = "the cache"
	ByCachePolicy        = "cache policy"
	ByOriginPolicy       = "origin request policy"
	ByForwardedValues    = "forwarded values"
	ByResponsePolicy     = "response headers policy"
	ByOriginCustomHeader = "origin custom header"
	ByBehavior           = "cache behavior"
	ByOriginPath         = "origin path"
	ByDefaultRootObject  = "default root object"
	ByAccessControl      = "origin access control"
)

// ChangeLog collects the changes of one exchange in order. A nil ChangeLog
// collects nothing and costs nothing. It is not safe for concurrent use.
type ChangeLog struct {
	list []Change
}

// Add adds a change.
func (l *ChangeLog) Add(c Change) {
	if l != nil {
		l.list = append(l.list, c)
	}
}

// List returns the collected changes; nil if there are none.
func (l *ChangeLog) List() []Change {
	if l == nil {
		return nil
	}
	return l.list
}

// writtenByEdge holds the fields that the edge writes into every message regardless of
// configuration, by leg and canonical name, each with its rule.
var writtenByEdge = map[ChangeLeg]map[string]RuleID{
	LegRequest: {
		"Host": "CF-REQ-54", "X-Amz-Cf-Id": "CF-REQ-57", "X-Forwarded-For": "CF-REQ-58", "Via": "CF-REQ-62",
		"Connection": "CF-REQ-53", "Upgrade": "CF-REQ-52", "Te": "CF-REQ-47",
		"Content-Length": "CF-REQ-26", "Transfer-Encoding": "CF-REQ-41",
	},
	LegResponse: {
		"Via": "CF-RESP-11", "X-Cache": "CF-RESP-12", "X-Amz-Cf-Pop": "CF-RESP-13", "X-Amz-Cf-Id": "CF-RESP-14",
		"Connection": "", "Transfer-Encoding": "CF-RESP-05", "Content-Length": "", "Age": "", "Server": "",
		"X-Edgesim-Exchange": "", "X-Edgesim-Cause": "", "X-Edgesim-Detail": "", "X-Edgesim-Hint": "", "X-Edgesim-Replayed": "",
	},
}

// AllChanges returns everything that happened to one message, for display: the
// stored changes of that leg in order, then, in field order, what the edge itself
// wrote and what was kept. before holds the incoming fields, after the outgoing
// ones. Parts that are not fields are named as in [Change.Field]. A Cookie field
// is split into its cookies.
func AllChanges(leg ChangeLeg, before, after []Field, stored []Change) []Change {
	var all []Change
	told := map[string]bool{}
	for _, c := range stored {
		if c.Leg == leg {
			all, told[strings.ToLower(c.Field)] = append(all, c), true
		}
	}
	came, went := joined(before), joined(after)
	for _, name := range came.names {
		key := strings.ToLower(name)
		if told[key] {
			continue
		}
		told[key] = true
		c := Change{Leg: leg, Field: name, Kind: ChangeKept, From: came.values[key]}
		to, sent := went.values[key]
		c.To = to
		switch {
		case sent && to == c.From:
		case sent:
			c.Kind = ChangeChanged
			c.By, c.Rule = edgeWrote(leg, name)
		default:
			c.Kind = ChangeDropped
			c.By, c.Rule = edgeWrote(leg, name)
		}
		all = append(all, c)
	}
	for _, name := range went.names {
		key := strings.ToLower(name)
		if told[key] {
			continue
		}
		told[key] = true
		c := Change{Leg: leg, Field: name, Kind: ChangeAdded, To: went.values[key]}
		c.By, c.Rule = edgeWrote(leg, name)
		all = append(all, c)
	}
	return all
}

// edgeWrote returns who made a change that is not recorded.
func edgeWrote(leg ChangeLeg, name string) (string, RuleID) {
	if leg == LegRequest {
		if row := requestHeader(http.CanonicalHeaderKey(name), "", nil); row.Unlisted == HeaderNever {
			return ByEdge, row.Rule
		}
	}
	for written, rule := range writtenByEdge[leg] {
		if strings.EqualFold(written, name) {
			return ByEdge, rule
		}
	}
	return ByEdge, ""
}

// joinedFields holds fields by lower-case name, several values of one joined, with the
// names in order of first appearance.
type joinedFields struct {
	names  []string
	values map[string]string
}

func joined(fields []Field) joinedFields {
	j := joinedFields{values: make(map[string]string, len(fields))}
	for _, f := range apart(fields) {
		key := strings.ToLower(f.Name)
		if before, ok := j.values[key]; ok {
			j.values[key] = before + ", " + f.Value
			continue
		}
		j.names, j.values[key] = append(j.names, f.Name), f.Value
	}
	return j
}

// apart splits every Cookie field into its cookies.
func apart(fields []Field) []Field {
	if !slices.ContainsFunc(fields, func(f Field) bool { return strings.EqualFold(f.Name, "Cookie") }) {
		return fields
	}
	var all []Field
	for _, f := range fields {
		if !strings.EqualFold(f.Name, "Cookie") {
			all = append(all, f)
			continue
		}
		for cookie := range strings.SplitSeq(f.Value, ";") {
			name, value, paired := strings.Cut(strings.Trim(cookie, " \t"), "=")
			if !paired { // it has no name
				name, value = "", name
			}
			if name != "" || value != "" {
				all = append(all, Field{"cookie " + name, value})
			}
		}
	}
	return all
}
