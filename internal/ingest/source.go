package ingest

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/apishape"
	"github.com/edgesim/edgesim/internal/ingest/cloudformation"
	"github.com/edgesim/edgesim/internal/ingest/terraform"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// source is a document of a known format.
type source struct {
	// file is its path for messages, "" if there is none.
	file   string
	format format
	// node is the document; nil for Terraform's own language, which is kept in text.
	node *tree.Node
	text []byte
	// dialect is the dialect of the API's structures.
	dialect tree.Dialect
}

// maxWritten limits YAML and HCL, which people write; JSON from programs may be larger.
const maxWritten = tree.MaxYAML

// parseSource detects the format of a text by its content.
func parseSource(file string, data []byte) (*source, error) {
	text, err := toUTF8(data)
	if err != nil {
		return nil, err
	}
	shown := file
	if shown == "-" {
		shown = ""
	}
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	switch {
	case len(trimmed) == 0:
		return nil, &Error{Message: "is empty", Hint: knownFormats}
	case isJSON(trimmed):
		n, err := tree.ParseJSON(shown, text)
		if err != nil {
			return nil, err
		}
		return known(file, n, tree.DialectAPI)
	case len(text) > maxWritten:
		return nil, &Error{Message: fmt.Sprintf("is bigger than the %d MiB that what people write may have", maxWritten>>20)}
	case terraform.IsTerragrunt(text):
		return nil, terraform.ErrTerragrunt(file)
	case terraform.IsConfiguration(text):
		return &source{file: file, format: formatTerraform, text: text}, nil
	}
	n, err := tree.ParseYAML(shown, text)
	if err != nil && !mayBeYAML(file) {
		return nil, &Error{Message: "is not a configuration", Hint: knownFormats}
	}
	if err != nil {
		return nil, err
	}
	return known(file, n, tree.DialectOverlay) // the API is never sent YAML
}

// mayBeYAML reports whether a file's extension is that of a configuration, or says nothing.
func mayBeYAML(file string) bool {
	switch strings.ToLower(filepath.Ext(file)) {
	case "", ".", ".json", ".yaml", ".yml", ".template", ".tf", ".tfstate":
		return true
	}
	return false
}

// known returns a document whose format is clear from its content.
func known(file string, n *tree.Node, dialect tree.Dialect) (*source, error) {
	if err := terraform.Pulumi(file, n); err != nil {
		return nil, err
	}
	f := formatOf(n)
	if f == "" {
		return nil, &Error{Message: "is not a format edgesim reads", Hint: knownFormats}
	}
	return &source{file: file, format: f, node: n, dialect: dialect}, nil
}

// set reads a document of any format except the overlay.
func (s *source) set(opts Options) (*tree.Set, error) {
	switch s.format {
	case formatAPI:
		unhide(s.node, opts.Parameters)
		return apishape.Document(s.node, s.dialect)
	case formatTerraform:
		o := terraform.Options{Parameters: opts.Parameters}
		if s.node == nil {
			return terraform.ReadConfiguration(s.file, s.text, opts.BaseDir, o)
		}
		return terraform.ReadJSON(s.file, s.node, opts.BaseDir, o)
	}
	o := cloudformation.Options{Parameters: opts.Parameters, Assume: opts.AssumeUnresolved}
	if opts.BaseDir != "" {
		root, err := os.OpenRoot(opts.BaseDir)
		if err == nil {
			defer root.Close()
			o.Open = root.ReadFile
		}
	}
	read := cloudformation.Read
	if s.format == formatServerless {
		read = cloudformation.ReadServerless
	}
	set, err := read(s.node, o)
	if err != nil {
		return nil, err
	}
	for i, file := range set.Files { // files it opened itself
		set.Files[i] = filepath.Join(opts.BaseDir, file)
	}
	return set, nil
}

// setAt reads the file or folder at a path; an overlay is not allowed.
func setAt(path string, opts Options) (*tree.Set, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		opts.BaseDir = path
		return folderSet(path, opts)
	}
	data, err := load(path, nil)
	if err != nil {
		return nil, err
	}
	src, err := parseSource(path, data)
	if err != nil {
		return nil, err
	}
	if src.format == formatOverlay {
		return nil, &Error{Message: "is an overlay itself", Hint: "name a distribution, not another overlay"}
	}
	opts.BaseDir = filepath.Dir(path)
	return src.set(opts)
}
