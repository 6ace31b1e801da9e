package js

import (
	"fmt"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/file"

	"github.com/edgesim/edgesim/policy"
)

// walker walks a program in source order and keeps the first thing that njs refuses, with
// njs's message.
type walker struct {
	runtime Runtime
	file    *file.File
	source  string
	fault   *policy.FunctionFault
	// arguments means that the walk is inside the arguments of a call, where await is not
	// allowed (CF-FN-104).
	arguments bool
	// dynamic means that the code calls a method by a computed name.
	dynamic bool
}

// refuse keeps a fault at a position, unless there is one already.
func (w *walker) refuse(at file.Idx, rule policy.RuleID, format string, args ...any) {
	if w.fault != nil {
		return
	}
	position := w.file.Position(int(at) - w.file.Base())
	w.fault = syntaxFault("SyntaxError: "+fmt.Sprintf(format, args...), position.Line, position.Column)
	w.fault.Rule = rule
}

// unsupported refuses a token with the most common message.
func (w *walker) unsupported(at file.Idx, rule policy.RuleID, token string) {
	w.refuse(at, rule, `Token "%s" not supported in this version`, token)
}

// before returns the position of the last occurrence of a token before a position.
func (w *walker) before(at file.Idx, token string) file.Idx {
	end := min(max(int(at)-w.file.Base(), 0), len(w.source))
	if i := strings.LastIndex(w.source[:end], token); i >= 0 {
		return file.Idx(i + w.file.Base())
	}
	return at
}

// text returns the source at a position, up to n bytes.
func (w *walker) text(at file.Idx, n int) string {
	from := min(max(int(at)-w.file.Base(), 0), len(w.source))
	return w.source[from:min(from+n, len(w.source))]
}

func (w *walker) program(tree *ast.Program) { w.statements(tree.Body) }

func (w *walker) statements(list []ast.Statement) {
	for _, s := range list {
		if w.fault != nil {
			return
		}
		w.statement(s)
	}
}

// statement walks one statement.
func (w *walker) statement(s ast.Statement) {
	switch s := s.(type) {
	case nil:
	case *ast.BlockStatement:
		w.block(s)
	case *ast.ExpressionStatement:
		w.expression(s.Expression)
	case *ast.VariableStatement:
		w.bindings(s.List)
	case *ast.LexicalDeclaration:
		w.lexical(s)
	case *ast.FunctionDeclaration:
		w.function(s.Function)
	case *ast.ClassDeclaration:
		w.unsupported(s.Class.Class, "CF-FN-110", "class")
	case *ast.ReturnStatement:
		w.expression(s.Argument)
	case *ast.ThrowStatement:
		w.expression(s.Argument)
	case *ast.IfStatement:
		w.expression(s.Test)
		w.single(s.Consequent)
		w.single(s.Alternate)
	case *ast.LabelledStatement:
		w.statement(s.Statement)
	case *ast.SwitchStatement:
		w.expression(s.Discriminant)
		for _, c := range s.Body {
			w.expression(c.Test)
			w.statements(c.Consequent)
		}
	case *ast.TryStatement:
		w.try(s)
	case *ast.WithStatement:
		w.unsupported(s.With, "CF-FN-110", "(")
	default:
		w.loop(s)
	}
}

// loop walks the loops.
func (w *walker) loop(s ast.Statement) {
	switch s := s.(type) {
	case *ast.WhileStatement:
		w.expression(s.Test)
		w.single(s.Body)
	case *ast.DoWhileStatement:
		w.single(s.Body)
		w.expression(s.Test)
	case *ast.ForOfStatement:
		w.unsupported(w.before(s.Source.Idx0(), "of"), "CF-FN-105", "of")
	case *ast.ForInStatement:
		w.into(s.Into)
		w.expression(s.Source)
		w.single(s.Body)
	case *ast.ForStatement:
		switch i := s.Initializer.(type) {
		case *ast.ForLoopInitializerExpression:
			w.expression(i.Expression)
		case *ast.ForLoopInitializerVarDeclList:
			w.bindings(i.List)
		case *ast.ForLoopInitializerLexicalDecl:
			w.lexical(&i.LexicalDeclaration)
		}
		w.expression(s.Test)
		w.expression(s.Update)
		w.single(s.Body)
	}
}

func (w *walker) into(into ast.ForInto) {
	switch i := into.(type) {
	case *ast.ForIntoVar:
		w.binding(i.Binding)
	case *ast.ForDeclaration:
		if w.runtime == Runtime1 {
			w.keyword(i.Idx, i.IsConst)
		}
		w.target(i.Target)
	case *ast.ForIntoExpression:
		w.expression(i.Expression)
	}
}

// single walks the body of a statement that takes one statement.
func (w *walker) single(s ast.Statement) {
	if f, ok := s.(*ast.FunctionDeclaration); ok {
		w.refuse(f.Function.Function, "CF-FN-84", "Functions can only be declared at top level or inside a block")
	}
	w.statement(s)
}

func (w *walker) block(b *ast.BlockStatement) {
	if b != nil {
		w.statements(b.List)
	}
}

func (w *walker) try(s *ast.TryStatement) {
	w.block(s.Body)
	if c := s.Catch; c != nil {
		switch p := c.Parameter.(type) {
		case nil: // CF-FN-107
			w.unsupported(c.Body.LeftBrace, "CF-FN-107", "{")
		case *ast.Identifier:
		default:
			w.unsupported(p.Idx0(), "CF-FN-106", w.text(p.Idx0(), 1))
		}
		w.block(c.Body)
	}
	w.block(s.Finally)
}

// lexical walks let and const, which runtime 1.0 does not have (CF-FN-102).
func (w *walker) lexical(s *ast.LexicalDeclaration) {
	if w.runtime == Runtime1 {
		w.keyword(s.Idx, s.Token.String() == "const")
	}
	w.bindings(s.List)
}

func (w *walker) keyword(at file.Idx, constant bool) {
	if constant {
		w.unsupported(at, "CF-FN-102", "const")
		return
	}
	w.unsupported(at, "CF-FN-102", "let")
}

func (w *walker) bindings(list []*ast.Binding) {
	for _, b := range list {
		w.binding(b)
	}
}

func (w *walker) binding(b *ast.Binding) {
	if b == nil {
		return
	}
	w.target(b.Target)
	w.expression(b.Initializer)
}

// target refuses destructuring in a declaration; njs names the first identifier
// (CF-FN-106).
func (w *walker) target(t ast.BindingTarget) {
	if t == nil {
		return
	}
	if _, ok := t.(*ast.Identifier); ok {
		return
	}
	inside := strings.TrimLeft(w.text(t.Idx0(), 200), "[{ \t\r\n.")
	w.unsupported(t.Idx0(), "CF-FN-106", tokenForm.FindString(inside))
}

// function walks a function: its parameters are plain names, with at most a rest parameter
// (CF-FN-106, CF-FN-110).
func (w *walker) function(f *ast.FunctionLiteral) {
	if f == nil {
		return
	}
	if f.Async && w.runtime == Runtime1 { // async is new in 2.0 (CF-FN-101)
		w.refuse(f.Function, "CF-FN-101", `Unexpected token "function"`)
	}
	if f.Generator {
		w.refuse(f.Function, "CF-FN-110", `Unexpected token "*"`)
	}
	w.parameters(f.ParameterList, false)
	w.body(f.Body)
}

// body walks the body of a function, which is not part of the arguments that it may appear
// in.
func (w *walker) body(b *ast.BlockStatement) {
	outer := w.arguments
	w.arguments = false
	w.block(b)
	w.arguments = outer
}

func (w *walker) parameters(list *ast.ParameterList, arrow bool) {
	if list == nil {
		return
	}
	for _, b := range list.List {
		if _, ok := b.Target.(*ast.Identifier); ok && b.Initializer == nil {
			continue
		}
		switch {
		case arrow: // njs has taken it for a parenthesized expression
			w.refuse(b.Target.Idx0(), "CF-FN-106", `Unexpected token "=>"`)
		case b.Initializer != nil:
			w.refuse(b.Target.Idx0(), "CF-FN-110", `Unexpected token "="`)
		default:
			w.unsupported(b.Target.Idx0(), "CF-FN-106", w.text(b.Target.Idx0(), 1))
		}
	}
	if _, ok := list.Rest.(*ast.Identifier); list.Rest != nil && !ok {
		w.unsupported(list.Rest.Idx0(), "CF-FN-106", w.text(list.Rest.Idx0(), 1))
	}
}
