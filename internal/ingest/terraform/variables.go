package terraform

import (
	"path"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/ext/typeexpr"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// given is the value of a variable in a *.tfvars file.
type given struct {
	expression hclsyntax.Expression
	literal    cty.Value
}

// readValues reads the files from which Terraform reads variable values, each overriding
// those before it.
func (e *evaluator) readValues() error {
	names, err := e.folder.names(e.folder.at)
	if err != nil {
		return err
	}
	list := []string{"terraform.tfvars", "terraform.tfvars.json"}
	for _, name := range names {
		if strings.HasSuffix(name, ".auto.tfvars") || strings.HasSuffix(name, ".auto.tfvars.json") {
			list = append(list, name)
		}
	}
	present := map[string]bool{}
	for _, name := range names {
		present[name] = true
	}
	for _, name := range list {
		if !present[name] {
			continue
		}
		data, err := e.folder.file(path.Join(e.folder.at, name))
		if err != nil {
			return err
		}
		if err := e.addValues(e.folder.show(path.Join(e.folder.at, name)), data); err != nil {
			return err
		}
	}
	return nil
}

// addValues reads one file of values.
func (e *evaluator) addValues(shown string, data []byte) error {
	if path.Ext(shown) == ".json" {
		root, err := tree.ParseJSON(shown, data)
		if err != nil {
			return err
		}
		for _, f := range root.Fields {
			e.values[f.Name] = &given{literal: valueOfNode(f.Value)}
		}
		return nil
	}
	body, err := parseBody(shown, data)
	if err != nil {
		return err
	}
	for name, attr := range body.Attributes {
		e.values[name] = &given{expression: watch(attr.Expr)}
	}
	return nil
}

// variable evaluates var.NAME.
func (m *moduleInstance) variable(name string, at hcl.Range) (cty.Value, hcl.Diagnostics) {
	return m.remember("var."+name, at, func() (cty.Value, hcl.Diagnostics) {
		if m.parent == nil {
			return m.rootVariable(name)
		}
		return m.input(name)
	})
}

// rootVariable is a variable that the user sets.
func (m *moduleInstance) rootVariable(name string) (cty.Value, hcl.Diagnostics) {
	decl := m.cfg.variables[name]
	t, defaults, diags := typeOf(decl)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	for _, key := range []string{"var." + name, name} {
		if text, ok := m.ev.parameter(key); ok {
			return m.constrain(decl, parameterValue(text, t), t, defaults)
		}
	}
	if g, ok := m.ev.values[name]; ok {
		v := g.literal
		if g.expression != nil {
			if v, diags = g.expression.Value(m.ctx); diags.HasErrors() {
				return cty.DynamicVal, diags
			}
		}
		return m.constrain(decl, v, t, defaults)
	}
	if decl == nil {
		return m.undeclaredVariable(name), nil
	}
	if attr, ok := decl.body.Attributes["default"]; ok {
		return m.defaultOf(decl, attr, t, defaults)
	}
	return m.unset(name, t), nil
}

// unset is a variable without a default or a value.
func (m *moduleInstance) unset(name string, t cty.Type) cty.Value {
	supply := supplyOf(name) + ", or terraform.tfvars"
	s := m.ev.symbol("${var."+name+"}", []tree.Missing{{Key: "var." + name, What: "variable " + name + " has no default and no value", Supply: supply}})
	s.open = true
	if t == cty.DynamicPseudoType {
		return unknown(t, s)
	}
	return cty.UnknownVal(t).RefineNotNull().Mark(s)
}

func (m *moduleInstance) undeclaredVariable(name string) cty.Value {
	v := m.undeclared("var."+name, "is not declared in ")
	symbols := symbolsOf(v)
	if len(symbols) == 1 && m.address == "" {
		symbols[0].missing[0].Supply = strings.Replace(symbols[0].missing[0].Supply, "--parameter var.", "--parameter ", 1)
	}
	return v
}

// input is a variable of a called module.
func (m *moduleInstance) input(name string) (cty.Value, hcl.Diagnostics) {
	decl := m.cfg.variables[name]
	t, defaults, diags := typeOf(decl)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	if text, ok := m.ev.parameter(m.within("var." + name)); ok {
		return m.constrain(decl, parameterValue(text, t), t, defaults)
	}
	attr, passed := m.call.body.Attributes[name]
	if passed {
		v, diags := attr.Expr.Value(m.callCtx)
		if diags.HasErrors() {
			return cty.DynamicVal, diags
		}
		if !(v.IsKnown() && v.IsNull() && !nullable(decl)) {
			return m.constrain(decl, v, t, defaults)
		}
	}
	if decl == nil {
		return m.undeclared("var."+name, "is not declared in "), nil
	}
	if attr, ok := decl.body.Attributes["default"]; ok {
		return m.defaultOf(decl, attr, t, defaults)
	}
	key := m.within("var." + name)
	return m.ev.leaf(key, t, tree.Missing{Key: key, What: "variable " + name + " of " + m.address + " has no default and is not passed", Supply: supplyOf(key)}), nil
}

// nullable reports whether null is a value of a variable instead of meaning its default.
func nullable(decl *block) bool {
	if decl == nil {
		return true
	}
	attr, ok := decl.body.Attributes["nullable"]
	if !ok {
		return true
	}
	v, diags := attr.Expr.Value(nil)
	return diags.HasErrors() || !v.Type().Equals(cty.Bool) || !v.IsKnown() || v.IsNull() || v.True()
}

func (m *moduleInstance) defaultOf(decl *block, attr *hclsyntax.Attribute, t cty.Type, defaults *typeexpr.Defaults) (cty.Value, hcl.Diagnostics) {
	v, diags := attr.Expr.Value(nil)
	if diags.HasErrors() {
		return cty.DynamicVal, diags
	}
	return m.constrain(decl, v, t, defaults)
}

// typeOf returns the declared type of a variable.
func typeOf(decl *block) (cty.Type, *typeexpr.Defaults, hcl.Diagnostics) {
	if decl == nil {
		return cty.DynamicPseudoType, nil, nil
	}
	attr, ok := decl.body.Attributes["type"]
	if !ok {
		return cty.DynamicPseudoType, nil, nil
	}
	x := attr.Expr
	if text, diags := x.Value(nil); !diags.HasErrors() && text.Type() == cty.String && text.IsKnown() && !text.IsNull() {
		// Before Terraform 0.12 types were quoted: "string", "list", "map".
		switch text.AsString() {
		case "string":
			return cty.String, nil, nil
		case "list":
			return cty.List(cty.DynamicPseudoType), nil, nil
		case "map":
			return cty.Map(cty.DynamicPseudoType), nil, nil
		}
	}
	return typeexpr.TypeConstraintWithDefaults(x)
}

// constrain converts a value to the type of its variable.
func (m *moduleInstance) constrain(decl *block, v cty.Value, t cty.Type, defaults *typeexpr.Defaults) (cty.Value, hcl.Diagnostics) {
	if t == cty.DynamicPseudoType {
		return v, nil
	}
	if defaults != nil && v.IsKnown() && !v.IsNull() {
		v = defaults.Apply(v)
	}
	converted, err := convert.Convert(v, t)
	if err != nil {
		var at hcl.Range
		name := ""
		if decl != nil {
			at, name = decl.body.SrcRange, decl.labels[0]
		}
		return cty.DynamicVal, failure(at, "Wrong type", "the value of var."+name+" does not fit its type: "+convert.MismatchMessage(v.Type(), t))
	}
	return converted, nil
}

// parameterValue parses a value of --parameter: text for a string, and an expression of the
// language for everything else.
func parameterValue(text string, t cty.Type) cty.Value {
	if t == cty.String || t == cty.DynamicPseudoType && !strings.HasPrefix(text, "[") && !strings.HasPrefix(text, "{") {
		return cty.StringVal(text)
	}
	if nesting("", []byte(text)) == nil {
		if x, diags := hclsyntax.ParseExpression([]byte(text), "--parameter", hcl.InitialPos); !diags.HasErrors() {
			if v, diags := x.Value(nil); !diags.HasErrors() {
				return v
			}
		}
	}
	return cty.StringVal(text)
}
