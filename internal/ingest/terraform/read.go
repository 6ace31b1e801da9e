package terraform

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/zclconf/go-cty/cty"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// IsFolder reports whether a folder holds a configuration.
func IsFolder(dir string) bool {
	for _, pattern := range []string{"*.tf", "*.tf.json", "*.tofu", "*.tofu.json"} {
		if found, err := filepath.Glob(filepath.Join(escapeGlob(dir), pattern)); err == nil && len(found) > 0 {
			return true
		}
	}
	return false
}

var globs = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`)

func escapeGlob(dir string) string { return globs.Replace(dir) }

// ReadFolder reads the configuration of a folder as Terraform does: all its files, values
// of variables from *.tfvars, and its modules.
func ReadFolder(dir string, o Options) (set *tree.Set, err error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, err
	}
	defer f.close()
	defer rescue(dir, &err)
	cfg, err := f.module(f.at)
	if err != nil {
		return nil, err
	}
	e := newEvaluator(f, o)
	if err := e.readValues(); err != nil {
		return nil, err
	}
	return e.read(cfg, dir)
}

// ReadConfiguration reads a single file of a configuration. shown is its path for messages;
// file() and modules are looked up below dir, or not at all if dir is "".
func ReadConfiguration(shown string, data []byte, dir string, o Options) (set *tree.Set, err error) {
	defer rescue(shown, &err)
	var f *folder
	if dir != "" {
		if f, err = openFolder(dir); err != nil {
			return nil, err
		}
		defer f.close()
		f.read = append(f.read, shown)
	}
	cfg := newModule(".")
	if err := cfg.parse(shown, data, false); err != nil {
		return nil, err
	}
	return newEvaluator(f, o).read(cfg, shown)
}

// rescue turns the end of an evaluation that takes too long, or a panic of a library fed
// with foreign text, into an error.
func rescue(shown string, err *error) {
	p := recover()
	if e, ours := p.(*tree.Error); ours {
		*err = e
	} else if p != nil {
		*err = &tree.Error{File: shown, Message: fmt.Sprintf("cannot be evaluated: %v", p)}
	}
}

// read evaluates a root module into resources.
func (e *evaluator) read(cfg *module, shown string) (*tree.Set, error) {
	root := e.newInstance(cfg, nil, "", "")
	w := &walker{ev: e, set: &tree.Set{Dialect: tree.DialectTerraform}}
	w.module(root)
	w.attachKeys()
	if e.folder != nil {
		w.set.Files = e.folder.read
		for _, file := range e.folder.skipped {
			w.set.Remarks = append(w.set.Remarks, tree.Remark{Pos: tree.Position{File: file}, Path: file, Message: "is a link that leads out of the folder: it is not read"})
		}
	} else {
		w.set.Files = []string{shown}
	}
	return w.set, w.nothing(shown)
}

// walker collects the resources of all modules.
type walker struct {
	ev  *evaluator
	set *tree.Set
	// keys are the pairs of key-value stores, which are separate resources.
	keys []storedKey
	// empty are the distributions and calls for which count or for_each creates none.
	empty []string
}

func (w *walker) module(m *moduleInstance) {
	for _, b := range m.cfg.order {
		if b.kind == "module" {
			w.call(m, b)
			continue
		}
		w.resource(m, b)
	}
}

// resource adds the instances of a relevant resource.
func (w *walker) resource(m *moduleInstance, b *block) {
	kind := b.labels[0]
	if shapes[kind] == nil && !storesKeys[kind] {
		return
	}
	list, e := m.resources(b)
	address := m.within(b.name())
	if shapes[kind] != distributionShape && (e.diags.HasErrors() || isOpen(e)) {
		return // references to it are unresolved and say why
	}
	if w.open(e, address, b.pos) {
		return
	}
	if len(list) == 0 && shapes[kind] == distributionShape {
		w.empty = append(w.empty, address+", of which "+e.argument.Name+" makes none")
	}
	for _, r := range list {
		n := r.node()
		if storesKeys[kind] {
			w.keys = append(w.keys, storedKey{kind, n})
			continue
		}
		w.set.Add(resourceOf(w.set, kind, r.address, n))
	}
}

// resourceOf converts a resource to the API's shape.
func resourceOf(set *tree.Set, kind, address string, n *tree.Node) tree.Resource {
	sh := shapes[kind]
	s := shaper{set: set}
	n.Path = address
	r := tree.Resource{Type: sh.kind, Name: address, Pos: n.Pos, Config: s.object(n, sh), Tags: n.Get("tags")}
	r.ID, r.ARN, r.DomainName = n.Get("id").StringText(), n.Get("arn").StringText(), ""
	if sh.kind == tree.Distribution {
		r.DomainName = n.Get("domain_name").StringText()
	}
	if r.Tags != nil && r.Tags.Kind != tree.Object {
		r.Tags = nil
	}
	return r
}

// open reports a block whose count or for_each is unknown.
func (w *walker) open(e expansion, address string, pos tree.Position) bool {
	switch {
	case e.diags.HasErrors():
		d := diagnostic(e.diags)
		at := pos
		if d.Line > 0 {
			at = tree.Position{File: d.File, Line: int32(d.Line), Column: int32(d.Column)}
		}
		w.set.Remarks = append(w.set.Remarks, tree.Remark{Pos: at, Path: address, Message: d.Message, Refused: true})
		return true
	case isOpen(e):
		missing := missingOf(symbolsOf(e.open))
		if len(missing) == 0 {
			missing = []tree.Missing{{Key: address, What: e.argument.Name + " is known only to a provider", Supply: supplyPlan}}
		}
		w.set.Remarks = append(w.set.Remarks, tree.Remark{
			Pos: position(e.argument.SrcRange), Path: address + "." + e.argument.Name, Blocking: true, Missing: missing,
			Message: e.argument.Name + " of " + address + " depends on what is not known here",
		})
		return true
	}
	return false
}

// call walks the instances of a module call.
func (w *walker) call(m *moduleInstance, b *block) {
	address := m.within("module." + b.labels[0])
	instances, e := m.instancesOf(b)
	cfg, why := m.load(b)
	if cfg == nil {
		source, _ := sourceOf(b)
		w.ev.missingModules = append(w.ev.missingModules, unreadable{address: address, source: source, why: why, pos: b.pos})
		if deploys.MatchString(source) {
			w.set.Remarks = append(w.set.Remarks, tree.Remark{
				Pos: b.pos, Path: address, Blocking: true, Message: fmt.Sprintf("module %q makes a distribution and cannot be read: %s", source, why),
				Missing: []tree.Missing{{Key: address, What: "what " + address + " (" + source + ") makes", Supply: moduleHint(why)}},
			})
		}
		return
	}
	if (e.diags.HasErrors() || isOpen(e)) && !w.ev.matters(m, cfg, 0) {
		return
	}
	if w.open(e, address, b.pos) {
		return
	}
	if len(instances) == 0 && w.ev.matters(m, cfg, 0) {
		w.empty = append(w.empty, address+", of which "+e.argument.Name+" makes none")
	}
	for _, child := range instances {
		w.module(child)
	}
}

func isOpen(e expansion) bool { return e.argument != nil && e.open != cty.NilVal }

// deploys matches sources of modules that create a distribution.
var deploys = regexp.MustCompile(`(?i)cloudfront|(^|[^a-z])cdn([^a-z]|$)|static-?(web)?site|s3-?website`)

// moduleHint says how a missing module can be read.
func moduleHint(why string) string {
	if strings.Contains(why, "alone") {
		return "give the folder that holds this file and its modules, or " + supplyPlan
	}
	if strings.Contains(why, "outside") {
		return "give the folder that holds both, as FOLDER//BELOW, or " + supplyPlan
	}
	return "terraform init, which downloads it, or " + supplyPlan
}

// matters reports whether a module has a CloudFront resource, at any depth.
func (e *evaluator) matters(m *moduleInstance, cfg *module, depth int) bool {
	for _, b := range cfg.order {
		if b.kind == "resource" && shapes[b.labels[0]] != nil {
			return true
		}
		if b.kind != "module" || depth > maxModules || e.folder == nil {
			continue
		}
		source, ok := sourceOf(b)
		if !ok || !strings.HasPrefix(source, ".") {
			if deploys.MatchString(source) {
				return true
			}
			continue
		}
		dir, in := inside(cfg.dir, source)
		if !in || dir == cfg.dir {
			continue
		}
		if inner, err := e.folder.module(dir); err == nil && e.matters(m, inner, depth+1) {
			return true
		}
	}
	return false
}

// nothing is the error for a configuration without a distribution or anything that would
// explain that.
func (w *walker) nothing(shown string) error {
	if len(w.set.Of(tree.Distribution)) > 0 {
		return nil
	}
	for _, r := range w.set.Remarks {
		if r.Blocking || r.Refused {
			return nil
		}
	}
	err := &tree.Error{File: shown, Message: "holds no aws_cloudfront_distribution"}
	if len(w.empty) > 0 {
		err.Message += " but " + strings.Join(w.empty, ", ")
		err.Hint = "set the variables that decide it, with --parameter or in terraform.tfvars"
	}
	if len(w.ev.missingModules) == 0 {
		return err
	}
	var names []string
	for _, m := range w.ev.missingModules {
		names = append(names, fmt.Sprintf("%s (%s: %s)", m.address, m.source, m.why))
	}
	err.Message += "; what these modules hold is not known: " + strings.Join(names, ", ")
	err.Hint = moduleHint(w.ev.missingModules[0].why)
	return err
}

// storesKeys are the resources that fill key-value stores.
var storesKeys = map[string]bool{"aws_cloudfrontkeyvaluestore_key": true, "aws_cloudfrontkeyvaluestore_keys_exclusive": true}

// storedKey is one such resource.
type storedKey struct {
	kind string
	n    *tree.Node
}

// attachKeys adds pairs to the stores that they name.
func (w *walker) attachKeys() {
	for _, k := range w.keys {
		arn := k.n.Get("key_value_store_arn")
		if arn == nil {
			continue
		}
		pairs := []*tree.Node{k.n}
		if list := k.n.Get("resource_key_value_pair"); list != nil && list.Kind == tree.List {
			pairs = list.Items
		}
		for i := range w.set.Resources {
			store := &w.set.Resources[i]
			if store.Type != tree.KeyValueStore || arn.Text == "" || arn.Text != store.Name && arn.Text != store.ARN {
				continue
			}
			data := store.Config.Get("Data")
			if data == nil {
				data = tree.NewList(store.Pos)
				store.Config.Set("Data", data)
			}
			for _, p := range pairs {
				data.Items = append(data.Items, tree.NewObject(p.Pos).Set("Key", p.Get("key")).Set("Value", p.Get("value")))
			}
		}
	}
}

// IsConfiguration reports whether text is written in the language.
func IsConfiguration(text []byte) bool { return start.Match(text) }

// start matches a block of the language at the beginning of a line.
var start = regexp.MustCompile(`(?m)^(?:resource|data|module|variable|output|provider|import|moved|removed|check|ephemeral)[ \t]+(?:"[^"\n]*"|[a-z_]+)[^\n=]*\{|^(?:locals|terraform|moved|removed|import)[ \t]*\{`)
