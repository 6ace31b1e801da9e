package ingest

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// setPolicies reads custom policies: a list of files as the API prints them, or
// of their content.
func (r *overlayReader) setPolicies(n *node) error {
	if n.kind != kindList {
		return fmt.Errorf("is %s, want a list of files or of policies as the API gives them", n.kind)
	}
	rd := &reader{}
	for i, item := range n.items {
		path, tree := fmt.Sprintf("policies[%d]", i), item
		if item.kind == kindString {
			var err error
			if path, tree, err = r.policyFile(item.text); err != nil {
				return &entryError{item.line, err}
			}
		}
		if tree.kind != kindObject || !r.policies.read(rd, path, tree) {
			return &entryError{item.line, fmt.Errorf("%s holds no CachePolicy, OriginRequestPolicy or ResponseHeadersPolicy", path)}
		}
	}
	r.policyNotices = rd.notices
	if len(rd.problems) > 0 {
		return &distribution.InvalidError{Problems: rd.problems}
	}
	return nil
}

// policyFile reads a file with a policy; its name is the path in messages.
func (r *overlayReader) policyFile(name string) (string, *node, error) {
	file := r.path(name)
	data, err := load(file, nil)
	if err != nil {
		return "", nil, err
	}
	text, err := toUTF8(data)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", file, err)
	}
	parse := parseYAML
	if trimmed := bytes.TrimLeft(text, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		parse = parseJSON
	}
	tree, err := parse(text)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", file, err)
	}
	return filepath.Base(name), tree, nil
}

// setGeography reads where the viewers are, by the names of the fields that
// tell the origin.
func (r *overlayReader) setGeography(n *node) error {
	if n.kind != kindObject {
		return fmt.Errorf("is %s, want a mapping of CloudFront-Viewer-… to values", n.kind)
	}
	known := distribution.GeographyHeaders()
	r.overlay.Geography = map[string]string{}
	for _, f := range n.fields {
		i := slices.IndexFunc(known, func(name string) bool { return strings.EqualFold(name, f.name) })
		if i < 0 {
			return &entryError{f.line, fmt.Errorf("%q is not one of %s", f.name, strings.Join(known, ", "))}
		}
		var value string
		if err := scalar(f.value, &value); err != nil {
			return &entryError{f.line, fmt.Errorf("%q %w", f.name, err)}
		}
		if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			return &entryError{f.line, fmt.Errorf("%q holds a control character", f.name)}
		}
		r.overlay.Geography[known[i]] = value
	}
	return nil
}
