// Package trial runs one CloudFront Function on one hand-written event and reports what the
// service's own test would report, and what would additionally happen to a live request.
package trial

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/edgesim/edgesim/internal/functions/js"
	"github.com/edgesim/edgesim/internal/functions/kvs"
	"github.com/edgesim/edgesim/policy"
)

// Trial is a function to try.
type Trial struct {
	// Code is the function's code, Runtime its runtime; "" means cloudfront-js-2.0.
	Code    string
	Runtime string
	// Stage is the event type; "" means that of the event.
	Stage policy.Trigger
	// Store is its key-value store; nil for none.
	Store *kvs.Store
	// Now is the time of the run; zero means the real time.
	Now time.Time
}

// Result is the result of a trial. Its JSON is that of the service's TestResult, as far as
// the service has such a field (CF-FN-94).
type Result struct {
	ComputeUtilization    string
	FunctionErrorMessage  string
	FunctionExecutionLogs []string
	// FunctionOutput is JSON in a string, {"request": …} or {"response": …} (CF-FN-95); ""
	// if the function failed.
	FunctionOutput string
	// OriginModification is the call with which the function chose an origin.
	OriginModification *Modification `json:",omitempty"`
	// Live is what a live request would get although the service's own test passes
	// (CF-FN-97).
	Live *Live `json:",omitempty"`
}

// Modification is a call that changes the origin.
type Modification struct {
	Method string `json:"method"`
	Args   []any  `json:"args"`
}

// Live is a fault that only a live request would have.
type Live struct {
	Class   string `json:"class"`
	Status  int    `json:"status"`
	XCache  string `json:"xCache"`
	Message string `json:"message"`
}

// Failed reports whether a live request would fail.
func (r *Result) Failed() bool { return r.FunctionErrorMessage != "" || r.Live != nil }

// Run tries the function on an event in the form of the service. An error means that the
// event is wrong; errors of the code are in the result.
func (t Trial) Run(event []byte) (*Result, error) {
	runtime := js.Runtime2
	if t.Runtime != "" {
		runtime = js.Runtime(t.Runtime)
	}
	if runtime != js.Runtime1 && runtime != js.Runtime2 {
		return nil, fmt.Errorf("no runtime %q: there are %s and %s (CF-FN-99)", t.Runtime, js.Runtime1, js.Runtime2)
	}
	read, err := js.ReadEvent(event, t.Stage)
	if err != nil {
		return nil, err
	}
	r := &Result{FunctionExecutionLogs: []string{}, ComputeUtilization: "0"}
	program, fault := js.Compile(t.Code, runtime)
	if fault != nil {
		r.FunctionErrorMessage = fault.TestMessage()
		return r, nil
	}
	out := program.Test(string(event), read, js.Env{Store: t.Store, Now: t.Now, POP: "SIM50-P1"})
	r.FunctionOutput, r.ComputeUtilization = out.Output, utilization(out.Duration)
	r.FunctionExecutionLogs = append(r.FunctionExecutionLogs, out.Log...)
	fault = out.Fault
	if out.Result != nil {
		if c := out.Result.Origin; c != nil {
			r.OriginModification = &Modification{Method: c.Method, Args: c.Args}
		}
		if fault == nil {
			fault = judge(read, out.Result)
		}
	}
	switch {
	case fault == nil:
	case fault.TestFunctionSees():
		r.FunctionErrorMessage, r.FunctionOutput = fault.TestMessage(), ""
	default:
		cause := policy.FunctionCause(fault, read.Type, "", false)
		r.Live = &Live{Class: fault.Class(false), Status: cause.Status, XCache: cause.XCache(), Message: cause.Sentence + " " + cause.Detail}
	}
	return r, nil
}

// judge returns the edge's verdict on the result.
func judge(event *policy.FunctionEvent, result *policy.FunctionResult) *policy.FunctionFault {
	switch {
	case result.Request != nil:
		_, fault := policy.ApplyRequest("", &event.Request, result.Request, event.Request.URI, nil)
		return fault
	case event.Response != nil:
		_, fault := policy.ApplyResponse("", event.Response, result.Response, nil)
		return fault
	}
	_, fault := policy.GeneratedResponse(result.Response)
	return fault
}

// assumedMost is the time that counts as 100: the service's maximum is not published, but
// is less than a millisecond (CF-FN-73). The number is specific to this machine.
const assumedMost = time.Millisecond

// utilization is the share of the allowed time, in percent.
func utilization(d time.Duration) string {
	return strconv.Itoa(int(math.Ceil(min(100*float64(d)/float64(assumedMost), 100))))
}
