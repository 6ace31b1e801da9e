package terraform

import (
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// configOf returns a module's configuration in the plan.
func (s *shown) configOf(path []string) *tree.Node {
	cfg := s.config
	for _, name := range path {
		cfg = cfg.At("module_calls", name, "module")
	}
	return cfg
}

// references returns what an expression ultimately depends on, following module inputs and
// outputs to their sources.
func (s *shown) references(expression *tree.Node, path []string) []string {
	var refs []string
	s.follow(expression, path, 0, &refs)
	slices.Sort(refs)
	return slices.Compact(refs)
}

func (s *shown) follow(expression *tree.Node, path []string, depth int, refs *[]string) {
	list := expression.Get("references")
	if list == nil || depth > 2*maxModules || len(*refs) > 50 {
		return
	}
	names := make([]string, 0, len(list.Items))
	for _, item := range list.Items {
		names = append(names, item.Text)
	}
	for _, name := range names {
		// "a.b" is in the list along with "a.b.c".
		if slices.ContainsFunc(names, func(other string) bool {
			return strings.HasPrefix(other, name+".") || strings.HasPrefix(other, name+"[")
		}) {
			continue
		}
		s.reference(name, path, depth, refs)
	}
}

func (s *shown) reference(name string, path []string, depth int, refs *[]string) {
	parts := strings.Split(name, ".")
	before := len(*refs)
	switch {
	case parts[0] == "var" && len(path) > 0 && len(parts) > 1:
		call := s.configOf(path[:len(path)-1]).At("module_calls", path[len(path)-1], "expressions", bareAddress(parts[1]))
		s.follow(call, path[:len(path)-1], depth+1, refs)
	case parts[0] == "module" && len(parts) > 2:
		inner := append(path[:len(path):len(path)], bareAddress(parts[1]))
		s.follow(s.configOf(inner).At("outputs", bareAddress(parts[2]), "expression"), inner, depth+1, refs)
	case parts[0] == "each" || parts[0] == "count" || parts[0] == "path" || parts[0] == "terraform":
		return
	}
	if len(*refs) > before {
		return
	}
	prefix := ""
	for _, p := range path {
		prefix += "module." + p + "."
	}
	*refs = append(*refs, prefix+name)
}

// readState reads a state file, terraform.tfstate.
func readState(root *tree.Node) (*tree.Set, error) {
	if v, _ := root.Get("version").Integer(); v != 4 {
		return nil, &tree.Error{
			Message: "is a state file of version " + root.Get("version").Show() + "; version 4 is read", Hint: "terraform show -json > state.json, and give state.json",
		}
	}
	set := &tree.Set{Dialect: tree.DialectTerraform}
	resources := root.Get("resources")
	if resources == nil {
		return set, nil
	}
	for _, r := range resources.Items {
		kind := r.Get("type").StringText()
		if shapes[kind] == nil || r.Get("mode").StringText() == "data" || r.Get("instances") == nil {
			continue
		}
		address := kind + "." + r.Get("name").StringText()
		if module := r.Get("module").StringText(); module != "" {
			address = module + "." + address
		}
		for _, instance := range r.Get("instances").Items {
			attributes := instance.Get("attributes")
			if attributes == nil || attributes.Kind != tree.Object || instance.Has("deposed") {
				continue
			}
			at := address + indexText(instance.Get("index_key"))
			n := placed(attributes, at)
			set.Add(resourceOf(set, kind, at, n))
		}
	}
	return set, nil
}

func indexText(key *tree.Node) string {
	switch {
	case key == nil || key.Kind == tree.Null:
		return ""
	case key.Kind == tree.String:
		return `["` + key.Text + `"]`
	}
	return "[" + key.Text + "]"
}
