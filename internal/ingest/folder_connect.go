package ingest

import (
	"fmt"
	"strings"
)

// Folder is the target of a domain in the form dir:PATH: a folder served as the bucket of
// that name would be.
type Folder struct {
	// Path is the folder.
	Path string
	// List lets everyone list the bucket, so that a missing object is a 404.
	List bool
	// Website is a file with the configuration of the website endpoint; "" for the default
	// one.
	Website string
}

const folderPrefix = "dir:"

// ParseFolder parses dir:PATH, optionally followed by list=allowed and website=FILE, each
// after a space or a comma. It returns false for text that does not begin with dir:.
func ParseFolder(text string) (f Folder, ok bool, err error) {
	rest, ok := strings.CutPrefix(text, folderPrefix)
	if !ok {
		return Folder{}, false, nil
	}
	for {
		i := strings.LastIndexAny(rest, " ,")
		if i < 0 {
			break
		}
		name, value, found := strings.Cut(rest[i+1:], "=")
		switch {
		case found && name == "list" && value == "allowed":
			f.List = true
		case found && name == "list":
			return f, true, fmt.Errorf("list=%s: want list=allowed", value)
		case found && name == "website" && value != "":
			f.Website = value
		default:
			f.Path = rest
		}
		if f.Path != "" {
			break
		}
		rest = rest[:i]
	}
	if f.Path = rest; f.Path == "" {
		return f, true, fmt.Errorf("%q names no folder: want dir:PATH", text)
	}
	return f, true, nil
}

// String returns the folder in the form that [ParseFolder] accepts.
func (f Folder) String() string {
	text := folderPrefix + f.Path
	if f.List {
		text += ",list=allowed"
	}
	if f.Website != "" {
		text += ",website=" + f.Website
	}
	return text
}

// folderEntry is an entry of connect that points to a folder, with its paths resolved.
func folderEntry(from, to string, path func(string) string) (string, string, error) {
	f, _, err := ParseFolder(to)
	if err != nil {
		return "", "", err
	}
	key, err := connectKey(from)
	if err != nil {
		return "", "", err
	}
	f.Path = path(f.Path)
	if f.Website != "" {
		f.Website = path(f.Website)
	}
	return key, f.String(), nil
}
