package js

import (
	"reflect"
	"strings"
	"time"

	"github.com/dop251/goja"

	"github.com/edgesim/edgesim/internal/functions/kvs"
	"github.com/edgesim/edgesim/policy"
)

// Env is what a run gets besides its event.
type Env struct {
	// Store is the key-value store associated with the function (CF-KVS-12); nil for none.
	Store *kvs.Store
	// Now is the start of the run, which the clock shows throughout (CF-FN-126). Zero means
	// the real time.
	Now time.Time
	// POP is the edge location's name, as in cf.edgeLocation (CF-MOD-48).
	POP string
}

// Outcome is the outcome of one run.
type Outcome struct {
	// Result is what the function returned; nil if Fault says why there is none.
	Result *policy.FunctionResult
	// Fault is what went wrong.
	Fault *policy.FunctionFault
	// Log are the lines of console.log (CF-FN-91).
	Log []string
	// Custom is the last text of cf.logCustomData (CF-FN-92).
	Custom string
	// Duration is how long it ran.
	Duration time.Duration
	// Output is the returned object as JSON, as printed by the service's test (CF-FN-95).
	// Only [Program.Test] sets it.
	Output string
}

// engine is a goja runtime with what one run needs.
type engine struct {
	// vm is not embedded: that would make the compiler wrap each of goja's 700 methods for
	// this type and for those around it, 5 of 6 functions of the package.
	vm      *goja.Runtime
	program *Program
	env     Env
	event   *policy.FunctionEvent
	// handling means that the module has run and the handler is running.
	handling bool

	log      []string
	logBytes int
	custom   string
	origin   *policy.OriginChange
	fault    *policy.FunctionFault // from a call that changed the origin
}

// newEngine makes an engine for one run.
func (p *Program) newEngine(event *policy.FunctionEvent, env Env) *engine {
	e := &engine{vm: goja.New(), program: p, env: env, event: event}
	now := env.Now
	if now.IsZero() {
		now = time.Now()
	}
	e.vm.SetTimeSource(func() time.Time { return now })
	e.vm.SetMaxCallStackSize(mostCalls)
	for _, prepare := range p.prepare {
		prepare(e)
	}
	return e
}

// Run runs the function on an event.
func (p *Program) Run(event *policy.FunctionEvent, env Env) Outcome {
	e := p.newEngine(event, env)
	return e.run(func() goja.Value { return e.eventObject(event) }, event, false)
}

// Test runs the function on a hand-written event, in the form of the service's test events,
// and fills in Output. event is what the rules see of it, see [ReadEvent].
func (p *Program) Test(text string, event *policy.FunctionEvent, env Env) Outcome {
	e := p.newEngine(event, env)
	return e.run(func() goja.Value { return e.parsedEvent(text) }, event, true)
}

// run runs module and handler within their limits.
func (e *engine) run(makeEvent func() goja.Value, event *policy.FunctionEvent, output bool) (out Outcome) {
	started := time.Now()
	w := e.watch()
	defer w.stop()
	defer func() {
		if r := recover(); r != nil {
			out.Fault = panicFault(r)
		}
		if out.Fault == nil && e.fault != nil {
			out.Fault = e.fault
		}
		if out.Fault != nil && out.Fault.Kind != policy.FaultOrigin {
			out.Result = nil
		}
		out.Log, out.Custom, out.Duration = e.log, e.custom, time.Since(started)
	}()
	if _, err := e.vm.RunProgram(e.program.code); err != nil {
		return Outcome{Fault: e.errorFault(err)}
	}
	handler, fault := e.handler()
	if fault != nil {
		return Outcome{Fault: fault}
	}
	e.handling = true
	value, err := handler(goja.Undefined(), makeEvent())
	if err != nil {
		return Outcome{Fault: e.errorFault(err)}
	}
	value, fault = e.settled(value)
	if fault != nil {
		return Outcome{Fault: fault}
	}
	r := reader{engine: e, before: event}
	if ex := e.vm.Try(func() { out.Result = r.result(value); out.Fault = r.fault }); ex != nil {
		return Outcome{Fault: e.errorFault(ex)}
	}
	if out.Result != nil {
		out.Result.Origin = e.origin
	}
	if output && out.Fault == nil {
		out.Output = e.output(value, out.Result)
	}
	return out
}

// handler finds the function that the code must declare (CF-FN-01). Whether one assigned to
// a variable works is not documented; it does here.
func (e *engine) handler() (goja.Callable, *policy.FunctionFault) {
	value := e.vm.GlobalObject().Get("handler") // as every function declaration is
	var err error
	if value == nil {
		value, err = e.vm.RunProgram(handlerProgram())
	}
	if err == nil {
		if handler, ok := goja.AssertFunction(value); ok {
			return handler, nil
		}
	}
	return nil, &policy.FunctionFault{Rule: "CF-FN-01", Kind: policy.FaultExecution, Message: `ReferenceError: "handler" is not defined`}
}

var handlerProgram = compiled("handler", `typeof handler === "undefined" ? undefined : handler`)

// settled returns the value of what a handler returned, which is a promise if it is async.
func (e *engine) settled(value goja.Value) (goja.Value, *policy.FunctionFault) {
	object, ok := value.(*goja.Object)
	if !ok || object.ExportType() != promiseType {
		return value, nil
	}
	promise, ok := object.Export().(*goja.Promise)
	if !ok {
		return value, nil
	}
	switch promise.State() {
	case goja.PromiseStateFulfilled:
		return promise.Result(), nil
	case goja.PromiseStateRejected:
		return nil, e.thrownFault(promise.Result(), nil)
	}
	return nil, &policy.FunctionFault{Rule: "CF-FN-80", Kind: policy.FaultExecution, Message: "the promise of the handler is never resolved", Inferred: true}
}

var promiseType = reflect.TypeFor[*goja.Promise]()

// errorFault is the fault of code that failed.
func (e *engine) errorFault(err error) *policy.FunctionFault {
	switch err := err.(type) {
	case *goja.InterruptedError:
		return panicFault(err)
	case *goja.StackOverflowError:
		f := &policy.FunctionFault{Rule: "CF-FN-80", Kind: policy.FaultExecution, Message: "RangeError: Maximum call stack size exceeded"}
		place(f, err.Exception.Stack())
		return f
	case *goja.Exception:
		return e.thrownFault(err.Value(), err.Stack())
	}
	return &policy.FunctionFault{Rule: "CF-FN-80", Kind: policy.FaultExecution, Message: err.Error()}
}

// thrownFault is the fault of an uncaught exception.
func (e *engine) thrownFault(value goja.Value, stack []goja.StackFrame) *policy.FunctionFault {
	f := &policy.FunctionFault{Rule: "CF-FN-80", Kind: policy.FaultExecution}
	if ex := e.vm.Try(func() { f.Message = inNjs(limit(value.String(), mostMessage)) }); ex != nil {
		f.Message = "Error: what was thrown cannot be shown"
	}
	if stack != nil {
		place(f, stack)
	} else if object, ok := value.(*goja.Object); ok {
		e.vm.Try(func() { placeText(f, object.Get("stack")) })
	}
	return f
}

// mostMessage limits the text of an error.
const mostMessage = 1024

// limit truncates a text.
func limit(s string, most int) string {
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// place sets a fault's position to the innermost one in the function's own code.
func place(f *policy.FunctionFault, stack []goja.StackFrame) {
	for _, frame := range stack {
		if frame.SrcName() == "" || frame.SrcName() == "<native>" {
			if p := frame.Position(); p.Line > 0 && frame.SrcName() == "" {
				f.Line, f.Column = p.Line, p.Column
				return
			}
		}
	}
}
