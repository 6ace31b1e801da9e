package deps

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Check reads the Go files of a repository and returns a sentence for every violation of
// the import order and every use of a restricted name, in the order of the files. Like the
// go command, it skips folders named testdata or vendor, those that begin with a dot or an
// underscore, and those with their own go.mod.
func Check(repository fs.FS) ([]string, error) {
	var found []string
	err := fs.WalkDir(repository, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && passedOver(repository, name):
			return fs.SkipDir
		case d.IsDir() || path.Ext(name) != ".go" || strings.HasPrefix(path.Base(name), "_"):
			return nil
		}
		source, err := fs.ReadFile(repository, name)
		if err != nil {
			return err
		}
		set := token.NewFileSet()
		parsed, err := parser.ParseFile(set, name, source, parser.SkipObjectResolution)
		if err != nil {
			return fmt.Errorf("parsing %q: %w", name, err)
		}
		f := &file{name: name, test: strings.HasSuffix(name, "_test.go"), syntax: parsed, set: set}
		found = append(found, f.check()...)
		return nil
	})
	return found, err
}

func passedOver(repository fs.FS, folder string) bool {
	base := path.Base(folder)
	if base == "testdata" || base == "vendor" || base[0] == '.' || base[0] == '_' {
		return true
	}
	_, err := fs.Stat(repository, path.Join(folder, "go.mod"))
	return err == nil
}

// file is one Go file under test.
type file struct {
	name   string
	test   bool
	syntax *ast.File
	set    *token.FileSet
	found  []string
}

func (f *file) check() []string {
	row := slices.IndexFunc(Packages, func(p Package) bool { return p.Path == path.Dir(f.name) })
	if row < 0 {
		return []string{fmt.Sprintf("%s: package %q is not in the import order: give it a row in internal/deps/table.go, with its reason",
			f.name, path.Dir(f.name))}
	}
	p := &Packages[row]
	if p.Anything {
		return nil
	}
	locals := make(map[string]string) // the name in this file to the import path
	for _, spec := range f.syntax.Imports {
		imported, _ := strconv.Unquote(spec.Path.Value) // the parser has checked it
		f.checkImport(p, spec, imported)
		switch {
		case spec.Name == nil:
			locals[path.Base(imported)] = imported
		default:
			locals[spec.Name.Name] = imported
		}
	}
	if !f.test {
		f.checkNames(locals)
	}
	return f.found
}

// report adds a sentence with its position.
func (f *file) report(pos token.Pos, format string, args ...any) {
	f.found = append(f.found, fmt.Sprintf("%s:%d: ", f.name, f.set.Position(pos).Line)+fmt.Sprintf(format, args...))
}

// checkImport judges one import.
func (f *file) checkImport(p *Package, spec *ast.ImportSpec, imported string) {
	if why, ok := RestrictedImports[imported]; ok && !f.test {
		f.report(spec.Pos(), "package %s must not import %q: %s", p.Path, imported, why)
	}
	if spec.Name != nil && spec.Name.Name == "." {
		f.report(spec.Pos(), "package %s must not import %q with a dot: restricted names could not be seen", p.Path, imported)
	}
	first, _, _ := strings.Cut(imported, "/")
	switch ours, isOurs := strings.CutPrefix(imported, module+"/"); {
	case isOurs:
		if !f.mayImport(p, ours) {
			f.report(spec.Pos(), "package %s must not import %s: %s", p.Path, ours, p.Why)
		}
	case strings.Contains(first, "."):
		within := func(m string) bool { return imported == m || strings.HasPrefix(imported, m+"/") }
		if !slices.ContainsFunc(p.Modules, within) && (!f.test || !slices.ContainsFunc(p.TestModules, within)) {
			f.report(spec.Pos(), "package %s must not import %s: a module of others is argued for in its row (%s)", p.Path, imported, p.Why)
		}
	}
}

// mayImport reports whether a file of the package may import another one of ours. A test
// may also import everything above its package in the order.
func (f *file) mayImport(p *Package, ours string) bool {
	if slices.Contains(p.Imports, ours) || !f.test {
		return slices.Contains(p.Imports, ours)
	}
	for i := range Packages {
		if Packages[i].Path == ours {
			return true
		}
		if &Packages[i] == p {
			break
		}
	}
	_, common := TestImports[ours]
	return common
}

// checkNames looks for restricted names. It uses the syntax tree, so neither a comment nor
// a renamed import misleads it.
func (f *file) checkNames(locals map[string]string) {
	ast.Inspect(f.syntax, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			f.checkProse(locals, n)
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && locals[x.Name] != "" {
				f.checkName(n.Pos(), locals[x.Name], n.Sel.Name)
			}
		case *ast.Ident:
			f.checkName(n.Pos(), "", n.Name)
		}
		return true
	})
}

func (f *file) checkName(pos token.Pos, imported, name string) {
	for i := range RestrictedNames {
		r := &RestrictedNames[i]
		if r.Package == imported && r.Name == name && !r.allows(f.name) {
			f.report(pos, "package %s must not use %s: %s", path.Dir(f.name), r, r.Why)
		}
	}
}
