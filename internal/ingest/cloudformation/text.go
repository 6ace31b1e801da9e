package cloudformation

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// part is a piece of a text: a literal, or something unknown.
type part struct {
	literal string
	// expression names what is unknown, "Alb.DNSName"; "" for a literal.
	expression string
	missing    []tree.Missing
	// word is set if the value is known to contain no "/" or other separator: an id, a
	// region, a host name.
	word    bool
	backend tree.Backend
}

// partsOf returns the pieces of a value.
func (e *evaluator) partsOf(n *tree.Node) []part {
	if p, ok := e.parts[n]; ok {
		return p
	}
	if n.Kind == tree.Unresolved {
		return []part{{expression: strings.TrimSuffix(strings.TrimPrefix(n.Text, "${"), "}"), missing: n.Missing, backend: n.Backend}}
	}
	return []part{{literal: n.Text}}
}

// text makes a value from pieces: a string if all are literals.
func (e *evaluator) text(pos tree.Position, parts []part) *tree.Node {
	var b strings.Builder
	var missing []tree.Missing
	resolved := true
	var merged []part
	for _, p := range parts {
		if p.expression == "" {
			if p.literal == "" {
				continue
			}
			b.WriteString(p.literal)
			if k := len(merged) - 1; k >= 0 && merged[k].expression == "" {
				merged[k].literal += p.literal
				continue
			}
			merged = append(merged, p)
			continue
		}
		resolved = false
		b.WriteString("${" + p.expression + "}")
		for _, m := range p.missing {
			if !slices.Contains(missing, m) {
				missing = append(missing, m)
			}
		}
		merged = append(merged, p)
	}
	if e.spent += 16 + b.Len(); e.spent > maxText {
		return e.unknown(pos, "", "the template makes more text than edgesim reads")
	}
	if resolved {
		return tree.NewString(b.String(), pos)
	}
	n := tree.NewUnresolved(b.String(), pos, missing...)
	n.Backend = backendOf(merged)
	e.parts[n] = merged
	return n
}

// backendOf returns what is behind a name that is partly unknown.
func backendOf(parts []part) tree.Backend {
	var b strings.Builder
	for _, p := range parts {
		if p.expression == "" {
			b.WriteString(p.literal)
			continue
		}
		if len(parts) == 1 || p.backend != "" {
			return p.backend
		}
		b.WriteByte('x')
	}
	return tree.Backend(distribution.BackendOf(b.String()))
}

// unknown is a value that no flag supplies.
func (e *evaluator) unknown(pos tree.Position, expression, what string) *tree.Node {
	if expression == "" {
		expression = what
	}
	return tree.NewUnresolved("${"+expression+"}", pos, tree.Missing{What: what})
}

// malformed is a call that CloudFormation would reject.
func (e *evaluator) malformed(n *tree.Node, what string) *tree.Node {
	e.remark(tree.Remark{Pos: n.Pos, Path: "Resources", Message: what, Refused: true})
	return e.unknown(n.Pos, "", what)
}

// supplied is a value that --parameter may supply. word means that it contains no
// separator.
func (e *evaluator) supplied(key string, pos tree.Position, what string, word bool, backend tree.Backend) *tree.Node {
	if given, ok := e.given[key]; ok {
		return given
	}
	if text, ok := e.opts.Parameters[key]; ok {
		return tree.NewString(text, pos)
	}
	if text, ok := e.environment[key]; ok {
		return tree.NewString(text, pos)
	}
	m := tree.Missing{Key: key, What: what, Supply: fmt.Sprintf("--parameter %s=VALUE", quoted(key))}
	return e.text(pos, []part{{expression: key, missing: []tree.Missing{m}, word: word, backend: backend}})
}

// quoted quotes a key if a shell would split it.
func quoted(key string) string {
	if strings.ContainsAny(key, " $'\"{}()*?<>|&;`!") {
		return "'" + strings.ReplaceAll(key, "'", `'\''`) + "'"
	}
	return key
}

// unresolvedCall is a call of a function with unknown arguments.
func (e *evaluator) unresolvedCall(name string, n *tree.Node, arguments ...*tree.Node) *tree.Node {
	var missing []tree.Missing
	var inner []string
	for _, a := range arguments {
		if a != nil && a.Kind == tree.Unresolved {
			missing = append(missing, a.Missing...)
			inner = append(inner, strings.TrimSuffix(strings.TrimPrefix(a.Text, "${"), "}"))
		}
	}
	if len(missing) == 0 {
		missing = []tree.Missing{{What: name + " has no value"}}
	}
	return tree.NewUnresolved("${"+strings.TrimSpace(name)+" "+strings.Join(inner, " ")+"}", n.Pos, missing...)
}

func (e *evaluator) join(n *tree.Node) *tree.Node {
	if n.Kind != tree.List || len(n.Items) != 2 {
		return e.malformed(n, "Fn::Join takes a delimiter and a list")
	}
	delimiter := e.value(n.Items[0])
	list, whole, ok := e.items(n.Items[1])
	if !ok || delimiter == nil || delimiter.Kind == tree.Unresolved {
		return e.unresolvedCall("Fn::Join", n, delimiter, whole)
	}
	var parts []part
	for i, it := range list {
		if i > 0 && delimiter.Text != "" {
			parts = append(parts, part{literal: delimiter.Text})
		}
		parts = append(parts, e.partsOf(it)...)
	}
	return e.text(n.Pos, parts)
}

func (e *evaluator) split(n *tree.Node) *tree.Node {
	if n.Kind != tree.List || len(n.Items) != 2 {
		return e.malformed(n, "Fn::Split takes a delimiter and a text")
	}
	delimiter, whole := e.value(n.Items[0]), e.value(n.Items[1])
	if delimiter == nil || delimiter.Kind == tree.Unresolved || delimiter.Text == "" || whole == nil {
		return e.unresolvedCall("Fn::Split", n, delimiter, whole)
	}
	list := tree.NewList(n.Pos)
	var current []part
	for _, p := range e.partsOf(whole) {
		if p.expression != "" {
			if !p.word {
				v := e.unresolvedCall("Fn::Split "+delimiter.Text, n, whole)
				v.Backend = whole.Backend
				return v
			}
			current = append(current, p)
			continue
		}
		pieces := strings.Split(p.literal, delimiter.Text)
		for i, piece := range pieces {
			if i > 0 {
				list.Items = append(list.Items, e.text(n.Pos, current))
				current = nil
			}
			current = append(current, part{literal: piece})
		}
	}
	list.Items = append(list.Items, e.text(n.Pos, current))
	return list
}

// substitution matches ${Name}, ${Name.Attribute} or the escaped ${!Literal}.
var substitution = regexp.MustCompile(`\$\{([^}]*)\}`)

func (e *evaluator) sub(n *tree.Node) *tree.Node {
	text, values := n, (*tree.Node)(nil)
	if n.Kind == tree.List {
		if len(n.Items) == 0 {
			return e.malformed(n, "Fn::Sub takes a text")
		}
		text = n.Items[0]
		if len(n.Items) > 1 {
			values = n.Items[1]
		}
	}
	if text.Kind == tree.List || text.Kind == tree.Object {
		return e.malformed(n, "Fn::Sub takes a text")
	}
	var parts []part
	rest := text.Text
	for {
		m := substitution.FindStringSubmatchIndex(rest)
		if m == nil {
			break
		}
		parts = append(parts, part{literal: rest[:m[0]]})
		name := strings.TrimSpace(rest[m[2]:m[3]])
		rest = rest[m[1]:]
		if literal, ok := strings.CutPrefix(name, "!"); ok {
			parts = append(parts, part{literal: "${" + literal + "}"})
			continue
		}
		if v := e.substitute(name, values, n.Pos); v != nil {
			parts = append(parts, e.partsOf(v)...)
		}
	}
	parts = append(parts, part{literal: rest})
	v := e.text(n.Pos, parts)
	if v.Kind == tree.String && strings.Contains(v.Text, "{{resolve:") {
		return e.dynamic(v)
	}
	return v
}

// substitute returns the value of a name in Fn::Sub.
func (e *evaluator) substitute(name string, values *tree.Node, pos tree.Position) *tree.Node {
	if v := values.Get(name); v != nil {
		return e.value(v)
	}
	if e.serverless != nil && serverlessVariable.MatchString("${"+name+"}") {
		return e.dynamic(tree.NewString("${"+name+"}", pos))
	}
	if logical, attribute, ok := strings.Cut(name, "."); ok {
		return e.attribute(logical, attribute, pos)
	}
	return e.reference(name, pos)
}

// resolveExpression matches a dynamic reference to a secret or a parameter.
var resolveExpression = regexp.MustCompile(`\{\{resolve:[^}]*\}\}`)

// dynamic splits a text with references that are only resolved at deployment, {{resolve:…}}
// and the variables of serverless.yml.
func (e *evaluator) dynamic(n *tree.Node) *tree.Node {
	expression := resolveExpression
	if e.serverless != nil {
		expression = serverlessVariable
	}
	var parts []part
	rest := n.Text
	for {
		m := expression.FindStringIndex(rest)
		if m == nil {
			break
		}
		parts = append(parts, part{literal: rest[:m[0]]})
		name := rest[m[0]:m[1]]
		rest = rest[m[1]:]
		if strings.HasPrefix(name, "{{") {
			key := strings.TrimSuffix(strings.TrimPrefix(name, "{{"), "}}")
			parts = append(parts, e.partsOf(e.supplied(key, n.Pos, "the dynamic reference "+key, false, ""))...)
			continue
		}
		v := e.serverless.variable(e, name, n.Pos)
		if len(parts) == 1 && parts[0].literal == "" && rest == "" { // a whole value may be of any kind
			return v
		}
		parts = append(parts, e.partsOf(v)...)
	}
	if len(parts) == 0 {
		return n
	}
	return e.text(n.Pos, append(parts, part{literal: rest}))
}
