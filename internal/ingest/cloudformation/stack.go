package cloudformation

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// maxStacks limits the nesting of stacks.
const maxStacks = 8

// stack returns the evaluator of a nested stack whose template is available, or nil. An
// unavailable one gets a remark once: a distribution may be in it.
func (e *evaluator) stack(logical string) *evaluator {
	if nested, ok := e.stacks[logical]; ok {
		return nested
	}
	e.stacks[logical] = nil
	n := e.resource(logical)
	file := templateFile(n, e.value(n.At("Properties", "TemplateURL")))
	if file == "" || e.opts.Open == nil || strings.Count(e.name, "/") >= maxStacks {
		e.remark(tree.Remark{Pos: n.Pos, Path: "Resources." + logical, Message: "is a nested stack whose template is not at hand: distributions in it are not seen"})
		return nil
	}
	text, err := e.opts.Open(file)
	if err != nil {
		e.remark(tree.Remark{Pos: n.Pos, Path: "Resources." + logical, Message: fmt.Sprintf("is a nested stack whose template %s cannot be read: distributions in it are not seen", file)})
		return nil
	}
	template, err := parse(file, text)
	if err != nil || !LooksLike(template) {
		e.remark(tree.Remark{Pos: n.Pos, Path: "Resources." + logical, Message: fmt.Sprintf("is a nested stack whose template %s is not one", file)})
		return nil
	}
	e.set.Files = append(e.set.Files, file)
	nested := newEvaluator(template, e.opts, e.set, e.name+logical+"/")
	nested.environment, nested.exports = e.environment, e.exports
	nested.given = map[string]*tree.Node{}
	if parameters := e.value(n.At("Properties", "Parameters")); parameters != nil {
		for _, f := range parameters.Fields {
			nested.given[f.Name] = e.parameterText(f.Value)
			if p, ok := e.parts[f.Value]; ok {
				nested.parts[nested.given[f.Name]] = p
			}
		}
	}
	e.stacks[logical] = nested
	return nested
}

// parameterText is the value of a nested stack's parameter: lists are joined by commas, as
// they are passed.
func (e *evaluator) parameterText(n *tree.Node) *tree.Node {
	if n.Kind != tree.List {
		return n
	}
	var parts []part
	for i, it := range n.Items {
		if i > 0 {
			parts = append(parts, part{literal: ","})
		}
		parts = append(parts, e.partsOf(it)...)
	}
	return e.text(n.Pos, parts)
}

// templateFile returns the file of a nested stack: the CDK puts it in the metadata; before
// packaging, TemplateURL is a path.
func templateFile(n, url *tree.Node) string {
	if file := n.At("Metadata", "aws:asset:path").AnyText(); file != "" {
		return file
	}
	if url == nil || url.Kind != tree.String || strings.Contains(url.Text, "://") {
		return ""
	}
	return url.Text
}

// parse reads JSON or YAML.
func parse(file string, text []byte) (*tree.Node, error) {
	if trimmed := bytes.TrimLeft(text, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		return tree.ParseJSON(file, text)
	}
	return tree.ParseYAML(file, text)
}

// stackOutput is GetAtt Stack.Outputs.Name.
func (e *evaluator) stackOutput(logical, name string, pos tree.Position) *tree.Node {
	key := logical + ".Outputs." + name
	if nested := e.stack(logical); nested != nil {
		if v := nested.outputValue(name); v != nil {
			if p, ok := nested.parts[v]; ok {
				e.parts[v] = p
			}
			return v
		}
	}
	return e.supplied(key, pos, fmt.Sprintf("the output %s of the nested stack %s", name, logical), false, "")
}

// outputValue evaluates an output of the template; nil if there is none.
func (e *evaluator) outputValue(name string) *tree.Node {
	n := e.output.Get(name).Get("Value")
	if n == nil || e.busy["output "+name] {
		return nil
	}
	e.busy["output "+name] = true
	defer delete(e.busy, "output "+name)
	return e.value(n)
}

// exports are the outputs that the stacks of one assembly share.
type exports struct {
	stacks []*evaluator
	found  map[string]*tree.Node
	ready  bool
}

// find returns the value of an export, or nil.
func (x *exports) find(name string) *tree.Node {
	if x == nil {
		return nil
	}
	if !x.ready {
		x.ready = true
		x.found = map[string]*tree.Node{}
		for _, e := range x.stacks {
			for _, f := range e.output.Members() {
				if key := e.value(f.Value.At("Export", "Name")); key != nil && key.Kind == tree.String {
					if v := e.outputValue(f.Name); v != nil {
						x.found[key.Text] = v
					}
				}
			}
		}
	}
	return x.found[name]
}
