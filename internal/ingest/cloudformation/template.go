package cloudformation

import (
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// Options say how to read a template.
type Options struct {
	// Parameters are values by parameter ("Domain"), pseudo parameter
	// ("AWS::Region"), attribute ("Alb.DNSName"), export ("ImportValue.Name"), or
	// any other expression that an unresolved value names.
	Parameters map[string]string
	// Assume treats an unknown value as different from every literal, so that conditions
	// are decided.
	Assume bool
	// Open reads a file next to the template, for nested stacks and serverless.yml; nil
	// reads none.
	Open func(name string) ([]byte, error)
}

// LooksLike reports whether a tree is a CloudFormation, SAM or CDK template.
func LooksLike(n *tree.Node) bool {
	if n.HasAny("AWSTemplateFormatVersion") {
		return true
	}
	resources := n.Get("Resources")
	if resources == nil || resources.Kind != tree.Object {
		return false
	}
	for _, f := range resources.Fields {
		if f.Value.Has("Type") {
			return true
		}
	}
	return n.Has("Transform")
}

// Read reads one template.
func Read(n *tree.Node, o Options) (*tree.Set, error) {
	set := &tree.Set{Dialect: tree.DialectCloudFormation}
	e := newEvaluator(n, o, set, "")
	e.addResources()
	return set, nil
}

// evaluator evaluates one template.
type evaluator struct {
	opts Options
	set  *tree.Set
	// name is the nested stack prefix of logical ids, "Stack/" or "".
	name                                          string
	parameters, mappings, conditions, res, output *tree.Node
	// macros are the transforms, which may add resources.
	macros []string
	// given are the parameter values from the parent stack; environment are the pseudo
	// parameters from a CDK manifest.
	given       map[string]*tree.Node
	environment map[string]string
	// parts are the pieces of unresolved texts.
	parts map[*tree.Node][]part
	// decided are the conditions evaluated so far; busy guards against cycles.
	decided map[string]truth
	busy    map[string]bool
	depth   int
	// stacks are the nested stacks evaluated so far; exports are those of all stacks of an
	// assembly.
	stacks  map[string]*evaluator
	exports *exports
	// serverless is set for the CloudFormation inside a serverless.yml.
	serverless *serverlessFile
	// spent counts the bytes of generated text, against bombs.
	spent int
}

func newEvaluator(n *tree.Node, o Options, set *tree.Set, name string) *evaluator {
	e := &evaluator{
		opts: o, set: set, name: name, parameters: n.Get("Parameters"), mappings: n.Get("Mappings"), conditions: n.Get("Conditions"),
		res: n.Get("Resources"), output: n.Get("Outputs"), parts: map[*tree.Node][]part{}, decided: map[string]truth{},
		busy: map[string]bool{}, stacks: map[string]*evaluator{},
	}
	switch t := n.Get("Transform"); {
	case t == nil:
	case t.Kind == tree.List:
		for _, it := range t.Items {
			e.macros = append(e.macros, it.AnyText())
		}
	case t.Kind == tree.Object:
		e.macros = append(e.macros, t.Get("Name").AnyText())
	default:
		e.macros = append(e.macros, t.Text)
	}
	e.duplicates(n, "", 0)
	e.loops()
	return e
}

// duplicates warns of duplicate keys: CloudFormation uses the last.
func (e *evaluator) duplicates(n *tree.Node, path string, depth int) {
	if depth > tree.MaxDepth {
		return
	}
	first := map[string]tree.Position{}
	for _, f := range n.Fields {
		at := strings.TrimPrefix(path+"."+f.Name, ".")
		if before, twice := first[f.Name]; twice {
			e.remark(tree.Remark{Pos: f.Pos, Path: at, Message: fmt.Sprintf("the key stands twice, on lines %d and %d: the last one counts", before.Line, f.Pos.Line)})
		}
		first[f.Name] = f.Pos
		e.duplicates(f.Value, at, depth+1)
	}
	for i, it := range n.Items {
		e.duplicates(it, fmt.Sprintf("%s[%d]", path, i), depth+1)
	}
}

func (e *evaluator) remark(r tree.Remark) {
	for _, said := range e.set.Remarks {
		if said.Path == r.Path && said.Message == r.Message {
			return
		}
	}
	e.set.Remarks = append(e.set.Remarks, r)
}

// parameter returns the declaration of a parameter, or nil.
func (e *evaluator) parameter(name string) *tree.Node { return e.parameters.Get(name) }

// resource returns the declaration of a resource, or nil.
func (e *evaluator) resource(name string) *tree.Node {
	n := e.res.Get(name)
	if n == nil || n.Kind != tree.Object {
		return nil
	}
	return n
}

// typeOf returns the type of a resource, "" if there is none.
func (e *evaluator) typeOf(name string) string { return e.resource(name).Get("Type").AnyText() }

// property evaluates a property of a resource; nil if it is absent.
func (e *evaluator) property(name string, path ...string) *tree.Node {
	n := e.resource(name).Get("Properties")
	for _, step := range path {
		n = e.value(n).Get(step)
	}
	return e.value(n)
}
