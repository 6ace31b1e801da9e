package ingest

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// maxFile bounds what is read: more than any distribution, less than memory.
const maxFile = 64 << 20

// Options say how to read.
type Options struct {
	// Parameters are template parameters (--parameter KEY=VALUE), for formats that have them.
	Parameters map[string]string
	// Policies are custom policies that the behaviors may name.
	Policies Policies
	// DistributionID picks a distribution by id, by its cloudfront.net name or
	// by an alias; "" takes the only one.
	DistributionID string
	// BaseDir is the folder that paths inside the file are relative to. [ReadFile]
	// sets it to the file's folder where it is "".
	BaseDir string
	// Stdin is what [ReadFile] reads for the path "-".
	Stdin io.Reader
}

// Result is what was read.
type Result struct {
	// Distribution is complete and valid. It is nil only for an overlay that
	// names neither a distribution nor an origin.
	Distribution *distribution.Distribution
	// Overlay holds the overlay's settings; nil for any other format.
	Overlay *Overlay
	// Connect says where a name is reached in place of what it resolves to,
	// DOMAIN[:PORT] to HOST:PORT: an overlay's entries, or the one of a local
	// --origin. A name without a port stands for all its ports.
	Connect map[string]string
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
		return nil, errFolder(path)
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
// where the text cannot be read, and a [*distribution.InvalidError] where
// CloudFront would reject what it says.
func Read(data []byte, opts Options) (*Result, error) {
	text, err := toUTF8(data)
	if err != nil {
		return nil, err
	}
	format, tree, err := detect(text)
	if err != nil {
		return nil, err
	}
	switch format {
	case formatAPI:
		d, err := readAPI(tree, opts)
		if err != nil {
			return nil, err
		}
		return &Result{Distribution: d}, nil
	case formatOverlay:
		return readOverlay(tree, opts)
	case formatCloudFormation:
		return readCloudFormation()
	default:
		return readTerraform()
	}
}

// selected reports whether d is the distribution that the user asked for.
func selected(d *distribution.Distribution, want string) error {
	if want == "" || want == d.ID || want == d.DomainName {
		return nil
	}
	names := make([]string, 0, 2+len(d.Aliases))
	for _, name := range append([]string{d.ID, d.DomainName}, d.Aliases...) {
		if strings.EqualFold(name, want) {
			return nil
		}
		if name != "" {
			names = append(names, name)
		}
	}
	e := &Error{Message: fmt.Sprintf("holds no distribution %q", want), Hint: "it holds one without id or alias: leave --distribution out"}
	if len(names) > 0 {
		e.Hint = "it holds " + strings.Join(names, ", ")
	}
	return e
}
