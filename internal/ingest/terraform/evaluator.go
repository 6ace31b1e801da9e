package terraform

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/function"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// Options say how a configuration is evaluated.
type Options struct {
	// Parameters supply variables ("domain" or "var.domain") and any other unresolved
	// value, by the name it is reported under ("aws_lb.web.dns_name").
	Parameters map[string]string
}

// supplyPlan resolves everything that needs a provider.
const supplyPlan = "terraform show -json PLAN > plan.json, and give plan.json"

// evaluator evaluates one configuration.
type evaluator struct {
	folder  *folder
	options Options
	symbols map[string]*symbol
	// values are the variable values from *.tfvars files.
	values map[string]*given
	count  int
	depth  int
	// missingModules are the calls of modules that could not be read, in order.
	missingModules []unreadable
	functions      map[string]function.Function
}

// unreadable is a module that is called but missing.
type unreadable struct {
	address, source, why string
	pos                  tree.Position
}

func newEvaluator(f *folder, o Options) *evaluator {
	return &evaluator{folder: f, options: o, symbols: map[string]*symbol{}, values: map[string]*given{}}
}

// parameter returns what the user supplied for a name.
func (e *evaluator) parameter(key string) (string, bool) {
	v, ok := e.options.Parameters[key]
	return v, ok
}

// steps follows a traversal from a value.
func (e *evaluator) steps(v cty.Value, rest hcl.Traversal) (cty.Value, hcl.Diagnostics) {
	for i, t := range rest {
		var diags hcl.Diagnostics
		if v, diags = e.follow(v, t); diags.HasErrors() {
			return cty.DynamicVal, diags
		}
		if _, splat := t.(hcl.TraverseSplat); splat {
			return e.steps(v, rest[i+1:])
		}
	}
	return v, nil
}

// follow takes one step from a value: into a resource, whose attributes are computed now;
// into an unknown value, which gets a longer name; or into any other value.
func (e *evaluator) follow(v cty.Value, t hcl.Traverser) (cty.Value, hcl.Diagnostics) {
	symbols := symbolsOf(v)
	if v.IsKnown() || len(symbols) != 1 {
		return t.TraversalStep(v)
	}
	s := symbols[0]
	name, suffix := stepText(t)
	if s.object != nil && name != "" {
		return s.object.attribute(name), nil
	}
	bare, _ := v.Unmark()
	next, diags := t.TraversalStep(bare)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if next.IsKnown() { // a refinement cannot make it known, but a null may
		return next, nil
	}
	expression := s.expression() + suffix
	if s.open && len(s.missing) == 1 {
		m := s.missing[0]
		if !strings.HasPrefix(m.Key, "var.") {
			m.Key += suffix
			if _, or, more := strings.Cut(m.Supply, ", or "); more {
				m.Supply = supplyOf(m.Key) + ", or " + or
			} else {
				m.Supply = supplyOf(m.Key)
			}
			return e.leaf(expression, next.Type(), m), nil
		}
	}
	longer := e.symbol("${"+expression+"}", s.missing)
	longer.open = s.open
	return unknown(next.Type(), longer), nil
}

// stepText returns the attribute that a step names, if any, and the step as text.
func stepText(t hcl.Traverser) (name, suffix string) {
	switch x := t.(type) {
	case hcl.TraverseAttr:
		return x.Name, "." + x.Name
	case hcl.TraverseIndex:
		if x.Key.Type() == cty.String && x.Key.IsKnown() && !x.Key.IsNull() {
			return x.Key.AsString(), fmt.Sprintf("[%q]", x.Key.AsString())
		}
		return "", "[" + expressionText(x.Key) + "]"
	}
	return "", "[*]"
}

// supplyOf returns the flag that supplies the value with this name.
func supplyOf(key string) string {
	if strings.ContainsAny(key, " \"*[](){}$") {
		return "--parameter '" + key + "=VALUE'"
	}
	return "--parameter " + key + "=VALUE"
}

// absolute returns the folder's path for path.cwd.
func (e *evaluator) absolute() (string, bool) {
	if e.folder == nil {
		return "", false
	}
	dir, err := filepath.Abs(filepath.Join(e.folder.shown, e.folder.at))
	return filepath.ToSlash(dir), err == nil
}
