package terraform

import (
	"io/fs"
	"path"
	"slices"
	"strings"
)

// The limits for finding configurations below a folder.
const (
	maxRootDepth   = 5
	maxRootEntries = 5000
)

// Roots returns the folders below dir that are root configurations with a distribution:
// those that no other one calls as a module. They are written "dir//envs/prod", so that
// modules next to them can be read as well.
func Roots(dir string) []string {
	f, err := openFolder(dir)
	if err != nil {
		return nil
	}
	defer f.close()
	defer func() { _ = recover() }() // a file that breaks a library is reported when it is read
	e := newEvaluator(f, Options{})
	called := map[string]bool{}
	var found []string
	for _, at := range f.folders() {
		cfg, err := f.module(at)
		if err != nil {
			continue
		}
		for _, b := range cfg.order {
			if source, ok := sourceOf(b); b.kind == "module" && ok && strings.HasPrefix(source, ".") {
				if local, in := inside(at, source); in {
					called[local] = true
				}
			}
		}
		if e.matters(nil, cfg, 0) {
			found = append(found, at)
		}
	}
	found = slices.DeleteFunc(found, func(at string) bool { return called[at] })
	for i := range found {
		found[i] = strings.TrimSuffix(dir, "/") + "//" + found[i]
	}
	return found
}

// folders returns the folders with a configuration, sorted.
func (f *folder) folders() []string {
	var list []string
	seen := 0
	_ = fs.WalkDir(f.root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if seen++; seen > maxRootEntries {
			return fs.SkipAll
		}
		switch {
		case err != nil || name == ".":
			return nil
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "examples" || strings.Count(name, "/") >= maxRootDepth):
			return fs.SkipDir
		case !d.IsDir() && isSource(d.Name()) && !slices.Contains(list, path.Dir(name)):
			list = append(list, path.Dir(name))
		}
		return nil
	})
	slices.Sort(list)
	return list
}
