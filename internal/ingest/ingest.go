package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/apishape"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// maxFile limits what is read: more than any distribution, less than memory.
const maxFile = 48 << 20

// Options say how to read.
type Options struct {
	// Parameters are values that the files leave open (--parameter KEY=VALUE): a
	// template's parameters, Terraform's variables, and any other expression
	// that an unresolved value names.
	Parameters map[string]string
	// Resources are policies and other resources that the distributions may refer to
	// besides those in the files.
	Resources []tree.Resource
	// DistributionID selects a distribution by name, id, cloudfront.net name or alias; ""
	// selects the first.
	DistributionID string
	// AssumeUnresolved uses placeholders for unknown values instead of an
	// [UnresolvedError].
	AssumeUnresolved bool
	// List returns distributions with unresolved values without an error.
	List bool
	// BaseDir is the folder that paths inside the file are relative to. If it is "",
	// [ReadFile] sets it to the file's folder.
	BaseDir string
	// Stdin is what [ReadFile] reads for the path "-".
	Stdin io.Reader

	// file is the path of what is read.
	file string
}

// Result is what was read.
type Result struct {
	// Distribution is the first of Distributions, or the selected one. It is nil only for
	// an overlay that specifies neither a distribution nor an origin.
	Distribution *distribution.Distribution
	// Distributions are all distributions read, complete and valid.
	Distributions []*distribution.Distribution
	// Overlay holds the overlay's settings; nil for any other format.
	Overlay *Overlay
	// Connect maps DOMAIN[:PORT] to the HOST:PORT where it is reached instead: an overlay's
	// entries, or that of a local --origin. A name without a port stands for all its ports.
	Connect map[string]string
	// Files are the files that were read, for --watch.
	Files []string
}

// ReadFile reads the file or the folder at path, or opts.Stdin for "-".
func ReadFile(path string, opts Options) (*Result, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() && path != "-" {
		return readFolder(path, opts)
	}
	data, err := load(path, opts.Stdin)
	if err != nil {
		return nil, err
	}
	if opts.BaseDir == "" && path != "-" {
		opts.BaseDir = filepath.Dir(path)
	}
	opts.file = path
	result, err := Read(data, opts)
	return result, inFile(err, path)
}

// ReadFiles reads several files and folders: all their distributions are in the
// result, in order. One of them may be an overlay.
func ReadFiles(paths []string, opts Options) (*Result, error) {
	if len(paths) == 1 {
		return ReadFile(paths[0], opts)
	}
	wanted := opts.DistributionID
	opts.DistributionID = ""
	all := &Result{Connect: map[string]string{}}
	var problems []error
	for _, path := range paths {
		one, err := ReadFile(path, opts)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if one.Overlay != nil {
			if all.Overlay != nil {
				return nil, &Error{File: path, Message: "is a second overlay", Hint: "one overlay holds the settings: name the other distributions' files themselves"}
			}
			all.Overlay = one.Overlay
		}
		all.Distributions = append(all.Distributions, one.Distributions...)
		all.Files = append(all.Files, one.Files...)
		maps.Copy(all.Connect, one.Connect)
	}
	if len(problems) > 0 {
		return nil, together(problems)
	}
	var err error
	if len(all.Distributions) > 0 {
		all.Distribution, err = pick(all.Distributions, wanted)
	}
	return all, err
}

// together joins errors of several files so that similar ones are reported as one.
func together(problems []error) error {
	invalid, unresolved := &distribution.InvalidError{}, &UnresolvedError{}
	var others []error
	for _, err := range problems {
		var i *distribution.InvalidError
		var u *UnresolvedError
		known := false
		if errors.As(err, &i) {
			invalid.Problems, invalid.Unknown, known = append(invalid.Problems, i.Problems...), append(invalid.Unknown, i.Unknown...), true
		}
		if errors.As(err, &u) {
			unresolved.Values, known = append(unresolved.Values, u.Values...), true
		}
		if !known {
			others = append(others, err)
		}
	}
	if len(invalid.Problems) > 0 {
		others = append(others, invalid)
	}
	if len(unresolved.Values) > 0 {
		others = append(others, unresolved)
	}
	if len(others) == 1 {
		return others[0]
	}
	return errors.Join(others...)
}

// load returns the content of a file.
func load(path string, stdin io.Reader) ([]byte, error) {
	if path == "-" {
		if stdin == nil {
			return nil, &Error{File: path, Message: "there is no standard input to read"}
		}
		return readAll(path, stdin)
	}
	f, err := os.Open(path)
	if err != nil {
		var pathErr *os.PathError
		if errors.As(err, &pathErr) {
			err = pathErr.Err
		}
		return nil, &Error{File: path, Message: "cannot be read: " + err.Error()}
	}
	defer f.Close()
	return readAll(path, f)
}

func readAll(path string, r io.Reader) ([]byte, error) {
	var b bytes.Buffer
	if f, ok := r.(*os.File); ok { // allocate once, without doubling
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			if info.Size() > maxFile {
				return nil, &Error{File: path, Message: fmt.Sprintf("is bigger than %d MiB", maxFile>>20)}
			}
			b.Grow(int(info.Size()) + bytes.MinRead)
		}
	}
	_, err := b.ReadFrom(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, &Error{File: path, Message: "cannot be read: " + err.Error()}
	}
	if b.Len() > maxFile {
		return nil, &Error{File: path, Message: fmt.Sprintf("is bigger than %d MiB", maxFile>>20)}
	}
	return b.Bytes(), nil
}

// Read reads a configuration of any supported format. An error is an [*Error] if the text
// cannot be read, a [*distribution.InvalidError] if CloudFront would reject it, and an
// [*UnresolvedError] if it needs values that it does not contain; the last two may be
// joined.
func Read(data []byte, opts Options) (*Result, error) {
	src, err := parseSource(opts.file, data)
	if err != nil {
		return nil, err
	}
	if src.format == formatOverlay {
		return readOverlay(src.node, opts)
	}
	set, err := src.set(opts)
	if err != nil {
		return nil, err
	}
	return mapped(set, opts)
}

// mapped makes the result from a set.
func mapped(set *tree.Set, opts Options) (*Result, error) {
	for _, res := range opts.Resources {
		set.Add(res)
	}
	if opts.file != "" && opts.file != "-" && !slices.Contains(set.Files, opts.file) {
		set.Files = append(set.Files, opts.file)
	}
	list, err := apishape.Map(set, apishape.Options{AssumeUnresolved: opts.AssumeUnresolved, Partial: opts.List})
	var unresolved *UnresolvedError
	if err != nil && !(opts.List && len(list) > 0 && errors.As(err, &unresolved)) {
		return nil, err
	}
	result := &Result{Distributions: list, Files: set.Files}
	result.Distribution, err = pick(list, opts.DistributionID)
	return result, err
}

// pick returns the distribution that the user selected.
func pick(list []*distribution.Distribution, want string) (*distribution.Distribution, error) {
	var names []string
	for _, d := range list {
		for _, name := range append([]string{d.Name, d.ID, d.DomainName}, d.Aliases...) {
			if want == "" || name != "" && strings.EqualFold(name, want) {
				return d, nil
			}
			if name != "" {
				names = append(names, name)
			}
		}
	}
	for _, d := range list { // the logical id alone, without the stack prefix
		if _, last, ok := strings.Cut(d.Name, "/"); ok && strings.EqualFold(last[strings.LastIndexByte(last, '/')+1:], want) {
			return d, nil
		}
	}
	if len(list) == 0 {
		return nil, &Error{Message: "holds no CloudFront distribution", Hint: knownFormats}
	}
	e := &Error{Message: fmt.Sprintf("holds no distribution %q", want), Hint: "it holds one without id or alias: leave --distribution out"}
	if len(names) > 0 {
		e.Hint = "it holds " + strings.Join(names, ", ")
	}
	return nil, e
}
