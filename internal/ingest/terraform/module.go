package terraform

import (
	"cmp"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// module is the unevaluated content of the files of one folder.
type module struct {
	// dir is the folder below the root, "." for the root itself.
	dir string
	// whole means that the whole folder was read; for a single file it is false, and what
	// the file does not declare may be declared in others.
	whole     bool
	variables map[string]*block
	locals    map[string]*hclsyntax.Attribute
	outputs   map[string]*block
	// resources and data are indexed by "type.name".
	resources, data map[string]*block
	calls           map[string]*block
	// order holds resources and calls in the order of the files.
	order []*block
}

// block is a block of the language with its labels.
type block struct {
	kind   string
	labels []string
	body   *hclsyntax.Body
	pos    tree.Position
}

// name returns the address of a block inside its module.
func (b *block) name() string {
	switch b.kind {
	case "resource":
		return strings.Join(b.labels, ".")
	case "data", "module":
		return b.kind + "." + strings.Join(b.labels, ".")
	}
	return b.kind
}

func newModule(dir string) *module {
	return &module{
		dir: dir, variables: map[string]*block{}, locals: map[string]*hclsyntax.Attribute{}, outputs: map[string]*block{},
		resources: map[string]*block{}, data: map[string]*block{}, calls: map[string]*block{},
	}
}

// labelsOf is the number of labels of each relevant kind of block. All others (provider,
// terraform, moved, removed, check, import) are ignored.
var labelsOf = map[string]int{"resource": 2, "data": 2, "module": 1, "variable": 1, "output": 1, "locals": 0}

// add adds a file's blocks to the module. override marks a file whose blocks replace parts
// of existing ones.
func (m *module) add(body *hclsyntax.Body, override bool) *tree.Error {
	for _, b := range body.Blocks {
		want, known := labelsOf[b.Type]
		if !known {
			continue
		}
		pos := position(b.DefRange())
		if len(b.Labels) != want {
			return tree.Errorf(pos, "a %s block has %d labels, not %d", b.Type, want, len(b.Labels))
		}
		if b.Type == "locals" {
			if err := m.addLocals(b.Body, override); err != nil {
				return err
			}
			continue
		}
		if b.Type != "variable" {
			watchBody(b.Body)
		}
		if err := m.addBlock(&block{kind: b.Type, labels: b.Labels, body: b.Body, pos: pos}, override); err != nil {
			return err
		}
	}
	return nil
}

func (m *module) addLocals(body *hclsyntax.Body, override bool) *tree.Error {
	for _, name := range sortedKeys(body.Attributes) {
		attr := body.Attributes[name]
		if before, twice := m.locals[name]; twice && !override {
			return tree.Errorf(position(attr.NameRange), "local.%s stands twice: it is declared at %s, too", name, position(before.NameRange))
		}
		attr.Expr = watch(attr.Expr)
		m.locals[name] = attr
	}
	return nil
}

func (m *module) addBlock(b *block, override bool) *tree.Error {
	into := m.table(b.kind)
	key := strings.Join(b.labels, ".")
	before, twice := into[key]
	switch {
	case twice && override:
		overrideBody(before.body, b.body)
		return nil
	case twice:
		return tree.Errorf(b.pos, "%s stands twice: it is declared at %s, too", strings.Join(append([]string{b.kind}, b.labels...), "."), before.pos)
	}
	into[key] = b
	if b.kind == "resource" || b.kind == "module" {
		m.order = append(m.order, b)
	}
	return nil
}

func (m *module) table(kind string) map[string]*block {
	switch kind {
	case "resource":
		return m.resources
	case "data":
		return m.data
	case "module":
		return m.calls
	case "variable":
		return m.variables
	}
	return m.outputs
}

// overrideBody merges override files as Terraform does: arguments replace arguments, and
// nested blocks replace all nested blocks of their type.
func overrideBody(base, over *hclsyntax.Body) {
	for name, attr := range over.Attributes {
		base.Attributes[name] = attr
	}
	replaced := map[string]bool{}
	for _, b := range over.Blocks {
		replaced[blockType(b)] = true
	}
	base.Blocks = slices.DeleteFunc(base.Blocks, func(b *hclsyntax.Block) bool { return replaced[blockType(b)] })
	base.Blocks = append(base.Blocks, over.Blocks...)
}

// blockType returns the type of the blocks that a block stands for.
func blockType(b *hclsyntax.Block) string {
	if b.Type == "dynamic" && len(b.Labels) == 1 {
		return b.Labels[0]
	}
	return b.Type
}

// watchBody watches all expressions of a body and of its blocks.
func watchBody(body *hclsyntax.Body) {
	for name, attr := range body.Attributes {
		if name == "providers" || name == "depends_on" || name == "provider" || name == "ignore_changes" || name == "iterator" {
			continue
		}
		attr.Expr = watch(attr.Expr)
	}
	for _, b := range body.Blocks {
		watchBody(b.Body)
	}
}

// item is an attribute or a block of a body.
type item struct {
	attribute *hclsyntax.Attribute
	block     *hclsyntax.Block
	at        hcl.Pos
}

// itemsOf returns the contents of a body, in the order of the file.
func itemsOf(body *hclsyntax.Body) []item {
	items := make([]item, 0, len(body.Attributes)+len(body.Blocks))
	for _, a := range body.Attributes {
		items = append(items, item{attribute: a, at: a.NameRange.Start})
	}
	slices.SortFunc(items, func(a, b item) int {
		return cmp.Or(cmp.Compare(a.at.Byte, b.at.Byte), strings.Compare(a.attribute.Name, b.attribute.Name))
	})
	// Blocks keep their own order, which an override file may have changed.
	for _, b := range body.Blocks {
		items = append(items, item{block: b, at: b.TypeRange.Start})
	}
	return items
}

// position converts an HCL range.
func position(r hcl.Range) tree.Position {
	return tree.Position{File: r.Filename, Line: int32(min(r.Start.Line, 1<<30)), Column: int32(min(r.Start.Column, 1<<30))}
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
