package js

import (
	"fmt"
	"regexp"
	"runtime"
	"runtime/metrics"
	"strconv"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/dop251/goja"

	"github.com/edgesim/edgesim/policy"
)

// The limits of a run. CloudFront's are 2 MB (CF-FN-72) and less than a millisecond
// (CF-FN-73), in its own engine and on its own machines; these allow for a slow machine,
// and no run exceeds them by much.
const (
	// TimeLimit is how long a function may run.
	TimeLimit = time.Second
	// mostMemory is how much a run may grow the heap.
	mostMemory = 48 << 20
	// mostCalls is the maximum depth of nested calls.
	mostCalls = 4000
	// mostString and mostElements limit what one call of a built-in may create or process,
	// as the engine does not stop inside one. CloudFront's 2 MB of memory have no room for
	// more.
	mostString   = 2 << 20
	mostElements = 1 << 18
)

// A regular expression with backtracking is stopped by its own timer. The setting applies
// to the library in the whole process; nothing else here uses it.
func init() { regexp2.DefaultMatchTimeout = TimeLimit }

// watcher interrupts a run that takes too much time or memory.
type watcher struct {
	engine *engine
	began  time.Time
	heap   uint64
	mu     sync.Mutex
	timer  *time.Timer
	ended  bool
}

// patrol is how often a run is checked; most end before the first time.
const patrol = time.Millisecond

func (e *engine) watch() *watcher {
	w := &watcher{engine: e, began: time.Now()}
	w.mu.Lock() // the first check may come before the timer is known
	defer w.mu.Unlock()
	w.timer = time.AfterFunc(patrol, w.look)
	return w
}

func (w *watcher) stop() {
	w.mu.Lock()
	w.ended = true
	w.timer.Stop()
	w.mu.Unlock()
}

// look checks a run, and schedules the next check.
func (w *watcher) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.ended {
		return
	}
	if time.Since(w.began) > TimeLimit {
		w.engine.vm.Interrupt(timeFault())
		return
	}
	switch heap := liveHeap(); {
	case w.heap == 0:
		w.heap = heap
	case heap > w.heap+mostMemory:
		runtime.GC() // others use the heap, too: what counts is what remains
		if liveHeap() > w.heap+mostMemory {
			w.engine.vm.Interrupt(memoryFault())
			return
		}
	}
	w.timer.Reset(patrol)
}

// liveHeap is the size of the objects on the heap.
func liveHeap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

func timeFault() *policy.FunctionFault {
	return &policy.FunctionFault{
		Rule: "CF-FN-73", Kind: policy.FaultExecution,
		Message: "the function did not finish in time: it ran for " + TimeLimit.String() + ", and CloudFront stops it within about a millisecond",
	}
}

func memoryFault() *policy.FunctionFault {
	return &policy.FunctionFault{Rule: "CF-FN-72", Kind: policy.FaultExecution, Message: "MemoryError: the function used more memory than its 2 MB"}
}

// exhaust stops a run that asked too much of a built-in. The caller returns.
func (e *engine) exhaust() { e.vm.Interrupt(memoryFault()) }

// panicFault is the fault of a run that was interrupted, or of an engine that panicked on
// the code.
func panicFault(r any) *policy.FunctionFault {
	switch r := r.(type) {
	case *goja.InterruptedError:
		if f, ok := r.Value().(*policy.FunctionFault); ok {
			place(f, r.Exception.Stack())
			return f
		}
	case *goja.StackOverflowError:
		return &policy.FunctionFault{Rule: "CF-FN-80", Kind: policy.FaultExecution, Message: "RangeError: Maximum call stack size exceeded"}
	}
	return &policy.FunctionFault{Rule: "CF-FN-80", Kind: policy.FaultExecution, Message: "InternalError: " + limit(fmt.Sprint(r), mostMessage)}
}

var stackPlace = regexp.MustCompile(`\bat (?:[^\n(]*\()?(?:<anonymous>)?:?(\d+):(\d+)`)

// placeText takes the position from the text of a stack.
func placeText(f *policy.FunctionFault, stack goja.Value) {
	if stack == nil {
		return
	}
	if m := stackPlace.FindStringSubmatch(stack.String()); m != nil {
		f.Line, _ = strconv.Atoi(m[1])
		f.Column, _ = strconv.Atoi(m[2])
	}
}
