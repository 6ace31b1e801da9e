package cloudformation

import (
	"encoding/json"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// manifest is the part of a CDK's manifest.json that lists the stacks.
type manifest struct {
	Version   string `json:"version"`
	Artifacts map[string]struct {
		Type        string `json:"type"`
		Environment string `json:"environment"`
		Properties  struct {
			TemplateFile  string            `json:"templateFile"`
			StackName     string            `json:"stackName"`
			DirectoryName string            `json:"directoryName"`
			Parameters    map[string]string `json:"parameters"`
		} `json:"properties"`
	} `json:"artifacts"`
}

// IsAssembly reports whether a folder is what `cdk synth` writes.
func IsAssembly(dir fs.FS) bool {
	_, err := readManifest(dir, ".")
	return err == nil
}

func readManifest(dir fs.FS, at string) (*manifest, error) {
	text, err := fs.ReadFile(dir, path.Join(at, "manifest.json"))
	if err != nil {
		return nil, err
	}
	m := &manifest{}
	if err := json.Unmarshal(text, m); err != nil {
		return nil, &tree.Error{File: "manifest.json", Message: "invalid JSON: " + err.Error()}
	}
	if m.Artifacts == nil {
		return nil, &tree.Error{File: "manifest.json", Message: "is not a manifest of the CDK"}
	}
	return m, nil
}

// ReadAssembly reads all stacks of a folder synthesized by the CDK. shown is the folder's
// path for messages.
func ReadAssembly(dir fs.FS, shown string, o Options) (*tree.Set, error) {
	set := &tree.Set{Dialect: tree.DialectCloudFormation, Files: []string{path.Join(shown, "manifest.json")}}
	a := &assembly{dir: dir, shown: shown, opts: o, set: set, exports: &exports{}}
	if err := a.add(".", 0); err != nil {
		return nil, err
	}
	several := 0
	for _, e := range a.exports.stacks {
		if e.hasDistribution() {
			several++
		}
	}
	for i, e := range a.exports.stacks {
		if several > 1 || e.clashes(a.exports.stacks[:i]) {
			e.name = a.names[i] + "/"
		}
	}
	for _, e := range a.exports.stacks {
		e.addResources()
	}
	return set, nil
}

// assembly collects the stacks of a folder and of the assemblies inside it.
type assembly struct {
	dir     fs.FS
	shown   string
	opts    Options
	set     *tree.Set
	exports *exports
	names   []string
}

// maxAssemblies limits the nesting of assemblies.
const maxAssemblies = 8

func (a *assembly) add(at string, depth int) error {
	m, err := readManifest(a.dir, at)
	if err != nil || depth > maxAssemblies {
		return err
	}
	ids := make([]string, 0, len(m.Artifacts))
	for id := range m.Artifacts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		artifact := m.Artifacts[id]
		switch artifact.Type {
		case "cdk:cloud-assembly":
			if err := a.add(path.Join(at, artifact.Properties.DirectoryName), depth+1); err != nil {
				return err
			}
		case "aws:cloudformation:stack":
			if err := a.stack(id, at, artifact.Properties.TemplateFile, artifact.Environment, artifact.Properties.StackName); err != nil {
				return err
			}
			e := a.exports.stacks[len(a.exports.stacks)-1]
			for name, value := range artifact.Properties.Parameters {
				if !strings.Contains(value, "${") {
					e.given[name] = tree.NewString(value, tree.Position{})
				}
			}
		}
	}
	return nil
}

func (a *assembly) stack(id, at, file, environment, stackName string) error {
	open := func(name string) ([]byte, error) {
		return fs.ReadFile(a.dir, path.Join(at, path.Clean("/" + name)[1:]))
	}
	text, err := open(file)
	if err != nil {
		return &tree.Error{File: path.Join(a.shown, at, file), Message: "cannot be read: the manifest names it"}
	}
	shown := path.Join(a.shown, at, file)
	n, err := parse(shown, text)
	if err != nil {
		return err
	}
	a.set.Files = append(a.set.Files, shown)
	opts := a.opts
	opts.Open = open
	e := newEvaluator(n, opts, a.set, "")
	e.given, e.exports = map[string]*tree.Node{}, a.exports
	e.environment = map[string]string{}
	if stackName == "" {
		stackName = id
	}
	e.environment["AWS::StackName"] = stackName
	if account, region, ok := strings.Cut(strings.TrimPrefix(environment, "aws://"), "/"); ok {
		if account != "unknown-account" {
			e.environment["AWS::AccountId"] = account
		}
		if region != "unknown-region" {
			e.environment["AWS::Region"] = region
		}
	}
	a.exports.stacks = append(a.exports.stacks, e)
	a.names = append(a.names, stackName)
	return nil
}

func (e *evaluator) hasDistribution() bool {
	return slices.ContainsFunc(e.res.Members(), func(f tree.Field) bool {
		return f.Value.Get("Type").AnyText() == "AWS::CloudFront::Distribution"
	})
}

// clashes reports whether a CloudFront resource of the stack has the same name as one in
// other stacks.
func (e *evaluator) clashes(others []*evaluator) bool {
	for _, f := range e.res.Members() {
		if !strings.HasPrefix(f.Value.Get("Type").AnyText(), "AWS::CloudFront::") {
			continue
		}
		for _, other := range others {
			if other.name == "" && other.resource(f.Name) != nil {
				return true
			}
		}
	}
	return false
}
