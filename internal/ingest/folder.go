package ingest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/cloudformation"
	"github.com/edgesim/edgesim/internal/ingest/terraform"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// Limits for searching a folder.
const (
	maxFolderDepth = 4       // levels below the given folder
	maxFolderFiles = 2_000   // files examined
	maxCandidate   = 4 << 20 // bytes of a file that may be a template
)

// overlayFiles are the file names of a folder's own overlay.
var overlayFiles = []string{"edgesim.yaml", "edgesim.yml"}

// readFolder reads a folder by its contents: an overlay, the CDK's output, Terraform, or
// templates.
func readFolder(dir string, opts Options) (*Result, error) {
	for _, name := range overlayFiles {
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			opts.BaseDir = ""
			return ReadFile(file, opts)
		}
	}
	opts.BaseDir, opts.file = dir, ""
	set, err := folderSet(dir, opts)
	if err != nil {
		return nil, inFile(err, dir)
	}
	result, err := mapped(set, opts)
	return result, inFile(err, dir)
}

// folderSet reads a folder without an overlay.
func folderSet(dir string, opts Options) (*tree.Set, error) {
	if set, err := knownFolder(dir, opts); set != nil || err != nil {
		return set, err
	}
	files, folders, err := candidates(dir)
	if err != nil {
		return nil, &Error{Message: "cannot be read: " + err.Error()}
	}
	folders = append(folders, terraform.Roots(dir)...)
	// Files in the folder itself come before those below it.
	here := slices.DeleteFunc(slices.Clone(files), func(f string) bool { return filepath.Dir(f) != filepath.Clean(dir) })
	switch {
	case len(here) > 0:
		return filesSet(here, opts)
	case len(files)+len(folders) > 1:
		all := slices.Concat(files, folders)
		slices.SortFunc(all, func(a, b string) int { return strings.Compare(filepath.Clean(a), filepath.Clean(b)) })
		for i, at := range all[:min(mostNamed, len(all))] {
			all[i] = plainFolder(at, opts)
		}
		return nil, &Error{Message: "holds several configurations: " + firstOf(all), Hint: "name the one, or all that are to be served: edgesim serve " + strings.Join(all[:2], " ")}
	case len(files) == 1:
		return filesSet(files, opts)
	case len(folders) == 1:
		opts.BaseDir = folders[0]
		return knownFolder(folders[0], opts)
	}
	return nil, &Error{Message: "holds no CloudFront distribution that edgesim finds", Hint: knownFormats}
}

// mostNamed is how many configurations of a folder a message names.
const mostNamed = 5

// firstOf lists the first few, and says how many more there are.
func firstOf(names []string) string {
	text := strings.Join(names[:min(mostNamed, len(names))], ", ")
	if more := len(names) - mostNamed; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

// plainFolder returns a folder without Terraform's double slash, which marks where the
// modules are, if as much is read without it.
func plainFolder(at string, opts Options) string {
	plain := filepath.Clean(at)
	if plain == at {
		return at
	}
	whole, err := readFolder(at, opts)
	if err != nil {
		return at
	}
	if r, err := readFolder(plain, opts); err != nil || len(r.Distributions) != len(whole.Distributions) {
		return at
	}
	return plain
}

// knownFolder reads a folder whose kind is clear from one of its files, or returns nil.
func knownFolder(dir string, opts Options) (*tree.Set, error) {
	if root, err := os.OpenRoot(dir); err == nil {
		defer root.Close()
		for _, at := range []string{".", "cdk.out"} {
			sub, err := fs.Sub(root.FS(), at)
			if err == nil && cloudformation.IsAssembly(sub) {
				return cloudformation.ReadAssembly(sub, filepath.Join(dir, at), cloudformation.Options{Parameters: opts.Parameters, Assume: opts.AssumeUnresolved})
			}
		}
	}
	switch {
	case exists(dir, "cdk.json"):
		return nil, &Error{File: dir, Message: "is a CDK project that is not synthesized", Hint: "cdk synth, and then edgesim serve cdk.out"}
	case exists(dir, "Pulumi.yaml"):
		if n, err := tree.ParseYAML("Pulumi.yaml", []byte("name: x\nruntime: y\n")); err == nil {
			return nil, inFile(terraform.Pulumi("Pulumi.yaml", n), dir)
		}
	case terraform.HasTerragrunt(dir):
		return nil, terraform.ErrTerragrunt(dir)
	case terraform.IsFolder(dir):
		return terraform.ReadFolder(dir, terraform.Options{Parameters: opts.Parameters})
	}
	return nil, nil
}

func exists(dir, name string) bool {
	_, err := os.Stat(filepath.Join(dir, name))
	return err == nil
}

// filesSet reads several files as one set.
func filesSet(files []string, opts Options) (*tree.Set, error) {
	var all *tree.Set
	for _, file := range files {
		set, err := setAt(file, opts)
		if err != nil {
			return nil, inFile(err, file)
		}
		set.Files = append(set.Files, file)
		if all == nil {
			all = set
			continue
		}
		if set.Dialect != all.Dialect {
			return nil, &Error{Message: "holds both " + string(all.Dialect) + " and " + string(set.Dialect), Hint: "name one: edgesim serve " + file}
		}
		all.Resources = append(all.Resources, set.Resources...)
		all.Remarks = append(all.Remarks, set.Remarks...)
		all.Files = append(all.Files, set.Files...)
	}
	return all, nil
}

// skipped are folders with other people's files.
var skipped = []string{"node_modules", "vendor", ".git", ".terraform", "dist", "build", "target", "venv", "__pycache__"}

// candidates finds files that contain a distribution, and CDK folders, below a folder.
// Links are not followed.
func candidates(dir string) (files, folders []string, err error) {
	seen := 0
	err = filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return nil //nolint:nilerr // what cannot be read is not looked at
		}
		if seen++; seen > maxFolderFiles {
			return fs.SkipAll
		}
		rel, _ := filepath.Rel(dir, path)
		if d.IsDir() {
			if rel == "." {
				return nil
			}
			if slices.Contains(skipped, d.Name()) || strings.HasPrefix(d.Name(), ".") || strings.Count(rel, string(filepath.Separator)) >= maxFolderDepth {
				return fs.SkipDir
			}
			if exists(path, "manifest.json") && assemblyWithDistribution(path) {
				folders = append(folders, path)
				return fs.SkipDir
			}
			return nil
		}
		if d.Type().IsRegular() && holdsDistribution(path, d) {
			files = append(files, path)
		}
		return nil
	})
	if errors.Is(err, fs.SkipAll) {
		err = nil
	}
	return files, folders, err
}

// holdsDistribution reports whether a file seems to contain a distribution.
func holdsDistribution(path string, d fs.DirEntry) bool {
	if strings.HasSuffix(path, ".tf.json") { // found with its folder
		return false
	}
	switch strings.ToLower(filepath.Ext(path)) {
	case ".json", ".yaml", ".yml", ".template", ".tfstate":
	default:
		return false
	}
	info, err := d.Info()
	if err != nil || info.Size() > maxCandidate {
		return false
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	text := string(data)
	if !strings.Contains(text, "AWS::CloudFront::Distribution") && !strings.Contains(text, "DefaultCacheBehavior") && !strings.Contains(text, "aws_cloudfront_distribution") {
		return false
	}
	src, err := parseSource(path, data)
	return err == nil && src.format != formatOverlay
}

func assemblyWithDistribution(dir string) bool {
	return mentions(dir, "*.template.json", "AWS::CloudFront::Distribution")
}

// mentions reports whether a file of a folder contains a text.
func mentions(dir, pattern, text string) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, d := range entries {
		if ok, _ := filepath.Match(pattern, d.Name()); !ok || !d.Type().IsRegular() {
			continue
		}
		if info, err := d.Info(); err != nil || info.Size() > maxCandidate {
			continue
		}
		if data, err := os.ReadFile(filepath.Join(dir, d.Name())); err == nil && strings.Contains(string(data), text) {
			return true
		}
	}
	return false
}
