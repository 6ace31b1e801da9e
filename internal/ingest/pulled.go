package ingest

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// edgeResource reads what edgesim pull writes for a function, in the form that
// describe-function prints, with the code in a file next to it, or for a key-value store
// with its pairs. It reports whether the document is one of them.
func (r *overlayReader) edgeResource(n, item *tree.Node) (tree.Resource, bool, error) {
	switch {
	case n.Has("FunctionSummary"):
		summary := n.Get("FunctionSummary")
		res := tree.Resource{Type: tree.Function, Pos: n.Pos, ARN: summary.At("FunctionMetadata", "FunctionARN").StringText()}
		res.Config = tree.NewObject(n.Pos).Set("Name", summary.Get("Name")).Set("FunctionConfig", summary.Get("FunctionConfig"))
		res.Name = named(res.ARN, summary.Get("Name"))
		code, err := r.codeBeside(item)
		if err != nil {
			return res, true, err
		}
		res.Config.Set("FunctionCode", code)
		return res, true, nil
	case n.Has("KeyValueStore"):
		store := n.Get("KeyValueStore")
		res := tree.Resource{Type: tree.KeyValueStore, Pos: n.Pos, ID: store.Get("Id").StringText(), ARN: store.Get("ARN").StringText()}
		res.Config = tree.NewObject(n.Pos).Set("Name", store.Get("Name")).Set("Comment", store.Get("Comment"))
		res.Name = named(res.ARN, store.Get("Name"))
		if data := n.Get("data"); data != nil && data.Kind == tree.List {
			pairs := tree.NewList(data.Pos)
			for _, p := range data.Items {
				pairs.Items = append(pairs.Items, tree.NewObject(p.Pos).Set("Key", p.Get("key")).Set("Value", p.Get("value")))
			}
			res.Config.Set("Data", pairs)
		}
		return res, true, nil
	}
	return tree.Resource{}, false, nil
}

// named returns an ARN, or otherwise a name.
func named(arn string, name *tree.Node) string {
	if arn != "" {
		return arn
	}
	return name.StringText()
}

// codeBeside reads the code of a function from the .js file with the same name as its .json
// file, or returns nil if there is none.
func (r *overlayReader) codeBeside(item *tree.Node) (*tree.Node, error) {
	if item.Kind != tree.String {
		return nil, nil
	}
	file := r.path(strings.TrimSuffix(item.Text, filepath.Ext(item.Text)) + ".js")
	if _, err := os.Stat(file); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	data, err := load(file, nil)
	if err != nil {
		return nil, err
	}
	return tree.NewString(string(data), tree.Position{File: file, Line: 1, Column: 1}), nil
}

// The marks that edgesim pull --redact leaves for a custom header's value.
const (
	hiddenStart = "{{edgesim:hidden "
	hiddenEnd   = "}}"
)

// unhide turns values that edgesim pull hid into unresolved ones, or inserts what
// --parameter supplies. Only values of custom headers are examined.
func unhide(n *tree.Node, parameters map[string]string) {
	if n == nil {
		return
	}
	for i := range n.Items {
		unhide(n.Items[i], parameters)
	}
	for i := range n.Fields {
		f := &n.Fields[i]
		inner, hidden := strings.CutPrefix(f.Value.Text, hiddenStart)
		key, whole := strings.CutSuffix(inner, hiddenEnd)
		if f.Name != "HeaderValue" || f.Value.Kind != tree.String || !hidden || !whole {
			unhide(f.Value, parameters)
			continue
		}
		if v, ok := parameters[key]; ok {
			f.Value = tree.NewString(v, f.Value.Pos)
			continue
		}
		f.Value = tree.NewUnresolved("${"+key+"}", f.Value.Pos, tree.Missing{
			Key: key, What: "the value of custom header " + key + " was hidden by edgesim pull --redact", Supply: "--parameter '" + key + "=VALUE'",
		})
	}
}
