package js

import (
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/token"
)

func (w *walker) expressions(list []ast.Expression) {
	for _, e := range list {
		if w.fault != nil {
			return
		}
		w.expression(e)
	}
}

// expression walks one expression.
func (w *walker) expression(e ast.Expression) {
	if w.fault != nil {
		return
	}
	switch e := e.(type) {
	case nil:
	case *ast.AssignExpression:
		w.assign(e)
	case *ast.BinaryExpression:
		w.expression(e.Left)
		w.expression(e.Right)
	case *ast.UnaryExpression:
		w.expression(e.Operand)
	case *ast.ConditionalExpression:
		w.expression(e.Test)
		w.expression(e.Consequent)
		w.expression(e.Alternate)
	case *ast.SequenceExpression:
		w.expressions(e.Sequence)
	case *ast.CallExpression:
		w.call(e)
	case *ast.NewExpression:
		w.expression(e.Callee)
		w.argumentList(e.ArgumentList)
	case *ast.DotExpression:
		w.expression(e.Left)
	case *ast.BracketExpression:
		w.expression(e.Left)
		w.expression(e.Member)
	case *ast.ArrayLiteral:
		w.array(e)
	case *ast.ObjectLiteral:
		w.object(e)
	case *ast.FunctionLiteral:
		w.function(e)
	case *ast.ArrowFunctionLiteral:
		w.arrow(e)
	case *ast.TemplateLiteral:
		w.expression(e.Tag)
		w.expressions(e.Expressions)
	case *ast.AwaitExpression:
		if w.arguments { // CF-FN-104
			w.refuse(e.Await, "CF-FN-104", "await in arguments not supported")
		}
		w.expression(e.Argument)
	default:
		w.leaf(e)
	}
}

// leaf walks expressions with nothing of interest below them, and those refused as a whole.
func (w *walker) leaf(e ast.Expression) {
	switch e := e.(type) {
	case *ast.OptionalChain: // CF-FN-108: two reports against one page
		at := w.optional(e.Expression)
		w.refuse(at.Idx1(), "CF-FN-108", `Unexpected token "."`)
	case *ast.Optional:
		w.refuse(e.Idx1(), "CF-FN-108", `Unexpected token "."`)
	case *ast.ClassLiteral:
		w.unsupported(e.Class, "CF-FN-110", "class")
	case *ast.YieldExpression:
		w.refuse(e.Yield, "CF-FN-110", `Unexpected token "yield"`)
	case *ast.SpreadElement:
		w.refuse(e.Idx0(), "CF-FN-110", `Unexpected token "..."`)
	case *ast.MetaProperty:
		w.refuse(e.Meta.Idx, "CF-FN-110", `Unexpected token "."`)
	case *ast.PrivateDotExpression:
		w.refuse(e.Identifier.Idx, "CF-FN-110", `Unexpected token "#"`)
	case *ast.SuperExpression:
		w.unsupported(e.Idx, "CF-FN-110", "super")
	case *ast.ArrayPattern:
		w.refuse(e.LeftBracket, "CF-FN-106", "Invalid left-hand side in assignment")
		w.referenceError()
	case *ast.ObjectPattern:
		w.refuse(e.LeftBrace, "CF-FN-106", "Invalid left-hand side in assignment")
		w.referenceError()
	case *ast.NumberLiteral:
		w.number(e)
	case *ast.RegExpLiteral:
		if bad := strings.Trim(e.Flags, "gimy"); bad != "" { // of ES 6 to 12, only sticky (CF-FN-101)
			w.refuse(e.Idx, "CF-FN-101", `Invalid RegExp flags "%s"`, e.Flags)
		}
	}
}

// referenceError turns a fault just found into a ReferenceError.
func (w *walker) referenceError() {
	if w.fault != nil {
		w.fault.Message = strings.Replace(w.fault.Message, "SyntaxError", "ReferenceError", 1)
	}
}

// optional returns what precedes the first "?." of a chain.
func (w *walker) optional(e ast.Expression) ast.Expression {
	for {
		switch inner := e.(type) {
		case *ast.DotExpression:
			e = inner.Left
		case *ast.BracketExpression:
			e = inner.Left
		case *ast.CallExpression:
			e = inner.Callee
		case *ast.Optional:
			return inner.Expression
		default:
			return e
		}
	}
}

// number refuses BigInt, and separators in runtime 1.0 (CF-FN-101, CF-FN-112).
func (w *walker) number(n *ast.NumberLiteral) {
	switch {
	case strings.HasSuffix(n.Literal, "n") && !strings.HasPrefix(n.Literal, "0x"):
		w.refuse(n.Idx, "CF-FN-112", `Unexpected token "n"`)
	case w.runtime == Runtime1 && strings.Contains(n.Literal, "_"):
		w.refuse(n.Idx, "CF-FN-101", `Unexpected token "%s"`, n.Literal[strings.IndexByte(n.Literal, '_'):])
	}
}

func (w *walker) assign(e *ast.AssignExpression) {
	switch e.Operator {
	case token.LOGICAL_AND, token.LOGICAL_OR, token.COALESCE: // &&=, ||=, ??=
		w.refuse(e.Left.Idx1(), "CF-FN-110", `Unexpected token "="`)
	}
	w.expression(e.Left)
	w.expression(e.Right)
}

// call walks a call. Calling a method by a computed name may reach any name.
func (w *walker) call(e *ast.CallExpression) {
	if member, ok := e.Callee.(*ast.BracketExpression); ok {
		if _, literal := member.Member.(*ast.StringLiteral); !literal {
			w.dynamic = true
		}
	}
	w.expression(e.Callee)
	w.argumentList(e.ArgumentList)
}

func (w *walker) argumentList(list []ast.Expression) {
	outer := w.arguments
	w.arguments = true
	w.expressions(list)
	w.arguments = outer
}

func (w *walker) array(e *ast.ArrayLiteral) { w.expressions(e.Value) }

func (w *walker) object(e *ast.ObjectLiteral) {
	for _, p := range e.Value {
		switch p := p.(type) {
		case *ast.SpreadElement:
			w.unsupported(w.before(p.Expression.Idx0(), "..."), "CF-FN-110", "...")
		case *ast.PropertyKeyed:
			if p.Computed {
				w.expression(p.Key)
			}
			w.expression(p.Value)
		case *ast.PropertyShort:
			if p.Initializer != nil {
				w.refuse(p.Initializer.Idx0(), "CF-FN-110", `Unexpected token "="`)
			}
		}
	}
}

func (w *walker) arrow(f *ast.ArrowFunctionLiteral) {
	if f.Async && w.runtime == Runtime1 {
		w.refuse(f.Start, "CF-FN-101", `Unexpected token "=>"`)
	}
	w.parameters(f.ParameterList, true)
	switch b := f.Body.(type) {
	case *ast.BlockStatement:
		w.body(b)
	case *ast.ExpressionBody:
		outer := w.arguments
		w.arguments = false
		w.expression(b.Expression)
		w.arguments = outer
	}
}
