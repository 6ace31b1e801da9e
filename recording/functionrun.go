package recording

import (
	"time"

	"github.com/edgesim/edgesim/policy"
)

// FunctionRun is one run of an edge function in an exchange.
type FunctionRun struct {
	// Event is the event that triggered it: viewer-request, origin-request,
	// origin-response or viewer-response.
	Event string
	// Name is the function's name or ARN; Runtime is e.g. "cloudfront-js-2.0".
	Name, Runtime string
	// Log holds the lines that it logged.
	Log []string
	// Duration is how long it ran.
	Duration time.Duration
	// Changed lists what it changed.
	Changed []policy.Change
	// Error is why it failed; nil on success.
	Error *FunctionError
}

// FunctionError is how a function failed.
type FunctionError struct {
	// Class is the kind of failure as AWS names it, e.g. "FunctionExecutionError".
	Class string `json:"class"`
	// Message is the error text.
	Message string `json:"message"`
	// Line and Column are the position in its code, starting at 1; 0 if not known.
	Line   int `json:"line,omitempty"`
	Column int `json:"column,omitempty"`
}

// functionJSON is the JSON form of a FunctionRun.
type functionJSON struct {
	Event    string          `json:"event"`
	Name     string          `json:"name"`
	Runtime  string          `json:"runtime,omitempty"`
	Log      []string        `json:"log,omitempty"`
	Duration milliseconds    `json:"durationMs"`
	Changed  []policy.Change `json:"changed,omitempty"`
	Error    *FunctionError  `json:"error,omitempty"`
}

func encodeFunctions(runs []FunctionRun) []functionJSON {
	var all []functionJSON
	for _, r := range runs {
		all = append(all, functionJSON{r.Event, r.Name, r.Runtime, r.Log, milliseconds(r.Duration), r.Changed, r.Error})
	}
	return all
}

func decodeFunctions(all []functionJSON) []FunctionRun {
	var runs []FunctionRun
	for _, j := range all {
		runs = append(runs, FunctionRun{j.Event, j.Name, j.Runtime, j.Log, time.Duration(j.Duration), j.Changed, j.Error})
	}
	return runs
}
