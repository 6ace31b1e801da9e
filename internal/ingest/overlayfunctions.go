package ingest

import (
	"errors"
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// setFunctions reads the files of CloudFront Functions.
func (r *overlayReader) setFunctions(n *tree.Node) error {
	return r.files(n, "function", &r.overlay.Functions)
}

// setStores reads the files of key-value stores.
func (r *overlayReader) setStores(n *tree.Node) error {
	return r.files(n, "key-value store", &r.overlay.Stores)
}

// files reads a mapping from names to files.
func (r *overlayReader) files(n *tree.Node, what string, to *map[string]string) error {
	if n.Kind != tree.Object {
		return fmt.Errorf("is %s, want a mapping of the name or ARN of each %s to its file", n.Kind, what)
	}
	*to = map[string]string{}
	for _, f := range n.Fields {
		var file string
		if err := word(f.Value, &file); err != nil {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q %w", f.Name, err)}
		}
		(*to)[f.Name] = r.path(file)
	}
	return nil
}

// setLambdas reads where Lambda@Edge functions run.
func (r *overlayReader) setLambdas(n *tree.Node) error {
	if n.Kind != tree.Object {
		return fmt.Errorf("is %s, want a mapping of each function's ARN to its file or endpoint", n.Kind)
	}
	r.overlay.Lambdas = map[string]Lambda{}
	for _, f := range n.Fields {
		l, err := r.lambda(f.Value)
		if err != nil {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q %w", f.Name, err)}
		}
		r.overlay.Lambdas[f.Name] = l
	}
	return nil
}

func (r *overlayReader) lambda(n *tree.Node) (Lambda, error) {
	var l Lambda
	if n.Kind == tree.String {
		l.File = r.path(n.Text)
		return l, nil
	}
	if n.Kind != tree.Object {
		return l, fmt.Errorf("is %s, want a file or an endpoint", n.Kind)
	}
	keys := map[string]*string{"file": &l.File, "handler": &l.Handler, "endpoint": &l.Endpoint, "name": &l.Name}
	for _, f := range n.Fields {
		if f.Name == "environment" {
			if err := environment(f.Value, &l); err != nil {
				return l, err
			}
			continue
		}
		to := keys[f.Name]
		if to == nil {
			return l, fmt.Errorf("has the unknown key %q; there are file, handler, endpoint, name and environment", f.Name)
		}
		if err := word(f.Value, to); err != nil {
			return l, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if (l.File == "") == (l.Endpoint == "") {
		return l, errors.New("needs either a file or an endpoint")
	}
	if l.File != "" {
		l.File = r.path(l.File)
	}
	return l, nil
}

func environment(n *tree.Node, l *Lambda) error {
	if n.Kind != tree.Object {
		return fmt.Errorf("environment: is %s, want a mapping of names to values", n.Kind)
	}
	l.Environment = map[string]string{}
	for _, f := range n.Fields {
		var value string
		if err := scalar(f.Value, &value); err != nil {
			return fmt.Errorf("environment: %q %w", f.Name, err)
		}
		if f.Name == "" || strings.ContainsAny(f.Name, "=\x00") || strings.Contains(value, "\x00") {
			return fmt.Errorf("environment: %q cannot be a variable", f.Name)
		}
		l.Environment[f.Name] = value
	}
	return nil
}
