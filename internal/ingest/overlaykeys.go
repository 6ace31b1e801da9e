package ingest

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/internal/ingest/tree"
	"github.com/edgesim/edgesim/internal/setting"
	"github.com/edgesim/edgesim/internal/when"
)

// forms read the keys with a form of their own; all others are read by their kind in the
// table of settings.
var forms = map[string]func(r *overlayReader, n *tree.Node) error{
	"distribution":           (*overlayReader).setDistribution,
	"connect":                (*overlayReader).setConnect,
	"parameter":              (*overlayReader).setParameters,
	"policies":               (*overlayReader).setPolicies,
	"geography":              (*overlayReader).setGeography,
	"public-keys":            (*overlayReader).setPublicKeys,
	"key-groups":             (*overlayReader).setKeyGroups,
	"origin-access-controls": (*overlayReader).setAccessControls,

	"functions":        (*overlayReader).setFunctions,
	"key-value-stores": (*overlayReader).setStores,
	"lambdas":          (*overlayReader).setLambdas,
}

// read reads the value of one key.
func (r *overlayReader) read(s *setting.Setting, n *tree.Node) error {
	if form := forms[s.Name]; form != nil {
		return form(r, n)
	}
	values, err := r.values(s, n)
	if err == nil {
		r.overlay.Values[s.Name] = values
	}
	return err
}

// values reads a value that is not a mapping, as its flag would have it.
func (r *overlayReader) values(s *setting.Setting, n *tree.Node) ([]string, error) {
	switch s.Kind {
	case setting.List, setting.Files, setting.Comma:
		all, err := words(n, s.Kind == setting.Comma)
		if s.Kind == setting.Files {
			for i := range all {
				all[i] = r.path(all[i])
			}
		}
		return all, err
	case setting.Switch:
		if n.Kind != tree.Bool {
			return nil, fmt.Errorf("is %s, want true or false", n.Kind)
		}
		return []string{n.Text}, nil
	case setting.Number:
		i, ok := n.Integer()
		if !ok {
			return nil, fmt.Errorf("%q is not a whole number", n.Show())
		}
		return []string{strconv.FormatInt(int64(i), 10)}, nil
	case setting.Scalar:
		var text string
		err := scalar(n, &text)
		return []string{text}, err
	}
	var text string
	if err := word(n, &text); err != nil {
		return nil, err
	}
	text, err := r.word(s, text)
	return []string{text}, err
}

// word validates a string by the kind of its setting, and resolves it if it is a path.
func (r *overlayReader) word(s *setting.Setting, text string) (string, error) {
	switch s.Kind {
	case setting.Choice:
		if !slices.Contains(s.Choices, text) {
			return "", fmt.Errorf("%q is not one of %s", text, strings.Join(s.Choices, ", "))
		}
	case setting.Address:
		if _, _, err := net.SplitHostPort(text); err != nil && text != "off" {
			return "", fmt.Errorf("%q is not HOST:PORT", text)
		}
	case setting.Date:
		if _, err := time.Parse(time.DateOnly, text); err != nil && text != "current" {
			return "", fmt.Errorf(`%q is not "current" or a date like 2026-11-22`, text)
		}
	case setting.Time:
		if _, err := when.Time(text); err != nil {
			return "", err
		}
	case setting.File:
		return r.path(text), nil
	case setting.Place:
		if !slices.Contains(s.Choices, text) && !strings.Contains(text, "://") {
			return r.path(text), nil
		}
	case setting.Text, setting.Scalar, setting.Switch, setting.Number, setting.Files, setting.List, setting.Comma, setting.Pairs, setting.Mapping:
	}
	return text, nil
}

// originFlags returns the keys that stand for a distribution with one origin.
func (r *overlayReader) originFlags() OriginFlags {
	v := r.overlay.Values
	first := func(name string) string {
		if len(v[name]) == 0 {
			return ""
		}
		return v[name][0]
	}
	count := func(name string) *int {
		n, err := strconv.Atoi(first(name))
		if err != nil { // already known to be a number, if present
			return nil
		}
		return &n
	}
	return OriginFlags{
		URL: first("origin"), ForwardHost: first("forward-host") == "true", Path: first("origin-path"), SSLProtocols: v["origin-ssl-protocols"],
		ConnectionAttempts: count("origin-connection-attempts"), ConnectionTimeout: count("origin-connection-timeout"),
		ReadTimeout: count("origin-read-timeout"), KeepaliveTimeout: count("origin-keepalive-timeout"),
	}
}

func (r *overlayReader) setDistribution(n *tree.Node) error {
	r.distribution = n
	if n.Kind == tree.List && len(n.Items) > 0 {
		for _, item := range n.Items {
			if item.StringText() == "" {
				return fmt.Errorf("has %s in its list, want paths", item.Kind)
			}
		}
		return nil
	}
	if n.Kind != tree.Object && n.Kind != tree.String || n.Kind == tree.String && n.Text == "" {
		return fmt.Errorf("is %s, want a path, a list of paths, or a mapping", n.Kind)
	}
	return nil
}

func (r *overlayReader) setConnect(n *tree.Node) error {
	if n.Kind != tree.Object {
		return fmt.Errorf("is %s, want a mapping of DOMAIN[:PORT] to HOST:PORT", n.Kind)
	}
	for _, f := range n.Fields {
		var to string
		if err := word(f.Value, &to); err != nil {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q %w", f.Name, err)}
		}
		from, to, err := connectEntry(f.Name, to, r.path)
		if err != nil {
			return &entryError{int(f.Pos.Line), err}
		}
		r.connect[from] = to
	}
	return nil
}

func (r *overlayReader) setParameters(n *tree.Node) error {
	if n.Kind != tree.Object {
		return fmt.Errorf("is %s, want a mapping of names to values", n.Kind)
	}
	r.overlay.Parameters = map[string]string{}
	for _, f := range n.Fields {
		var value string
		if err := scalar(f.Value, &value); err != nil {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q %w", f.Name, err)}
		}
		r.overlay.Parameters[f.Name] = value
	}
	return nil
}

// word reads a non-empty string.
func word(n *tree.Node, to *string) error {
	if n.Kind != tree.String {
		return fmt.Errorf("is %s, want a string", n.Kind)
	}
	if n.Text == "" {
		return fmt.Errorf("is empty")
	}
	*to = n.Text
	return nil
}

// scalar reads a string, a number or a boolean as text.
func scalar(n *tree.Node, to *string) error {
	if n.Kind == tree.List || n.Kind == tree.Object || n.Kind == tree.Null {
		return fmt.Errorf("is %s, want a string", n.Kind)
	}
	*to = n.Text
	return nil
}

// words reads a list of strings, or one string, which is one item unless split at commas.
func words(n *tree.Node, commas bool) (all []string, err error) {
	if n.Kind == tree.String {
		if n.Text == "" {
			return nil, fmt.Errorf("is empty")
		}
		if !commas {
			return []string{n.Text}, nil
		}
		for s := range strings.SplitSeq(n.Text, ",") {
			all = append(all, strings.TrimSpace(s))
		}
		return all, nil
	}
	if n.Kind != tree.List {
		return nil, fmt.Errorf("is %s, want a list of strings", n.Kind)
	}
	for _, item := range n.Items {
		var s string
		if err := word(item, &s); err != nil {
			return nil, fmt.Errorf("an item %w", err)
		}
		all = append(all, s)
	}
	return all, nil
}
