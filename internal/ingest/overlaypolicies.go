package ingest

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/apishape"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// setPolicies reads custom policies: a list of files as printed by the API, or of their
// content.
func (r *overlayReader) setPolicies(n *tree.Node) error {
	if n.Kind != tree.List {
		return fmt.Errorf("is %s, want a list of files or of policies as the API gives them", n.Kind)
	}
	for i, item := range n.Items {
		path, node := fmt.Sprintf("policies[%d]", i), item
		if item.Kind == tree.String {
			var err error
			if path, node, err = r.policyFile(item.Text); err != nil {
				return &entryError{int(item.Pos.Line), err}
			}
		}
		res, ok, err := r.edgeResource(node, item)
		var remarks []tree.Remark
		if !ok {
			res, remarks, ok = apishape.ResourceOf(node, path)
		}
		switch {
		case err != nil:
			return &entryError{int(item.Pos.Line), err}
		case !ok:
			return &entryError{int(item.Pos.Line), fmt.Errorf("%s holds no CachePolicy, OriginRequestPolicy or ResponseHeadersPolicy", path)}
		}
		r.resources, r.remarks = append(r.resources, res), append(r.remarks, remarks...)
	}
	return nil
}

// policyFile reads a policy file; its name is the path in messages.
func (r *overlayReader) policyFile(name string) (string, *tree.Node, error) {
	file := r.path(name)
	data, err := load(file, nil)
	if err != nil {
		return "", nil, err
	}
	text, err := toUTF8(data)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", file, err)
	}
	parse := tree.ParseYAML
	if trimmed := bytes.TrimLeft(text, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		parse = tree.ParseJSON
	}
	n, err := parse(file, text)
	if err != nil {
		return "", nil, fmt.Errorf("%s: %w", file, err)
	}
	return filepath.Base(name), n, nil
}

// setGeography reads the viewers' location, by the names of the fields that tell the
// origin.
func (r *overlayReader) setGeography(n *tree.Node) error {
	if n.Kind != tree.Object {
		return fmt.Errorf("is %s, want a mapping of CloudFront-Viewer-… to values", n.Kind)
	}
	known := distribution.GeographyHeaders()
	r.overlay.Geography = map[string]string{}
	for _, f := range n.Fields {
		i := slices.IndexFunc(known, func(name string) bool { return strings.EqualFold(name, f.Name) })
		if i < 0 {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q is not one of %s", f.Name, strings.Join(known, ", "))}
		}
		var value string
		if err := scalar(f.Value, &value); err != nil {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q %w", f.Name, err)}
		}
		if strings.ContainsFunc(value, func(c rune) bool { return c < ' ' || c == 0x7f }) {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q holds a control character", f.Name)}
		}
		r.overlay.Geography[known[i]] = value
	}
	return nil
}
