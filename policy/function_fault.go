package policy

import (
	"fmt"
	"strings"
)

// FunctionFault is a failure of an edge function: in running it, or in what it
// returned.
type FunctionFault struct {
	// Rule is the documented rule that was broken.
	Rule RuleID
	// Kind is the kind of fault, which decides status, page and X-Cache.
	Kind FaultKind
	// Message describes the fault: the engine's message for an execution error,
	// otherwise a sentence of CloudFront's or ours.
	Message string
	// Line and Column are the position in the code, starting at 1; 0 if not known.
	Line, Column int
	// Inferred marks a fault that the documentation does not state.
	Inferred bool
}

// FaultKind classifies the faults of edge functions.
type FaultKind string

// The kinds of faults.
const (
	// FaultExecution is code that did not run to completion (CF-FN-80, CF-LAE-61).
	FaultExecution FaultKind = "execution"
	// FaultInvalid is a result without the required form (CF-FN-81, CF-LAE-63).
	FaultInvalid FaultKind = "invalid"
	// FaultDisallowed is a disallowed header in the result (CF-FN-59).
	FaultDisallowed FaultKind = "disallowed"
	// FaultReadOnly is a read-only header that was changed (CF-FN-56).
	FaultReadOnly FaultKind = "read-only"
	// FaultOrigin is an origin that cannot be selected this way (CF-MOD-11).
	FaultOrigin FaultKind = "origin"
	// FaultLimit is a Lambda limit that was exceeded (CF-LAE-64).
	FaultLimit FaultKind = "limit"
)

// invalidValue is the fault of a result with a wrong value.
func invalidValue(rule RuleID, message string, inferred bool) *FunctionFault {
	return &FunctionFault{Rule: rule, Kind: FaultInvalid, Message: message, Inferred: inferred}
}

// InvalidResult returns the fault of a result without the documented form.
func InvalidResult(rule RuleID, format string, args ...any) *FunctionFault {
	return invalidValue(rule, fmt.Sprintf(format, args...), true)
}

// TestFunctionSees reports whether the service's own test reports this fault. It
// runs the code but does not check for read-only or disallowed headers, nor for
// origins (CF-FN-97, CF-FN-97, CF-MOD-47); that it checks the form of the result
// is inferred.
func (f *FunctionFault) TestFunctionSees() bool {
	return f.Kind == FaultExecution || f.Kind == FaultInvalid
}

// Class returns the name of the fault in X-Cache and in the access log.
func (f *FunctionFault) Class(lambda bool) string {
	switch {
	case lambda && f.Kind == FaultExecution:
		return "LambdaExecutionError"
	case lambda && f.Kind == FaultLimit:
		return "LambdaLimitExceeded"
	case lambda:
		return "LambdaValidationError"
	case f.Kind == FaultExecution:
		return "FunctionExecutionError"
	}
	return "FunctionValidationError"
}

// The sentences of the error pages (CF-ERR-14, CF-ERR-15, CF-FN-19, CF-FN-59, CF-FN-85,
// CF-LAE-37, CF-LAE-42, CF-LAE-64, CF-LAE-67, CF-MOD-11). The one about a read-only header
// of a CloudFront Function is inferred from Lambda's.
const (
	sentenceFunctionRun        = "The CloudFront function associated with the CloudFront distribution is invalid or could not run."
	sentenceFunctionInvalid    = "The CloudFront function returned an invalid value: "
	sentenceFunctionDisallowed = "The CloudFront function tried to add a disallowed header."
	sentenceFunctionReadOnly   = "The CloudFront function tried to add, delete, or change a read-only header."
	sentenceFunctionOrigin     = "The CloudFront function returned an invalid value for origin rewrite."
	sentenceLambdaRun          = "The Lambda function associated with the CloudFront distribution is invalid or doesn't have the required permissions."
	sentenceLambdaFailed       = "The Lambda function result failed validation: "
	sentenceLambdaDisallowed   = sentenceLambdaFailed + "The function tried to add a blacklisted header."
	sentenceLambdaReadOnly     = sentenceLambdaFailed + "The function tried to add, delete, or change a read-only header."
	sentenceLambdaLimit        = "The Lambda function associated with the CloudFront distribution was throttled."
)

// Sentence returns the distinguishing sentence on the error page.
func (f *FunctionFault) Sentence(lambda bool) string {
	if lambda {
		switch f.Kind {
		case FaultExecution:
			return sentenceLambdaRun
		case FaultDisallowed:
			return sentenceLambdaDisallowed
		case FaultReadOnly:
			return sentenceLambdaReadOnly
		case FaultLimit:
			return sentenceLambdaLimit
		}
		if strings.HasPrefix(f.Message, "The Lambda function ") {
			return strings.TrimSuffix(f.Message, ".") + "."
		}
		return sentenceLambdaFailed + f.Message + "."
	}
	switch f.Kind {
	case FaultExecution:
		return sentenceFunctionRun
	case FaultDisallowed:
		return sentenceFunctionDisallowed
	case FaultReadOnly:
		return sentenceFunctionReadOnly
	case FaultOrigin:
		return sentenceFunctionOrigin
	}
	return sentenceFunctionInvalid + f.Message + "."
}

// TestMessage returns the message in the service's own test (CF-FN-85).
func (f *FunctionFault) TestMessage() string {
	if f.Kind != FaultExecution {
		return f.Sentence(false)
	}
	return sentenceFunctionRun + " " + f.Located()
}

// Located returns the message with the line number in the code, as CloudFront
// writes it.
func (f *FunctionFault) Located() string {
	if f.Line == 0 {
		return f.Message
	}
	return fmt.Sprintf("%s in %d", f.Message, f.Line)
}

// FunctionCause returns the cause that the viewer gets for a function's fault.
func FunctionCause(f *FunctionFault, t Trigger, name string, lambda bool) *Cause {
	cause := CauseFunctionExecution
	switch {
	case lambda && f.Kind == FaultExecution:
		cause = CauseLambdaExecution
	case lambda && f.Kind == FaultLimit:
		cause = CauseLambdaLimit
	case lambda:
		cause = CauseLambdaValidation
	case f.Kind != FaultExecution:
		cause = CauseFunctionValidation
	}
	c := NewCause(cause, fmt.Sprintf("%s function %q: %s", t, name, f.evidence()), nil)
	if f.Rule != "" {
		c.Rule = f.Rule
	}
	c.Sentence, c.Inferred = f.Sentence(lambda), f.Inferred
	if cause != CauseLambdaValidation { // the log page does not list it (CF-LAE-66)
		c.ResultType, c.DetailedResultType = f.Class(lambda), f.Class(lambda) // CF-FN-83
	}
	c.Hint = f.hint(t)
	return c
}

// XCache returns the X-Cache value on the page of a cause (CF-FN-80, CF-FN-81,
// CF-LAE-65).
func (c *Cause) XCache() string {
	name := "Error"
	switch c.Name {
	case CauseFunctionExecution:
		name = "FunctionExecutionError"
	case CauseFunctionValidation:
		name = "FunctionValidationError"
	case CauseLambdaExecution:
		name = "LambdaExecutionError"
	case CauseLambdaValidation:
		name = "LambdaValidationError"
	case CauseLambdaLimit:
		name = "LambdaLimitExceeded"
	}
	return name + " from cloudfront"
}

// evidence returns the message with its position.
func (f *FunctionFault) evidence() string {
	text := f.Message
	switch f.Kind {
	case FaultDisallowed:
		text = "it added " + text + ", which is a disallowed header"
	case FaultReadOnly:
		text = "it added, changed or deleted " + text + ", which is a read-only header"
	}
	switch {
	case f.Line > 0 && f.Column > 0:
		return fmt.Sprintf("%s (line %d, column %d)", text, f.Line, f.Column)
	case f.Line > 0:
		return fmt.Sprintf("%s (line %d)", text, f.Line)
	}
	return text
}

// hint says how to fix it.
func (f *FunctionFault) hint(t Trigger) string {
	switch f.Kind {
	case FaultDisallowed:
		return fmt.Sprintf("do not set %s in a %s function: edge functions may not add it; use a name of your own", f.Message, t)
	case FaultReadOnly:
		hint := fmt.Sprintf("leave %s as it is in a %s function", f.Message, t)
		if f.Message == "host" {
			hint += "; to send the origin another Host, call cf.updateRequestOrigin({hostHeader: …}) in a runtime 2.0 function, or change it in an origin-request Lambda"
		}
		return hint
	case FaultExecution:
		return "run the code with `edgesim function test FILE --event EVENT.json`, and handle what it throws"
	case FaultOrigin:
		return "check the values given to cf.updateRequestOrigin, cf.selectRequestOriginById or cf.createRequestOriginGroup against their documented limits"
	case FaultLimit:
		return "lower the number of concurrent requests, or raise the function's limit"
	}
	return "return event.request or event.response with values of the documented form"
}
