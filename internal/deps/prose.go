package deps

import (
	"go/ast"
)

// Prose lists the fields that hold sentences for people. A program that searches one for a
// word breaks when the sentence is reworded: the fact it needs belongs in a field of its
// own.
var Prose = []string{"Observed", "Detail", "Hint", "Subject"}

// proseReaders are the files that examine sentences nevertheless, each with the reason.
var proseReaders = reasons(`
	internal/story/tell.go: it prints an error underneath only where the sentence does not have it already
	internal/check/annotations.go: a subject of check is a file or a URL, not a sentence
`)

// checkProse looks for calls of package strings or regexp, or of a method of a compiled
// expression, on a sentence.
func (f *file) checkProse(locals map[string]string, call *ast.CallExpr) {
	fun, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return
	}
	x, ok := fun.X.(*ast.Ident)
	if !ok || locals[x.Name] != "strings" && locals[x.Name] != "regexp" || !matches[fun.Sel.Name] || proseReaders[f.name] != "" {
		return
	}
	for _, arg := range call.Args[:min(1, len(call.Args))] {
		if s, ok := arg.(*ast.SelectorExpr); ok {
			for _, name := range Prose {
				if s.Sel.Name == name {
					f.report(call.Pos(), "%s must not look for text in %s, which is a sentence for people: give the fact a field (internal/deps/prose.go)", f.name, name)
				}
			}
		}
	}
}

// matches are the functions that search text.
var matches = map[string]bool{
	"Contains": true, "ContainsAny": true, "ContainsFunc": true, "HasPrefix": true, "HasSuffix": true, "Cut": true, "CutPrefix": true, "CutSuffix": true,
	"Index": true, "IndexAny": true, "IndexByte": true, "LastIndex": true, "EqualFold": true, "Split": true, "SplitN": true, "Fields": true, "TrimPrefix": true, "TrimSuffix": true, "MatchString": true,
}
