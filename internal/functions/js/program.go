package js

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/dop251/goja"
	"github.com/dop251/goja/ast"

	"github.com/edgesim/edgesim/policy"
)

// Runtime is a JavaScript runtime of CloudFront Functions (CF-FN-99).
type Runtime string

// The runtimes.
const (
	Runtime1 Runtime = "cloudfront-js-1.0"
	Runtime2 Runtime = "cloudfront-js-2.0"
)

// Program is the compiled code of a function. It may run many times concurrently.
type Program struct {
	runtime Runtime
	code    *goja.Program
	// words are all names that appear anywhere in the code; dynamic means that it may reach
	// names that do not appear.
	words   map[string]bool
	dynamic bool
	// prepare is what an engine needs before the code runs.
	prepare []func(*engine)
}

// Compile parses code and refuses what the runtime refuses. A fault has a line and a
// column. Code of a function that CloudFront would refuse to create is refused, too
// (CF-FN-71).
func Compile(code string, runtime Runtime) (*Program, *policy.FunctionFault) {
	if runtime != Runtime1 && runtime != Runtime2 {
		return nil, &policy.FunctionFault{Rule: "CF-FN-99", Kind: policy.FaultExecution, Message: fmt.Sprintf("no runtime %q: there are %s and %s", runtime, Runtime1, Runtime2)}
	}
	if len(code) > policy.MaxFunctionCode {
		return nil, &policy.FunctionFault{
			Rule: "CF-FN-71", Kind: policy.FaultExecution,
			Message: fmt.Sprintf("the code has %d bytes, and CloudFront takes %d at most", len(code), policy.MaxFunctionCode),
		}
	}
	if !utf8.ValidString(code) {
		return nil, &policy.FunctionFault{Kind: policy.FaultExecution, Message: "the code is not UTF-8", Inferred: true}
	}
	p := &Program{runtime: runtime, words: words(code)}
	tree, fault := parse(code, runtime)
	if fault != nil {
		return nil, fault
	}
	w := &walker{runtime: runtime, file: tree.File, source: code}
	w.program(tree)
	if w.fault != nil {
		return nil, w.fault
	}
	p.dynamic = w.dynamic || strings.Contains(code, `\u`) || strings.Contains(code, `\x`) ||
		p.mentions("globalThis", "global", "getOwnPropertyNames", "getOwnPropertyDescriptor", "getOwnPropertyDescriptors")
	compiled, err := compile(tree)
	if err != nil {
		return nil, compileFault(err)
	}
	p.code = compiled
	p.prepare = preparations(p)
	return p, nil
}

// compile compiles a tree. A bug in the engine's compiler on unusual code is a fault of the
// code, not of the edge.
func compile(tree *ast.Program) (p *goja.Program, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("SyntaxError: %v", r)
		}
	}()
	return goja.CompileAST(tree, true) // both runtimes are strict (CF-FN-100, CF-FN-101)
}

var compilerPlace = regexp.MustCompile(`^SyntaxError: (.*?) at (\d+):(\d+)$`)

// compileFault is the fault of code that parses but is still wrong.
func compileFault(err error) *policy.FunctionFault {
	f := &policy.FunctionFault{Rule: "CF-FN-84", Kind: policy.FaultExecution, Message: err.Error()}
	if m := compilerPlace.FindStringSubmatch(err.Error()); m != nil {
		f.Message = "SyntaxError: " + inNjs(m[1])
		fmt.Sscan(m[2], &f.Line)
		fmt.Sscan(m[3], &f.Column)
	}
	return f
}

// mentions reports whether the code mentions one of the names, in any way.
func (p *Program) mentions(names ...string) bool {
	for _, name := range names {
		if p.words[name] {
			return true
		}
	}
	return p.dynamic
}

var wordForm = regexp.MustCompile(`[A-Za-z_$][A-Za-z0-9_$]*`)

// words returns all names in the code, including those in strings and comments.
func words(code string) map[string]bool {
	set := map[string]bool{}
	for _, word := range wordForm.FindAllString(code, -1) {
		set[word] = true
	}
	return set
}
