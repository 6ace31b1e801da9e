package explain

import (
	"context"
	"net/http"
	"slices"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// FunctionRun is what a viewer-request function did with the request.
type FunctionRun struct {
	// Changes are what it changed, including the origin.
	Changes []policy.Change `json:"changes"`
	// Log holds the lines that it logged.
	Log []string `json:"log"`
	// Error is why it failed; nil on success.
	Error *recording.FunctionError `json:"error,omitempty"`
	// Answer is the status of its own answer; 0 if the request continues.
	Answer int `json:"answer,omitempty"`
}

// exchangeID stands in for the id of an exchange that does not take place.
const exchangeID = "ID-OF-THE-EXCHANGE"

// runFunction runs the viewer-request CloudFront function, which can only access its event
// and its store, and records in the picture what it did. A Lambda function, a process that
// may do anything, is not run for a picture.
func (p *Picture) runFunction(e *edge.Edge, l *edge.Location, v *edge.ViewerRequest, b *distribution.CacheBehavior) edge.AfterFunction {
	f := l.Functions.At(b, policy.ViewerRequestTrigger)
	if f == nil || f.Lambda || f.Missing != "" {
		origins, group := l.Origins(b)
		after := edge.AfterFunction{Request: v, Group: group}
		for _, o := range origins {
			after.Choices = append(after.Choices, policy.OriginChoice{Origin: o})
		}
		return after
	}
	after := e.AfterViewerRequest(context.Background(), l, v, b, exchangeID)
	run := &FunctionRun{Changes: append([]policy.Change{}, after.Run.Changed...), Log: append([]string{}, after.Run.Log...)}
	if fault := after.Run.Fault; fault != nil {
		run.Error = &recording.FunctionError{Class: fault.Class(false), Message: fault.Message, Line: fault.Line, Column: fault.Column}
	}
	if m := after.Generated; m != nil {
		run.Answer = m.Status
	}
	for i := range p.Functions {
		if p.Functions[i].Event == string(policy.ViewerRequestTrigger) {
			p.Functions[i].Run, p.Functions[i].Code = run, true
		}
	}
	if c := after.Cause; c != nil {
		p.Refused = &Refusal{Status: c.Status, Cause: string(c.Name), Rule: c.Rule, Detail: c.Detail, Hint: c.Hint}
	}
	return after
}

// writeFunctions writes which functions run, and what the first of them did.
func (p *Picture) writeFunctions(line func(label, format string, args ...any)) {
	for _, f := range p.Functions {
		r := f.Run
		switch {
		case r == nil && f.Kind == "CloudFront Functions" && !f.Code:
			line("function", "%s: %s (%s), whose code is not known", f.Event, f.Name, f.Kind)
			continue
		case r == nil:
			line("function", "%s: %s (%s), not run here", f.Event, f.Name, f.Kind)
			continue
		}
		line("function", "%s: %s (%s)", f.Event, f.Name, f.Kind)
		for _, text := range r.Log {
			line("", "log      %s", short(text))
		}
		for _, c := range r.Changes {
			line("", "%-7s  %s  %s", words[c.Kind], c.Field, describe(c))
		}
		switch {
		case r.Error != nil && r.Error.Line > 0:
			line("", "%s: %s (line %d, column %d)", r.Error.Class, r.Error.Message, r.Error.Line, r.Error.Column)
		case r.Error != nil:
			line("", "%s: %s", r.Error.Class, r.Error.Message)
		case r.Answer != 0:
			line("answer", "%d %s from the function: neither cache nor origin is asked", r.Answer, http.StatusText(r.Answer))
		case len(r.Changes) == 0:
			line("", "it changes nothing")
		}
	}
}

// ran reports whether a function was run for the picture.
func (p *Picture) ran() bool {
	return slices.ContainsFunc(p.Functions, func(f Function) bool { return f.Run != nil })
}

// byFunction returns the changes of a run.
func byFunction(after *edge.AfterFunction) []policy.Change {
	if after.Run == nil {
		return nil
	}
	return after.Run.Changed
}
