package terraform

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// The limits of what is read, against folders made to exhaust memory.
const (
	maxFile = 8 << 20
	// maxSource limits one file of the language: each byte of it can be a token of a
	// hundred bytes.
	maxSource = 512 << 10
	maxTotal  = 32 << 20
	maxFiles  = 5000
)

// folder reads files below one folder only; links that lead out of it are refused by the
// operating system's own means.
type folder struct {
	// shown is the folder as the user gave it, for messages.
	shown string
	root  *os.Root
	// at is the folder of the root module below it, usually ".".
	at string
	// read lists the files read, in order, and total is their size.
	read  []string
	total int
	// skipped are links that lead out of the folder, or nowhere.
	skipped []string
	// modules are the loaded modules by folder; installed are those that `terraform init`
	// downloaded, by the module's key.
	modules   map[string]*module
	installed map[string]string
}

// openFolder opens a folder for reading. In "infra//envs/prod" the root module is below the
// folder that is read, as in Terraform's module sources.
func openFolder(dir string) (*folder, error) {
	at := "."
	if base, below, ok := strings.Cut(filepath.ToSlash(dir), "//"); ok && base != "" && below != "" {
		if local, in := inside(".", below); in {
			dir, at = filepath.FromSlash(base), local
		}
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &tree.Error{File: dir, Message: "cannot be read: " + cause(err)}
	}
	f := &folder{shown: dir, at: at, root: root, modules: map[string]*module{}}
	f.installed = f.readInstalled()
	return f, nil
}

func (f *folder) close() { f.root.Close() }

// cause returns the operating system's error, without the path.
func cause(err error) string {
	var p *os.PathError
	if errors.As(err, &p) {
		err = p.Err
	}
	return err.Error()
}

// show returns a file's path as the user would write it.
func (f *folder) show(name string) string { return filepath.Join(f.shown, filepath.FromSlash(name)) }

// file returns the content of a file below the folder.
func (f *folder) file(name string) ([]byte, error) {
	in, err := f.root.Open(filepath.FromSlash(name))
	if err != nil {
		return nil, &tree.Error{File: f.show(name), Message: "cannot be read: " + cause(err)}
	}
	defer in.Close()
	if info, err := in.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, &tree.Error{File: f.show(name), Message: "cannot be read: it is not a regular file"}
	}
	data, err := io.ReadAll(io.LimitReader(in, maxFile+1))
	if err != nil {
		return nil, &tree.Error{File: f.show(name), Message: "cannot be read: " + cause(err)}
	}
	if len(data) > maxFile {
		return nil, &tree.Error{File: f.show(name), Message: "is bigger than 8 MiB"}
	}
	if !slices.Contains(f.read, f.show(name)) {
		f.read = append(f.read, f.show(name))
		f.total += len(data)
	}
	if f.total > maxTotal || len(f.read) > maxFiles {
		return nil, &tree.Error{File: f.show("."), Message: "holds more than 32 MiB or 5000 files of Terraform"}
	}
	return data, nil
}

// names returns the names of a folder's files, sorted.
func (f *folder) names(dir string) ([]string, error) {
	entries, err := fs.ReadDir(f.root.FS(), dir)
	if err != nil {
		return nil, &tree.Error{File: f.show(dir), Message: "cannot be read: " + cause(err)}
	}
	var names []string
	for _, e := range entries {
		if !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// isSource reports whether a file of this name is part of a configuration.
func isSource(name string) bool {
	if strings.HasPrefix(name, ".") || strings.HasSuffix(name, "~") {
		return false
	}
	for _, suffix := range []string{".tf", ".tf.json", ".tofu", ".tofu.json"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}

// isOverride reports whether a file's blocks replace parts of others.
func isOverride(name string) bool {
	base, _, _ := strings.Cut(name, ".")
	return base == "override" || strings.HasSuffix(base, "_override")
}

// module loads the module of a folder, once.
func (f *folder) module(dir string) (*module, error) {
	if m, ok := f.modules[dir]; ok {
		return m, nil
	}
	names, err := f.names(dir)
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !isSource(name) || shadowed(name, names) })
	m := newModule(dir)
	m.whole = true
	for _, override := range []bool{false, true} {
		for _, name := range names {
			if isOverride(name) != override {
				continue
			}
			data, err := f.file(path.Join(dir, name))
			if err != nil && f.leadsOut(path.Join(dir, name)) {
				f.skipped = append(f.skipped, f.show(path.Join(dir, name)))
				continue
			}
			if err != nil {
				return nil, err
			}
			if err := m.parse(f.show(path.Join(dir, name)), data, override); err != nil {
				return nil, err
			}
		}
	}
	f.modules[dir] = m
	return m, nil
}

// holds reports whether there is a folder with this name and a configuration.
func (f *folder) holds(dir string) bool {
	names, err := f.names(dir)
	return err == nil && slices.ContainsFunc(names, isSource)
}

// leadsOut reports whether a file is a link that is not followed.
func (f *folder) leadsOut(name string) bool {
	info, err := f.root.Lstat(filepath.FromSlash(name))
	return err == nil && info.Mode()&fs.ModeSymlink != 0
}

// shadowed reports whether OpenTofu would read another file instead of this one: a.tofu
// takes precedence over a.tf.
func shadowed(name string, names []string) bool {
	base, isTf := strings.CutSuffix(name, ".tf")
	if isTf {
		return slices.Contains(names, base+".tofu")
	}
	if base, isTf = strings.CutSuffix(name, ".tf.json"); isTf {
		return slices.Contains(names, base+".tofu.json")
	}
	return false
}

// parse reads one file into the module.
func (m *module) parse(shown string, data []byte, override bool) error {
	var body *hclsyntax.Body
	var err error
	if strings.HasSuffix(shown, ".json") || startsAsJSON(data) {
		body, err = parseJSONBody(shown, data)
	} else {
		body, err = parseBody(shown, data)
	}
	if err != nil {
		return err
	}
	if err := m.add(body, override); err != nil {
		return err
	}
	return nil
}

func startsAsJSON(data []byte) bool {
	return strings.HasPrefix(strings.TrimLeft(string(data[:min(len(data), 4096)]), " \t\r\n"), "{")
}

// parseBody parses a file of the language.
func parseBody(shown string, data []byte) (*hclsyntax.Body, error) {
	if len(data) > maxSource {
		return nil, &tree.Error{File: shown, Message: "is bigger than 512 KiB, which no file of Terraform's language is"}
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if err := nesting(shown, data); err != nil {
		return nil, err
	}
	file, diags := hclsyntax.ParseConfig(data, shown, hcl.InitialPos)
	if diags.HasErrors() {
		return nil, diagnostic(diags)
	}
	return file.Body.(*hclsyntax.Body), nil
}

// maxNesting limits the nesting of expressions and blocks.
const maxNesting = 200

// nesting rejects what would exhaust the stack of a recursive parser.
func nesting(shown string, data []byte) error {
	tokens, _ := hclsyntax.LexConfig(data, shown, hcl.InitialPos)
	return depthOf(tokens)
}

// templateNesting is nesting for a template.
func templateNesting(shown string, data []byte) error {
	tokens, _ := hclsyntax.LexTemplate(data, shown, hcl.InitialPos)
	return depthOf(tokens)
}

func depthOf(tokens hclsyntax.Tokens) error {
	depth, prefix, chain := 0, 0, 0
	for _, t := range tokens {
		switch t.Type {
		case hclsyntax.TokenOBrace, hclsyntax.TokenOBrack, hclsyntax.TokenOParen, hclsyntax.TokenTemplateInterp, hclsyntax.TokenTemplateControl, hclsyntax.TokenOQuote:
			depth++
		case hclsyntax.TokenCBrace, hclsyntax.TokenCBrack, hclsyntax.TokenCParen, hclsyntax.TokenTemplateSeqEnd, hclsyntax.TokenCQuote:
			depth--
		case hclsyntax.TokenNewline:
			chain = 0
		case hclsyntax.TokenQuestion:
			chain++
		}
		if t.Type == hclsyntax.TokenBang || t.Type == hclsyntax.TokenMinus {
			prefix++
		} else {
			prefix = 0
		}
		if depth > maxNesting || prefix > maxNesting || chain > maxNesting {
			return tree.Errorf(position(t.Range), "is nested more than %d deep", maxNesting)
		}
	}
	return nil
}

// diagnostic converts the first HCL error to ours.
func diagnostic(diags hcl.Diagnostics) *tree.Error {
	for _, d := range diags {
		if d.Severity != hcl.DiagError {
			continue
		}
		e := &tree.Error{Message: sentence(d)}
		if d.Subject != nil {
			p := position(*d.Subject)
			e.File, e.Line, e.Column = p.File, int(p.Line), int(p.Column)
		}
		return e
	}
	return &tree.Error{Message: diags.Error()}
}

// sentence formats a diagnostic as one line, in lower case, without a period.
func sentence(d *hcl.Diagnostic) string {
	text := d.Summary
	if d.Detail != "" {
		text += ": " + d.Detail
	}
	text = strings.TrimSuffix(strings.Join(strings.Fields(text), " "), ".")
	if text != "" && (len(text) < 2 || text[1] < 'A' || text[1] > 'Z') {
		text = strings.ToLower(text[:1]) + text[1:]
	}
	return text
}

// readInstalled reads which modules `terraform init` downloaded, and where to.
func (f *folder) readInstalled() map[string]string {
	data, err := f.file(path.Join(f.at, ".terraform/modules/modules.json"))
	f.read, f.total = nil, 0
	if err != nil {
		return nil
	}
	var list struct {
		Modules []struct{ Key, Dir string }
	}
	if json.Unmarshal(data, &list) != nil {
		return nil
	}
	installed := map[string]string{}
	for _, m := range list.Modules {
		installed[m.Key] = path.Join(f.at, filepath.ToSlash(m.Dir))
	}
	return installed
}

// inside resolves a path in a module's file, relative to base, and reports whether it stays
// inside the folder.
func inside(base, name string) (string, bool) {
	joined := path.Join(base, filepath.ToSlash(name))
	return joined, joined != ".." && !strings.HasPrefix(joined, "../") && !path.IsAbs(joined)
}
