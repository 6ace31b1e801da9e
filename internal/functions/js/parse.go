package js

import (
	"errors"
	"regexp"
	"strings"

	"github.com/dop251/goja/ast"
	"github.com/dop251/goja/parser"

	"github.com/edgesim/edgesim/policy"
)

// modules are what code may import or require (CF-FN-119, CF-FN-121, CF-FN-123).
var modules = map[string]bool{"cloudfront": true, "crypto": true, "querystring": true, "buffer": true}

// importer is the name of the function that an import statement is turned into.
const importer = "$i"

// mostImports limits how often code is parsed again.
const mostImports = 20

// importForm is the only import statement that njs supports: a default import.
var importForm = regexp.MustCompile(`^import(\s+)([A-Za-z_$][\w$]*)(\s+)from(\s*)('[^'\n]*'|"[^"\n]*")`)

// parse parses code as the runtime does. The engine does not support import statements, so
// each default import of a known module is replaced by a declaration of the same length: no
// line or column changes.
func parse(code string, runtime Runtime) (*ast.Program, *policy.FunctionFault) {
	if deepest(code) > mostNesting {
		return nil, syntaxFault("SyntaxError: the code is nested too deeply", 1, 1)
	}
	for range mostImports {
		tree, err := parser.ParseFile(nil, "", code, 0, parser.WithDisableSourceMaps)
		if err == nil {
			return tree, nil
		}
		var list parser.ErrorList
		if !errors.As(err, &list) || len(list) == 0 {
			return nil, syntaxFault("SyntaxError: "+err.Error(), 1, 1)
		}
		first := list[0]
		at := offset(code, first.Position.Line, first.Position.Column)
		rest := code[at:]
		if !strings.HasPrefix(rest, "import") || first.Message != "Unexpected reserved word" {
			return nil, parseFault(code, at, first)
		}
		replaced, fault := replaceImport(code, at, runtime)
		if fault != nil {
			fault.Line, fault.Column = first.Position.Line, first.Position.Column
			return nil, fault
		}
		code = replaced
	}
	return nil, syntaxFault("SyntaxError: too many import statements", 1, 1)
}

// replaceImport replaces the import statement at a position.
func replaceImport(code string, at int, runtime Runtime) (string, *policy.FunctionFault) {
	m := importForm.FindStringSubmatch(code[at:])
	if m == nil {
		if strings.HasPrefix(strings.TrimLeft(code[at+len("import"):], " \t\r\n"), "(") {
			return "", syntaxFault(`SyntaxError: Token "import" not supported in this version`, 0, 0)
		}
		return "", syntaxFault("SyntaxError: Non-default import is not supported", 0, 0)
	}
	if strings.Count(code[:at], "{") > strings.Count(code[:at], "}") {
		return "", syntaxFault("SyntaxError: Illegal import statement", 0, 0)
	}
	name := m[5][1 : len(m[5])-1]
	if !modules[name] || runtime == Runtime1 { // CF-MOD-01, CF-FN-123
		return "", syntaxFault(`SyntaxError: Cannot find module "`+name+`"`, 0, 0)
	}
	// `import X from 'Y'` is at least three bytes longer than `var X=$i('Y')`.
	text := "var" + m[1] + m[2] + "=" + importer + "(" + m[5] + ")"
	gaps := m[3] + m[4]
	lines := strings.Count(gaps, "\n")
	pad := len(m[0]) - len(text) - lines
	text += strings.Repeat(" ", max(pad, 0)) + strings.Repeat("\n", lines)
	return code[:at] + text + code[at+len(m[0]):], nil
}

// mostNesting limits the nesting of code, as the parser is recursive.
const mostNesting = 1000

// deepest is an upper bound of the nesting of brackets in code.
func deepest(code string) int {
	depth, most := 0, 0
	for i := range len(code) {
		switch code[i] {
		case '(', '[', '{':
			depth++
			most = max(most, depth)
		case ')', ']', '}':
			depth--
		}
	}
	return most
}

// offset converts a line and column, both from 1, to an offset in bytes.
func offset(code string, line, column int) int {
	at := 0
	for ; line > 1; line-- {
		n := strings.IndexByte(code[at:], '\n')
		if n < 0 {
			return len(code)
		}
		at += n + 1
	}
	return min(at+max(column-1, 0), len(code))
}

func syntaxFault(message string, line, column int) *policy.FunctionFault {
	return &policy.FunctionFault{Rule: "CF-FN-84", Kind: policy.FaultExecution, Message: message, Line: line, Column: column}
}

// parseFault rewords an error of the engine's parser as njs does.
func parseFault(code string, at int, e *parser.Error) *policy.FunctionFault {
	line, column := e.Position.Line, e.Position.Column
	token := tokenAt(code, at)
	message := "SyntaxError: " + inNjs(e.Message)
	switch {
	case strings.HasPrefix(code[at:], "export"):
		f := syntaxFault("SyntaxError: Illegal export statement", line, column)
		f.Rule = "CF-FN-133"
		return f
	case strings.Contains(e.Message, "end of input"):
		message = "SyntaxError: Unexpected end of input"
	case awaited(code, at) >= 0:
		at = awaited(code, at)
		column -= len(code[at:offset(code, e.Position.Line, e.Position.Column)])
		message = "SyntaxError: await is only valid in async functions"
	case strings.HasPrefix(code[at:], "await"):
		message = `SyntaxError: Token "await" not supported in this version`
	case strings.HasPrefix(e.Message, "Unexpected") && token != "":
		message = `SyntaxError: Unexpected token "` + token + `"`
	}
	f := syntaxFault(message, line, max(column, 1))
	if strings.HasPrefix(message, "SyntaxError: await is only") {
		f.Rule = "CF-FN-103"
	}
	return f
}

var awaitBefore = regexp.MustCompile(`\bawait[ \t]+$`)

// awaited returns the position of an `await` right before a position; -1 if there is none.
func awaited(code string, at int) int {
	from := strings.LastIndexByte(code[:at], '\n') + 1
	m := awaitBefore.FindStringIndex(code[from:at])
	if m == nil {
		return -1
	}
	return from + m[0]
}

var tokenForm = regexp.MustCompile(`^(?:[A-Za-z_$][\w$]*|\d[\w.]*|=>|\.\.\.|'[^'\n]*'?|"[^"\n]*"?|.)`)

// tokenAt returns the token at a position.
func tokenAt(code string, at int) string {
	return strings.Trim(tokenForm.FindString(code[at:]), "'\"")
}
