package inspector

import (
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/internal/when"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// The limits of a list.
const (
	defaultLimit = 100
	maxLimit     = 1000
)

// parameter is one parameter of /api/exchanges.
type parameter struct {
	name string
	// allowed describes the allowed values.
	allowed string
	// set puts a value into the filter and reports whether it is allowed.
	set func(f *recording.Filter, value string, now time.Time) bool
}

// parameters are all parameters, in the order of the contract.
var parameters = []parameter{
	{"status", "a status, e.g. 502, or a class of them, e.g. 5xx", setStatus},
	{"cause", "the short name of a cause: " + causeNames(), func(f *recording.Filter, v string, _ time.Time) bool {
		f.Cause = policy.CauseName(v)
		return f.Cause == recording.CauseReplayNoMatch || slices.ContainsFunc(policy.Causes(), func(c policy.CauseSpec) bool { return c.Name == f.Cause })
	}},
	{"rule", "the id of a rule, e.g. CF-CERT-05; GET /api/rules lists them", func(f *recording.Filter, v string, _ time.Time) bool {
		f.Rule = policy.RuleID(v)
		_, ok := policy.RuleByID(f.Rule)
		return ok
	}},
	{"host", "the viewer's host, with or without its port", func(f *recording.Filter, v string, _ time.Time) bool {
		f.Host = v
		return v != ""
	}},
	{"path", `a path, e.g. /a/b, or the beginning of one, e.g. /a/*`, func(f *recording.Filter, v string, _ time.Time) bool {
		f.Path = v
		return strings.HasPrefix(v, "/") || v == "*"
	}},
	{"method", "a method, e.g. GET", func(f *recording.Filter, v string, _ time.Time) bool {
		f.Method = v
		return v != ""
	}},
	{"behavior", "the path pattern of a behavior, e.g. /api/*; * is the default one", func(f *recording.Filter, v string, _ time.Time) bool {
		f.Behavior = v
		return v != ""
	}},
	{"origin", "the id of an origin", func(f *recording.Filter, v string, _ time.Time) bool {
		f.Origin = v
		return v != ""
	}},
	{"edge", "the name of an edge", func(f *recording.Filter, v string, _ time.Time) bool {
		f.Edge = v
		return v != ""
	}},
	{"text", "a part of the target or of the host", func(f *recording.Filter, v string, _ time.Time) bool {
		f.Text = v
		return v != ""
	}},
	{"mark", "forced, replayed or cached", func(f *recording.Filter, v string, _ time.Time) bool {
		f.Mark = recording.Mark(v)
		return slices.Contains(recording.Marks, f.Mark)
	}},
	{"since", "a time like 2026-01-02 or 2026-01-02T15:04:05Z, or a duration back from now like 5m or 7d", setSince},
	{"limit", "1-" + strconv.Itoa(maxLimit), func(f *recording.Filter, v string, _ time.Time) (ok bool) {
		n, err := strconv.Atoi(v)
		f.Limit = n
		return err == nil && n >= 1 && n <= maxLimit
	}},
	{"cursor", `the "next" of an earlier answer`, func(f *recording.Filter, v string, _ time.Time) bool {
		f.Cursor = v
		return v != ""
	}},
	{"order", "newest or oldest, which comes first", func(f *recording.Filter, v string, _ time.Time) bool {
		f.OldestFirst = v == "oldest"
		return f.OldestFirst || v == "newest"
	}},
	{"whole", "true for whole exchanges and their positions, false for summaries", func(f *recording.Filter, v string, _ time.Time) bool {
		f.Bodies = v == "true"
		return f.Bodies || v == "false"
	}},
}

func parameterNames(without ...string) string {
	var names []string
	for i := range parameters {
		if !slices.Contains(without, parameters[i].name) {
			names = append(names, parameters[i].name)
		}
	}
	return strings.Join(names, ", ")
}

func causeNames() string {
	names := make([]string, len(policy.Causes()))
	for i, c := range policy.Causes() {
		names[i] = string(c.Name)
	}
	return strings.Join(names, ", ")
}

// parseFilter parses the query of a list, for which some parameters may not apply. Nothing
// is ignored silently: an unknown, empty or repeated parameter is refused.
func parseFilter(query string, now time.Time, without ...string) (recording.Filter, *problem) {
	f := recording.Filter{Limit: defaultLimit}
	values, err := url.ParseQuery(query)
	if err != nil {
		return f, &problem{Error: "the query cannot be read: " + err.Error(), Hint: "escape it, e.g. % as %25"}
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		given := values[name]
		known := slices.IndexFunc(parameters, func(p parameter) bool { return p.name == name })
		if known < 0 || slices.Contains(without, name) {
			bad := badValue(name, given[0], "one of "+parameterNames(without...))
			bad.Error = "there is no parameter " + quote(name)
			return f, &bad
		}
		p := &parameters[known]
		if len(given) > 1 {
			bad := badValue(name, given[1], p.allowed)
			bad.Error = "the parameter " + name + " is given twice"
			return f, &bad
		}
		if !p.set(&f, given[0], now) {
			bad := badValue(name, given[0], p.allowed)
			return f, &bad
		}
	}
	return f, nil
}

func badValue(name, value, allowed string) problem {
	return problem{
		Error:     "the value " + quote(value) + " is not allowed for " + name,
		Parameter: name, Value: value, Allowed: allowed,
	}
}

func setStatus(f *recording.Filter, value string, _ time.Time) bool {
	if class, ok := strings.CutSuffix(value, "xx"); ok && len(class) == 1 {
		n, err := strconv.Atoi(class)
		f.Status = n
		return err == nil && n >= 1 && n <= 5
	}
	n, err := strconv.Atoi(value)
	f.Status = n
	return err == nil && len(value) == 3 && n >= 100
}

func setSince(f *recording.Filter, value string, now time.Time) bool {
	t, err := when.Since(value, now)
	f.Since = t
	return err == nil
}
