package policy

import (
	"fmt"
	"strings"
)

// The documented limits of invalidations.
const (
	// MostInvalidationPath is the longest path, in characters (CF-INV-03).
	MostInvalidationPath = 4000
	// MostInvalidationPaths is how many paths one batch may have (CF-INV-23,
	// CF-INV-35).
	MostInvalidationPaths = 3000
	// MostTag is the longest cache tag, in characters, and MostTags how many one
	// object may have (CF-INV-43).
	MostTag, MostTags = 256, 50
)

// InvalidationItem is one path or tag of an invalidation, ready to be compared.
type InvalidationItem struct {
	path, tag string
	prefix    bool
}

// ReadInvalidation reads one item as the API takes it: a path with a slash in
// front, whose "*" at the end stands for anything (CF-INV-01 to CF-INV-06), or a
// tag behind a "#" (CF-INV-44). The error says what the API would refuse.
func ReadInvalidation(item string) (InvalidationItem, error) {
	if tag, ok := strings.CutPrefix(item, "#"); ok {
		if !isTag(tag) || strings.Contains(tag, "*") { // CF-INV-45
			return InvalidationItem{}, fmt.Errorf("%q is not a tag: 1 to %d characters of ASCII 33 to 126, without comma and wildcard", item, MostTag)
		}
		return InvalidationItem{tag: strings.ToLower(tag)}, nil
	}
	switch {
	case !strings.HasPrefix(item, "/"):
		return InvalidationItem{}, fmt.Errorf("the path %q has no slash in front", item)
	case len(item) > MostInvalidationPath:
		return InvalidationItem{}, fmt.Errorf("a path has %d characters; at most %d are allowed", len(item), MostInvalidationPath)
	case strings.Contains(item, "~"):
		return InvalidationItem{}, fmt.Errorf("the path %q has a ~, which is not supported", item)
	}
	for i := range len(item) {
		if c := item[i]; c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}", c) >= 0 {
			return InvalidationItem{}, fmt.Errorf("the path %q has characters that must be URL-encoded", item)
		}
	}
	path, prefix := strings.CutSuffix(item, "*")
	return InvalidationItem{path: path, prefix: prefix}, nil
}

// Invalidates says whether an item removes a copy: the URI of its key, which is
// that of the viewer with the query that is in the key (CF-INV-08 to CF-INV-10,
// CF-INV-13), and its tags, any of which is enough (CF-INV-46, CF-INV-48). Paths are
// compared with regard to case (CF-INV-02), tags without (CF-INV-42). "/" names the
// default root object, too (CF-INV-14, inferred).
func (i InvalidationItem) Invalidates(uri string, tags []string, rootObject string) bool {
	switch {
	case i.tag != "":
		for _, tag := range tags {
			if tag == i.tag {
				return true
			}
		}
		return false
	case i.prefix:
		return strings.HasPrefix(uri, i.path)
	case i.path == "/" && rootObject != "":
		return uri == "/"+strings.TrimPrefix(rootObject, "/") || uri == "/"
	}
	return uri == i.path
}

// CacheTags reads the tags of an answer, in lower case: comma-separated, blanks
// around each cut, at most 50; what is not a tag is left out (CF-INV-41 to CF-INV-43).
func CacheTags(values []string) []string {
	var tags []string
	for _, value := range values {
		for tag := range strings.SplitSeq(value, ",") {
			if tag = strings.TrimSpace(tag); isTag(tag) {
				if tags = append(tags, strings.ToLower(tag)); len(tags) == MostTags {
					return tags
				}
			}
		}
	}
	return tags
}

func isTag(tag string) bool {
	if tag == "" || len(tag) > MostTag {
		return false
	}
	for i := range len(tag) {
		if c := tag[i]; c < 33 || c > 126 || c == ',' {
			return false
		}
	}
	return true
}
