package policy

import (
	"fmt"
	"strings"
)

// The documented limits of invalidations.
const (
	// MostInvalidationPath is the longest path, in characters (CF-INV-03).
	MostInvalidationPath = 4000
	// MostInvalidationPaths is the maximum number of paths in one batch (CF-INV-23,
	// CF-INV-35).
	MostInvalidationPaths = 3000
	// MostTag is the maximum length of a cache tag, in characters; MostTags is the
	// maximum number of tags of one object (CF-INV-43).
	MostTag, MostTags = 256, 50
)

// InvalidationItem is one path or tag of an invalidation, parsed for comparison.
type InvalidationItem struct {
	path, tag string
	prefix    bool
}

// ReadInvalidation parses one item as the API accepts it: a path with a leading
// slash, whose trailing "*" matches anything (CF-INV-01 to CF-INV-06), or a tag
// after "#" (CF-INV-44). The error says what the API would reject.
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

// Invalidates reports whether an item removes a cached copy. It compares paths
// with the URI of the cache key, which is the viewer's URI with the query that is
// in the key (CF-INV-08 to CF-INV-10, CF-INV-13), and tags with the copy's tags,
// any of which is enough (CF-INV-46, CF-INV-48). Paths are case-sensitive
// (CF-INV-02), tags are not (CF-INV-42). "/" also matches the default root object
// (CF-INV-14, inferred).
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

// CacheTags returns the cache tags of a response in lower case: comma-separated,
// trimmed of blanks, at most 50. Invalid tags are ignored (CF-INV-41 to
// CF-INV-43).
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
