package ingest

import (
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/setting"
)

// Overlay is edgesim's own file: a distribution and the settings one starts the
// edge with, to be checked in beside docker-compose.yml. The keys are those of the
// table in package setting. Flags given on the command line win over it.
type Overlay struct {
	// Values are the settings by name, each as the flag would have it, several for
	// what is repeatable; paths are relative to the working directory. What the file
	// does not say is not in it.
	Values map[string][]string
	// Origin is the --origin form, or nil. [Result.Distribution] was made of
	// it; merge flags into a copy and call [FromOrigin] again to change it.
	Origin *OriginFlags
	// Parameters are template parameters.
	Parameters map[string]string
	// Geography says where viewers are: values of the CloudFront-Viewer-* fields
	// of [distribution.GeographyHeaders], by name.
	Geography map[string]string
}

// looksLikeOverlay reports whether a tree has a key of the overlay, perhaps
// misspelled.
func looksLikeOverlay(n *node) bool {
	if n.kind != kindObject {
		return false
	}
	for _, f := range n.fields {
		if setting.Key(f.name) != nil || DidYouMean(f.name, setting.Keys()) != "" {
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
	// policies are the custom policies, and policyNotices what there is to say of them.
	policies      Policies
	policyNotices []distribution.Notice
	// distribution is the node of that key, read last, as it may need parameters.
	distribution *node
	// originKey and originLine are an origin-… setting and its line.
	originKey  string
	originLine int
}

func readOverlay(tree *node, opts Options) (*Result, error) {
	r := &overlayReader{opts: opts, connect: map[string]string{}, overlay: Overlay{Values: map[string][]string{}}}
	if f := tree.repeated(); f != nil {
		return nil, &Error{Line: f.line, Message: fmt.Sprintf("the key %q stands twice", f.name), Hint: "remove one of the two"}
	}
	for _, f := range tree.fields {
		key := setting.Key(f.name)
		if key == nil {
			return nil, unknownKey(f)
		}
		if f.value.kind == kindNull {
			continue
		}
		if err := r.read(key, f.value); err != nil {
			if invalid := (*distribution.InvalidError)(nil); errors.As(err, &invalid) {
				return nil, invalid
			}
			line := f.line
			if inner := (*entryError)(nil); errors.As(err, &inner) {
				line = inner.line
			}
			return nil, &Error{Line: line, Message: f.name + ": " + err.Error()}
		}
		if strings.HasPrefix(f.name, "origin-") || f.name == "forward-host" {
			r.originKey, r.originLine = f.name, f.line
		}
	}
	return r.result()
}

// otherKeys are keys that people try: a flag whose key has another name, and the
// spelling of earlier versions.
var otherKeys = map[string]string{"origin-ca": "trust", "client_certificate": "client-certificate"}

func unknownKey(f field) *Error {
	e := &Error{Line: f.line, Message: fmt.Sprintf("unknown key %q", f.name), Hint: "the keys are " + strings.Join(setting.Keys(), ", ")}
	near := otherKeys[f.name]
	if near == "" {
		near = DidYouMean(f.name, setting.Keys())
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

// result puts the distribution, the overlay and the connect entries together.
func (r *overlayReader) result() (*Result, error) {
	result := &Result{Overlay: &r.overlay, Connect: r.connect}
	origin := r.originFlags()
	switch {
	case origin.URL != "" && r.distribution != nil:
		return nil, &Error{Line: r.distribution.line, Message: `"distribution" and "origin" cannot stand together`, Hint: "keep one of the two"}
	case origin.URL != "":
		r.overlay.Origin = &origin
		from, err := FromOrigin(origin)
		if err != nil {
			return nil, err
		}
		result.Distribution = from.Distribution
		if _, ok := r.connect[from.Distribution.Origins[0].DomainName]; !ok {
			maps.Copy(r.connect, without(from.Connect, r.connect))
		}
	case r.originKey != "":
		return nil, &Error{Line: r.originLine, Message: fmt.Sprintf("%q needs %q", r.originKey, "origin"), Hint: "an origin of a distribution is set up in the distribution"}
	case r.distribution != nil:
		d, err := r.readDistribution()
		if err != nil {
			return nil, err
		}
		d.Notices = append(d.Notices, r.policyNotices...)
		result.Distribution = d
	}
	return result, nil
}

// without returns the entries of a whose keys b does not have.
func without(a, b map[string]string) map[string]string {
	rest := maps.Clone(a)
	maps.DeleteFunc(rest, func(k, _ string) bool { _, ok := b[k]; return ok })
	return rest
}

// readDistribution reads what the key distribution holds: a mapping, or the
// path of a file of any other format.
func (r *overlayReader) readDistribution() (*distribution.Distribution, error) {
	opts := r.opts
	opts.Policies = r.policies
	if opts.Parameters == nil {
		opts.Parameters = r.overlay.Parameters
	}
	n := r.distribution
	if n.kind == kindObject {
		switch {
		case looksLikeCloudFormation(n):
			_, err := readCloudFormation()
			return nil, err
		case looksLikeTerraform(n):
			_, err := readTerraform()
			return nil, err
		}
		return readAPI(n, opts)
	}
	path := r.path(n.text)
	data, err := load(path, nil)
	if err != nil {
		return nil, err
	}
	opts.BaseDir = filepath.Dir(path)
	text, err := toUTF8(data)
	if err == nil {
		var format format
		if format, _, err = detect(text); err == nil && format == formatOverlay {
			err = &Error{Message: "is an overlay itself", Hint: "name a distribution, not another overlay"}
		}
	}
	var result *Result
	if err == nil {
		result, err = Read(text, opts)
	}
	var e *Error
	switch {
	case errors.As(err, &e):
		named := *e
		named.File = path
		return nil, &named
	case err != nil:
		return nil, err
	}
	return result.Distribution, nil
}

// path makes a path of the file relative to the working directory.
func (r *overlayReader) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(r.opts.BaseDir, p)
}
