package terraform

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// LooksLike reports whether a tree is a plan or state printed by `terraform show -json`, a
// state file, or the JSON form of the language.
func LooksLike(n *tree.Node) bool {
	return looksLikeShown(n) || looksLikeState(n) || looksLikeSyntax(n)
}

func looksLikeShown(n *tree.Node) bool {
	return n.Has("format_version") && n.HasAny("planned_values", "values", "resource_changes", "configuration", "terraform_version") || n.Has("planned_values")
}

func looksLikeState(n *tree.Node) bool {
	return n.Has("version") && n.HasAny("terraform_version", "lineage", "serial") && n.HasAny("resources", "modules")
}

func looksLikeSyntax(n *tree.Node) bool {
	for _, kind := range []string{"resource", "module", "data", "locals", "variable", "provider"} {
		if v := n.Get(kind); v != nil && (v.Kind == tree.Object || v.Kind == tree.List) {
			return !n.Has("AWSTemplateFormatVersion")
		}
	}
	return false
}

// ReadJSON reads a document accepted by [LooksLike]. dir is the folder of the file, for the
// JSON form of the language.
func ReadJSON(shown string, root *tree.Node, dir string, o Options) (set *tree.Set, err error) {
	defer rescue(shown, &err)
	switch {
	case looksLikeShown(root):
		set, err = readShown(root, o)
	case looksLikeState(root):
		set, err = readState(root)
	default:
		return readSyntax(shown, root, dir, o)
	}
	if err != nil {
		return nil, err
	}
	set.Files = []string{shown}
	if len(set.Of(tree.Distribution)) == 0 {
		return nil, &tree.Error{File: shown, Message: "holds no aws_cloudfront_distribution"}
	}
	return set, nil
}

func readSyntax(shown string, root *tree.Node, dir string, o Options) (*tree.Set, error) {
	body, err := jsonBody(shown, root)
	if err != nil {
		return nil, err
	}
	var f *folder
	if dir != "" {
		if f, err = openFolder(dir); err != nil {
			return nil, err
		}
		defer f.close()
		f.read = append(f.read, shown)
	}
	cfg := newModule(".")
	if err := cfg.add(body, false); err != nil {
		return nil, err
	}
	return newEvaluator(f, o).read(cfg, shown)
}

// shown reads one plan or state.
type shown struct {
	set     *tree.Set
	options Options
	// unknown is after_unknown by address, and config is the configuration in the plan.
	unknown map[string]*tree.Node
	config  *tree.Node
	// addresses are the CloudFront resources, by the address without index.
	addresses map[string][]string
}

// readShown reads the output of `terraform show -json`.
func readShown(root *tree.Node, o Options) (*tree.Set, error) {
	s := &shown{
		set: &tree.Set{Dialect: tree.DialectTerraform}, options: o, unknown: map[string]*tree.Node{}, addresses: map[string][]string{},
		config: root.At("configuration", "root_module"),
	}
	if changes := root.Get("resource_changes"); changes != nil {
		for _, c := range changes.Items {
			s.unknown[c.Get("address").StringText()] = c.At("change", "after_unknown")
		}
	}
	values := root.Get("planned_values")
	if values == nil || values.Kind != tree.Object {
		values = root.Get("values")
	}
	if changes := root.Get("resource_changes"); values == nil && changes != nil {
		values = tree.NewObject(root.Pos).Set("root_module", afterChanges(changes))
	}
	if values == nil {
		return nil, &tree.Error{Message: "has neither planned_values nor values: it is not what terraform show -json prints of a plan or a state"}
	}
	top := values.Get("root_module")
	s.collect(top, 0)
	s.module(top, nil, 0)
	return s.set, nil
}

// afterChanges makes a module from the resources that the changes lead to, for a plan
// reduced to those.
func afterChanges(changes *tree.Node) *tree.Node {
	list := tree.NewList(changes.Pos)
	for _, c := range changes.Items {
		if after := c.At("change", "after"); after != nil && after.Kind == tree.Object {
			r := c.Clone()
			r.Fields = append(slices.Clone(c.Fields), tree.Field{Name: "values", Pos: after.Pos, Value: after})
			list.Items = append(list.Items, r)
		}
	}
	return tree.NewObject(changes.Pos).Set("resources", list)
}

// collect notes the addresses of all resources that others may refer to.
func (s *shown) collect(module *tree.Node, depth int) {
	if module == nil || depth > maxModules {
		return
	}
	if list := module.Get("resources"); list != nil {
		for _, r := range list.Items {
			if shapes[r.Get("type").StringText()] != nil && r.Get("mode").StringText() != "data" {
				address := r.Get("address").StringText()
				bare := bareAddress(address)
				s.addresses[bare] = append(s.addresses[bare], address)
			}
		}
	}
	if children := module.Get("child_modules"); children != nil {
		for _, c := range children.Items {
			s.collect(c, depth+1)
		}
	}
}

var index = regexp.MustCompile(`\[(?:"(?:[^"\\]|\\.)*"|[0-9]+)\]`)

// bareAddress returns an address without indices.
func bareAddress(address string) string { return index.ReplaceAllString(address, "") }

// module reads the resources of a module and of its child modules. path holds the names of
// the calls that lead to it.
func (s *shown) module(module *tree.Node, path []string, depth int) {
	if module == nil || depth > maxModules {
		return
	}
	if list := module.Get("resources"); list != nil {
		for _, r := range list.Items {
			s.resource(r, path)
		}
	}
	if children := module.Get("child_modules"); children != nil {
		for _, c := range children.Items {
			parts := strings.Split(bareAddress(c.Get("address").StringText()), ".")
			s.module(c, append(path[:len(path):len(path)], parts[len(parts)-1]), depth+1)
		}
	}
}

// resource reads one resource.
func (s *shown) resource(r *tree.Node, path []string) {
	kind, address := r.Get("type").StringText(), r.Get("address").StringText()
	values := r.Get("values")
	if shapes[kind] == nil || r.Get("mode").StringText() == "data" || values == nil || values.Kind != tree.Object {
		return
	}
	prefix := ""
	for _, name := range path {
		prefix += "module." + name + "."
	}
	var expressions *tree.Node
	if cfg := s.configOf(path); cfg != nil && cfg.Get("resources") != nil {
		want := strings.TrimPrefix(bareAddress(address), prefix)
		for _, c := range cfg.Get("resources").Items {
			if c.Get("address").StringText() == want {
				expressions = c.Get("expressions")
			}
		}
	}
	n := s.overlay(values, s.unknown[address], expressions, place{path: path, at: address})
	n.Pos = r.Pos
	s.set.Add(resourceOf(s.set, kind, address, n))
}

// place is the position of a value: in the module that path leads to, at an address.
type place struct {
	path []string
	at   string
}

// computed are the attributes that AWS fills in if the configuration omits them: unknown in
// a plan, and not part of what was requested.
var computed = map[string]bool{
	"default_ttl": true, "max_ttl": true, "headers": true, "query_string_cache_keys": true, "whitelisted_names": true, "locations": true,
	"continuous_deployment_policy_id": true, "trusted_signers": true, "trusted_key_groups": true, "id": true, "arn": true, "etag": true, "tags_all": true,
	"domain_name": true, "caller_reference": true, "comment": true, "anycast_ip_list_id": true, "quantity": true,
	"live_stage_etag": true, "status": true, "last_modified_time": true, "hosted_zone_id": true, "in_progress_validation_batches": true,
	"cloudfront_access_identity_path": true, "iam_arn": true, "s3_canonical_user_id": true, "logging_v1_enabled": true, "name_prefix": true,
}

// overlay puts unknown values over the values of an object.
func (s *shown) overlay(values, unknown, expressions *tree.Node, p place) *tree.Node {
	out := tree.NewObject(values.Pos)
	out.Path = p.at
	for _, f := range values.Fields {
		at := place{p.path, p.at + "." + f.Name}
		if u := unknown.Get(f.Name); u != nil && u.Kind != tree.Null {
			out.Set(f.Name, s.value(f.Value, u, expressions.Get(f.Name), at, f.Name))
			continue
		}
		out.Set(f.Name, placed(f.Value, at.at))
	}
	if unknown == nil || unknown.Kind != tree.Object {
		return out
	}
	for _, f := range unknown.Fields {
		if values.Get(f.Name) != nil {
			continue
		}
		at := place{p.path, p.at + "." + f.Name}
		if v := s.value(tree.NewNull(values.Pos), f.Value, expressions.Get(f.Name), at, f.Name); v.Kind != tree.Null {
			out.Set(f.Name, v)
		}
	}
	return out
}

// value is one value; unknown says what is unknown about it.
func (s *shown) value(v, unknown, expression *tree.Node, p place, name string) *tree.Node {
	switch {
	case unknown.Kind == tree.Bool && unknown.Text == "true":
		refs := s.references(expression, p.path)
		if len(refs) == 0 && computed[name] {
			return tree.NewNull(v.Pos)
		}
		return s.unresolved(refs, v.Pos, p)
	case unknown.Kind == tree.List && (v.Kind == tree.List || v.Kind == tree.Null):
		out := tree.NewList(v.Pos)
		out.Path = p.at
		for i := range max(len(v.Items), len(unknown.Items)) {
			at := place{p.path, fmt.Sprintf("%s[%d]", p.at, i)}
			item, u := tree.NewNull(v.Pos), tree.NewNull(v.Pos)
			if i < len(v.Items) {
				item = v.Items[i]
			}
			if i < len(unknown.Items) {
				u = unknown.Items[i]
			}
			out.Items = append(out.Items, s.value(item, u, blockExpression(expression, item, i, len(v.Items)), at, name))
		}
		return out
	case unknown.Kind == tree.Object && (v.Kind == tree.Object || v.Kind == tree.Null && len(unknown.Fields) > 0):
		if v.Kind == tree.Null {
			v = tree.NewObject(v.Pos)
		}
		return s.overlay(v, unknown, expression, p)
	}
	return placed(v, p.at)
}

// placed gives a value and everything in it their paths.
func placed(n *tree.Node, at string) *tree.Node {
	c := n.Clone()
	c.Path = at
	c.Items, c.Fields = nil, nil
	for i, item := range n.Items {
		c.Items = append(c.Items, placed(item, fmt.Sprintf("%s[%d]", at, i)))
	}
	for _, f := range n.Fields {
		c.Fields = append(c.Fields, tree.Field{Name: f.Name, Pos: f.Pos, Value: placed(f.Value, at+"."+f.Name)})
	}
	return c
}

// blockExpression finds the expressions of a block among those of its type. Sets come in
// another order than written, so constants decide.
func blockExpression(list, item *tree.Node, i, count int) *tree.Node {
	if list == nil || list.Kind != tree.List {
		return list
	}
	for _, candidate := range list.Items {
		if agrees(candidate, item) {
			return candidate
		}
	}
	if i < len(list.Items) && len(list.Items) == count {
		return list.Items[i]
	}
	return nil
}

// agrees reports whether the constants in the expressions of a block equal the values, and
// there is at least one.
func agrees(expressions, values *tree.Node) bool {
	compared := 0
	for _, f := range expressions.Fields {
		constant, v := f.Value.Get("constant_value"), values.Get(f.Name)
		if constant == nil || v == nil || constant.Kind == tree.Object || constant.Kind == tree.List {
			continue
		}
		if constant.Text != v.Text {
			return false
		}
		compared++
	}
	return compared > 0
}

// unresolved is a value that depends on references.
func (s *shown) unresolved(refs []string, pos tree.Position, p place) *tree.Node {
	key := p.at
	if len(refs) == 1 {
		if key = refs[0]; resourceOnly(key) && !strings.HasSuffix(p.at, "origin_id") {
			// Before format 1.0, plans named the resource but not its attribute.
			key += p.at[strings.LastIndexByte(p.at, '.'):]
		}
		if name, ok := s.address(refs[0]); ok {
			n := tree.NewString(name, pos)
			n.Path = p.at
			return n
		}
	}
	if v, ok := s.options.Parameters[key]; ok {
		n := tree.NewString(v, pos)
		n.Path = p.at
		return n
	}
	template, what := "${"+strings.Join(refs, " + ")+"}", strings.Join(refs, " and ")+" is known after apply"
	if len(refs) == 0 {
		template, what = "${"+p.at+"}", "is known after apply"
	}
	n := tree.NewUnresolved(template, pos, tree.Missing{Key: key, What: what, Supply: supplyOf(key)})
	n.Path, n.Backend = p.at, backendOf(template)
	return n
}

// resourceOnly reports whether a reference is a resource without an attribute.
func resourceOnly(ref string) bool {
	parts := strings.Split(bareAddress(ref), ".")
	for len(parts) > 2 && parts[0] == "module" {
		parts = parts[2:]
	}
	return len(parts) == 2 && strings.Contains(parts[0], "_")
}

// address returns the CloudFront resource that a reference means.
func (s *shown) address(ref string) (string, bool) {
	name := ref
	if !resourceOnly(ref) {
		dot := strings.LastIndexByte(ref, '.')
		if dot < 0 || !refers[ref[dot+1:]] {
			return "", false
		}
		name = ref[:dot]
	}
	found := s.addresses[bareAddress(name)]
	switch {
	case slices.Contains(found, name):
		return name, true
	case len(found) == 1:
		return found[0], true
	}
	return "", false
}
