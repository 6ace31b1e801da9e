package cloudformation

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// serverlessFile is a serverless.yml, which has variables in its texts.
type serverlessFile struct {
	root *tree.Node
	busy map[string]bool
}

// serverlessVariable matches ${source:address, fallback}. A plain name is CloudFormation's.
var serverlessVariable = regexp.MustCompile(`\$\{(?:self|opt|env|file|sls|ssm|cf|cf\([^)]*\)|cf\.[a-z0-9-]+|param|s3|aws|git|strToBool|custom|terraform|output|state|vault)[:(][^{}]*\}`)

// IsServerless reports whether a tree is a serverless.yml.
func IsServerless(n *tree.Node) bool {
	return n.Has("provider") && n.HasAny("service", "functions", "resources") && !n.Has("terraform") && !n.Has("resource") && !n.Has("AWSTemplateFormatVersion")
}

// ReadServerless reads the CloudFormation of a serverless.yml: what is under resources,
// including files named by ${file(…)}.
func ReadServerless(n *tree.Node, o Options) (*tree.Set, error) {
	set := &tree.Set{Dialect: tree.DialectCloudFormation}
	file := &serverlessFile{root: n, busy: map[string]bool{}}
	template := tree.NewObject(n.Pos)
	pieces := []*tree.Node{n.Get("resources")}
	if list := n.Get("resources"); list != nil && list.Kind == tree.List {
		pieces = list.Items
	}
	for _, piece := range pieces {
		piece = file.included(piece, o, set)
		if extensions := piece.Get("extensions"); extensions != nil {
			set.Remarks = append(set.Remarks, tree.Remark{Pos: extensions.Pos, Path: "resources.extensions", Message: "is not applied: the resources it changes are made by serverless"})
		}
		for _, name := range []string{"Parameters", "Mappings", "Conditions", "Resources", "Outputs"} {
			merge(template, name, file.included(piece.Get(name), o, set))
		}
	}
	e := newEvaluator(template, o, set, "")
	e.serverless = file
	e.addResources()
	return set, nil
}

// merge adds the members of a section.
func merge(template *tree.Node, name string, section *tree.Node) {
	if section == nil || section.Kind != tree.Object {
		return
	}
	if old := template.Get(name); old != nil {
		old.Fields = append(old.Fields, section.Fields...)
		return
	}
	template.Set(name, section.Clone())
}

// includedFile matches ${file(path)} or ${file(path):key}.
var includedFile = regexp.MustCompile(`^\$\{file\(([^)]*)\)(?::([^,}]*))?[^}]*\}$`)

// included returns the content of ${file(…)}, or the node itself.
func (s *serverlessFile) included(n *tree.Node, o Options, set *tree.Set) *tree.Node {
	m := includedFile.FindStringSubmatch(n.StringText())
	if m == nil {
		return n
	}
	name := strings.TrimPrefix(strings.TrimSpace(m[1]), "./")
	if o.Open != nil && !strings.Contains(name, "${") {
		if text, err := o.Open(name); err == nil {
			if inner, err := parse(name, text); err == nil {
				set.Files = append(set.Files, name)
				for _, step := range strings.FieldsFunc(m[2], func(c rune) bool { return c == '.' }) {
					inner = inner.Get(step)
				}
				if inner != nil {
					return inner
				}
			}
		}
	}
	set.Remarks = append(set.Remarks, tree.Remark{Pos: n.Pos, Path: "resources", Message: fmt.Sprintf("%s is not read", n.Text), Blocking: true,
		Missing: []tree.Missing{{What: "the file " + name + " cannot be read", Supply: "name it relative to the serverless.yml, below its folder"}}})
	return tree.NewObject(n.Pos)
}

// variable returns the value of one ${…}.
func (s *serverlessFile) variable(e *evaluator, text string, pos tree.Position) *tree.Node {
	inner := strings.TrimSuffix(strings.TrimPrefix(text, "${"), "}")
	name, fallback, hasFallback := strings.Cut(inner, ",")
	name = strings.TrimSpace(name)
	if value, ok := e.opts.Parameters[name]; ok {
		return tree.NewString(value, pos)
	}
	if path, ok := strings.CutPrefix(name, "self:"); ok && !s.busy[name] {
		n := s.root
		for _, step := range strings.FieldsFunc(path, func(c rune) bool { return c == '.' }) {
			n = n.Get(step)
		}
		if n != nil {
			s.busy[name] = true
			defer delete(s.busy, name)
			return e.value(n)
		}
	}
	if name == "sls:stage" || name == "opt:stage" || name == "self:provider.stage" {
		if hasFallback {
			return tree.NewString(unquoted(fallback), pos)
		}
		if n := s.root.At("provider", "stage"); n != nil && name == "sls:stage" && !s.busy[name] {
			s.busy[name] = true
			defer delete(s.busy, name)
			return e.value(n)
		}
		if name == "sls:stage" {
			return tree.NewString("dev", pos) // the framework's default
		}
	}
	if hasFallback && !strings.Contains(fallback, ":") {
		return tree.NewString(unquoted(fallback), pos)
	}
	return e.supplied(name, pos, fmt.Sprintf("the variable %s of serverless", name), false, "")
}

func unquoted(s string) string { return strings.Trim(strings.TrimSpace(s), `"'`) }
