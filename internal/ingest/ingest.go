package ingest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/apishape"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// maxFile bounds what is read: more than any distribution, less than memory.
const maxFile = 64 << 20

// Options say how to read.
type Options struct {
	// Parameters are values that the files leave open (--parameter KEY=VALUE): a
	// template's parameters, Terraform's variables, and any other expression
	// that an unresolved value names.
	Parameters map[string]string
	// Resources are policies and other resources that the distributions may name
	// besides those of the files.
	Resources []tree.Resource
	// DistributionID picks a distribution by name, id, cloudfront.net name or
	// alias; "" takes the first.
	DistributionID string
	// AssumeUnresolved puts placeholders in for what is not known, where it would
	// be an [UnresolvedError].
	AssumeUnresolved bool
	// List returns distributions with unresolved values without an error.
	List bool
	// BaseDir is the folder that paths inside the file are relative to. [ReadFile]
	// sets it to the file's folder where it is "".
	BaseDir string
	// Stdin is what [ReadFile] reads for the path "-".
	Stdin io.Reader

	// file is the path of what is read; yaml is set where it is no JSON.
	file string
	yaml bool
}

// Result is what was read.
type Result struct {
	// Distribution is the first of Distributions, or the one that was picked. It
	// is nil only for an overlay that names neither a distribution nor an origin.
	Distribution *distribution.Distribution
	// Distributions are all that were read, complete and valid.
	Distributions []*distribution.Distribution
	// Overlay holds the overlay's settings; nil for any other format.
	Overlay *Overlay
	// Connect says where a name is reached in place of what it resolves to,
	// DOMAIN[:PORT] to HOST:PORT: an overlay's entries, or the one of a local
	// --origin. A name without a port stands for all its ports.
	Connect map[string]string
	// Files are the files that were read, for --watch.
	Files []string
}

// ReadFile reads the file at path, or opts.Stdin for "-".
func ReadFile(path string, opts Options) (*Result, error) {
	data, err := load(path, opts.Stdin)
	if err != nil {
		return nil, err
	}
	if opts.BaseDir == "" && path != "-" {
		opts.BaseDir = filepath.Dir(path)
	}
	opts.file = path
	result, err := Read(data, opts)
	var e *Error
	if errors.As(err, &e) && e.File == "" {
		named := *e
		named.File = path
		return nil, &named
	}
	return result, err
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
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, &Error{File: path, Message: "is a folder; folders are not read yet", Hint: exportHint}
	}
	return readAll(path, f)
}

func readAll(path string, r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, &Error{File: path, Message: "cannot be read: " + err.Error()}
	}
	if len(data) > maxFile {
		return nil, &Error{File: path, Message: fmt.Sprintf("is bigger than %d MiB", maxFile>>20)}
	}
	return data, nil
}

// Read reads a configuration of any supported format. An error is an [*Error]
// where the text cannot be read, a [*distribution.InvalidError] where CloudFront
// would reject what it says, and an [*UnresolvedError] where it needs values
// that it does not hold; the last two may come joined.
func Read(data []byte, opts Options) (*Result, error) {
	text, err := toUTF8(data)
	if err != nil {
		return nil, err
	}
	format, n, err := detect(opts.file, text)
	if err != nil {
		return nil, err
	}
	opts.yaml = !isJSON(text)
	if format == formatOverlay {
		return readOverlay(n, opts)
	}
	set, err := readSet(format, n, opts)
	if err != nil {
		return nil, err
	}
	return mapped(set, opts)
}

// readSet reads a document of any format but the overlay.
func readSet(format format, n *tree.Node, opts Options) (*tree.Set, error) {
	switch format {
	case formatAPI:
		if opts.yaml { // nobody sends YAML to the API
			return apishape.Document(n, tree.DialectOverlay)
		}
		return apishape.Document(n, tree.DialectAPI)
	case formatCloudFormation:
		return nil, &Error{Message: "is a CloudFormation template, which edgesim does not read yet", Hint: exportHint}
	default:
		return nil, &Error{Message: "is a Terraform configuration, plan or state, which edgesim does not read yet", Hint: exportHint}
	}
}

// exportHint is the way to a file that is read today.
const exportHint = apishape.ExportHint

// mapped makes the result of a set.
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

// pick returns the distribution that the user asked for.
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
	if len(list) == 0 {
		return nil, &Error{Message: "holds no distribution"}
	}
	e := &Error{Message: fmt.Sprintf("holds no distribution %q", want), Hint: "it holds one without id or alias: leave --distribution out"}
	if len(names) > 0 {
		e.Hint = "it holds " + strings.Join(names, ", ")
	}
	return nil, e
}
