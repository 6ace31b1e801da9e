package ingest

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/apishape"
	"github.com/edgesim/edgesim/internal/ingest/tree"
	"github.com/edgesim/edgesim/internal/setting"
)

// Overlay is edgesim's own file: a distribution and the settings to start the edge with, to
// be checked in next to docker-compose.yml. The keys are those of the table in package
// setting. Flags on the command line take precedence.
type Overlay struct {
	// Values are the settings by name, each as its flag would have it, several for
	// repeatable ones; paths are relative to the working directory. Settings that are not
	// in the file are absent.
	Values map[string][]string
	// Origin is the --origin form, or nil. [Result.Distribution] was made from it; merge
	// flags into a copy and call [FromOrigin] again to change it.
	Origin *OriginFlags
	// Parameters are template parameters.
	Parameters map[string]string
	// Geography describes the viewers' location: values of the CloudFront-Viewer-* fields
	// of [distribution.GeographyHeaders], by name.
	Geography map[string]string
	// AccessCredentials sign requests to origins, by the id of the origin access control,
	// with the variables that they name looked up.
	AccessCredentials map[string]AccessCredentials
	// Functions and Stores are files by the name or ARN of the function or key-value store;
	// Lambdas say where Lambda@Edge functions run.
	Functions, Stores map[string]string
	Lambdas           map[string]Lambda
}

// Lambda says where a Lambda@Edge function runs: a file, or an endpoint.
type Lambda struct {
	File, Handler, Endpoint, Name string
	Environment                   map[string]string
}

// looksLikeOverlay reports whether a tree has a key of the overlay, possibly misspelled.
func looksLikeOverlay(n *tree.Node) bool {
	if n.Kind != tree.Object {
		return false
	}
	for _, f := range n.Fields {
		if setting.Key(f.Name) != nil || DidYouMean(f.Name, setting.Keys()) != "" {
			return true
		}
	}
	return false
}

// overlayReader reads an overlay, key by key.
type overlayReader struct {
	opts    Options
	overlay Overlay
	connect map[string]string
	// resources are the custom policies, and remarks the remarks about them.
	resources []tree.Resource
	remarks   []tree.Remark
	// distribution is the node of that key, read last, as it may need parameters.
	distribution *tree.Node
	// originKey and originLine are an origin-… setting and its line.
	originKey  string
	originLine int
}

func readOverlay(n *tree.Node, opts Options) (*Result, error) {
	r := &overlayReader{opts: opts, connect: map[string]string{}, overlay: Overlay{Values: map[string][]string{}}}
	if f := n.Repeated(); f != nil {
		return nil, &Error{Line: int(f.Pos.Line), Message: fmt.Sprintf("the key %q stands twice", f.Name), Hint: "remove one of the two"}
	}
	for _, f := range n.Fields {
		key := setting.Key(f.Name)
		if key == nil {
			return nil, unknownKey(f)
		}
		if f.Value.Kind == tree.Null {
			continue
		}
		if err := r.read(key, f.Value); err != nil {
			if invalid := (*distribution.InvalidError)(nil); errors.As(err, &invalid) {
				return nil, invalid
			}
			line := int(f.Pos.Line)
			if inner := (*entryError)(nil); errors.As(err, &inner) {
				line = inner.line
			}
			return nil, &Error{Line: line, Message: f.Name + ": " + err.Error()}
		}
		if strings.HasPrefix(f.Name, "origin-") && key.Group == setting.GroupOrigin || f.Name == "forward-host" {
			r.originKey, r.originLine = f.Name, int(f.Pos.Line)
		}
	}
	return r.result()
}

// otherKeys are keys that people try: a flag whose key has another name, and spellings of
// earlier versions.
var otherKeys = map[string]string{"origin-ca": "trust", "client_certificate": "client-certificate"}

func unknownKey(f tree.Field) *Error {
	e := &Error{Line: int(f.Pos.Line), Message: fmt.Sprintf("unknown key %q", f.Name), Hint: "the keys are " + strings.Join(setting.Keys(), ", ")}
	near := otherKeys[f.Name]
	if near == "" {
		near = DidYouMean(f.Name, setting.Keys())
	}
	if near != "" {
		e.Message += fmt.Sprintf("; did you mean %q?", near)
	}
	return e
}

// entryError is a mistake inside the mapping of a key, at its own line.
type entryError struct {
	line int
	err  error
}

// Error says what is wrong, without the line.
func (e *entryError) Error() string { return e.err.Error() }

// Unwrap returns the mistake itself.
func (e *entryError) Unwrap() error { return e.err }

// result combines the distribution, the overlay and the connect entries.
func (r *overlayReader) result() (*Result, error) {
	result := &Result{Overlay: &r.overlay, Connect: r.connect}
	origin := r.originFlags()
	if r.distribution == nil { // otherwise they are judged with the distribution
		set := &tree.Set{Dialect: tree.DialectOverlay, Resources: r.resources}
		if _, err := apishape.Map(set, apishape.Options{}); err != nil {
			return nil, err
		}
	}
	switch {
	case origin.URL != "" && r.distribution != nil:
		return nil, &Error{Line: int(r.distribution.Pos.Line), Message: `"distribution" and "origin" cannot stand together`, Hint: "keep one of the two"}
	case origin.URL != "":
		r.overlay.Origin = &origin
		from, err := FromOrigin(origin)
		if err != nil {
			return nil, err
		}
		result.Distribution, result.Distributions = from.Distribution, from.Distributions
		if _, ok := r.connect[from.Distribution.Origins[0].DomainName]; !ok {
			maps.Copy(r.connect, without(from.Connect, r.connect))
		}
	case r.originKey != "":
		return nil, &Error{Line: r.originLine, Message: fmt.Sprintf("%q needs %q", r.originKey, "origin"), Hint: "an origin of a distribution is set up in the distribution"}
	case r.distribution != nil:
		read, err := r.readDistribution()
		if err != nil {
			return nil, err
		}
		result.Distribution, result.Distributions, result.Files = read.Distribution, read.Distributions, read.Files
	}
	result.Files = append(result.Files, r.watched()...)
	return result, nil
}

// watched returns the overlay and the files that it names other than distributions.
func (r *overlayReader) watched() []string {
	var list []string
	if r.opts.file != "" && r.opts.file != "-" {
		list = append(list, r.opts.file)
	}
	for _, files := range []map[string]string{r.overlay.Functions, r.overlay.Stores} {
		list = append(list, slices.Sorted(maps.Values(files))...)
	}
	for _, name := range slices.Sorted(maps.Keys(r.overlay.Lambdas)) {
		if file := r.overlay.Lambdas[name].File; file != "" {
			list = append(list, file)
		}
	}
	return list
}

// without returns the entries of a whose keys are not in b.
func without(a, b map[string]string) map[string]string {
	rest := maps.Clone(a)
	maps.DeleteFunc(rest, func(k, _ string) bool { _, ok := b[k]; return ok })
	return rest
}

// readDistribution reads the value of the key distribution: a mapping, the path of a file
// of any other format, or several paths.
func (r *overlayReader) readDistribution() (*Result, error) {
	opts := r.opts
	opts.Resources = append(opts.Resources, r.resources...)
	if opts.Parameters == nil {
		opts.Parameters = r.overlay.Parameters
	}
	n := r.distribution
	if n.Kind == tree.Object {
		src := &source{file: r.opts.file, node: n, format: formatOf(n), dialect: tree.DialectOverlay}
		if src.format == "" || src.format == formatOverlay {
			src.format = formatAPI
		}
		set, err := src.set(opts)
		if err != nil {
			return nil, err
		}
		return r.mapped(set, opts)
	}
	if n.Kind == tree.List {
		paths := make([]string, len(n.Items))
		for i, item := range n.Items {
			paths[i] = r.path(item.Text)
		}
		set, err := filesSet(paths, opts)
		if err != nil {
			return nil, err
		}
		return r.mapped(set, opts)
	}
	path := r.path(n.Text)
	opts.BaseDir, opts.file = filepath.Dir(path), path
	set, err := setAt(path, opts)
	if err != nil {
		return nil, inFile(err, path)
	}
	return r.mapped(set, opts)
}

// mapped makes the result from the set that the overlay names.
func (r *overlayReader) mapped(set *tree.Set, opts Options) (*Result, error) {
	set.Remarks = append(set.Remarks, r.remarks...)
	return mapped(set, opts)
}

// inFile sets the file of an error that has none.
func inFile(err error, path string) error {
	var e *Error
	if errors.As(err, &e) && e.File == "" {
		named := *e
		named.File = path
		return &named
	}
	return err
}

// path makes a path in the file relative to the working directory.
func (r *overlayReader) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(r.opts.BaseDir, p)
}
