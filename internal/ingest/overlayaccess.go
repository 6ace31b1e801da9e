package ingest

import (
	"fmt"
	"os"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// AccessCredentials are the keys that sign requests to an origin with an origin access
// control, as an overlay gives them: each a value, or "env:NAME" for an environment
// variable.
type AccessCredentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
}

// setPublicKeys reads public keys: a mapping from ids to PEM files.
func (r *overlayReader) setPublicKeys(n *tree.Node) error {
	if n.Kind != tree.Object {
		return fmt.Errorf("is %s, want a mapping of key ids to PEM files", n.Kind)
	}
	for _, f := range n.Fields {
		var file string
		if err := word(f.Value, &file); err != nil {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q %w", f.Name, err)}
		}
		text, err := os.ReadFile(r.path(file))
		if err != nil {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q: %w", f.Name, err)}
		}
		if strings.Contains(string(text), "PRIVATE KEY") {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q: %s is a private key; openssl pkey -in %s -pubout writes the public one", f.Name, file, file)}
		}
		config := tree.NewObject(f.Pos).Set("Name", tree.NewString(f.Name, f.Pos)).Set("EncodedKey", tree.NewString(string(text), f.Value.Pos))
		r.resources = append(r.resources, tree.Resource{Type: tree.PublicKey, Name: f.Name, ID: f.Name, Pos: f.Pos, Config: config})
	}
	return nil
}

// setKeyGroups reads key groups: a mapping from ids to lists of key ids.
func (r *overlayReader) setKeyGroups(n *tree.Node) error {
	if n.Kind != tree.Object {
		return fmt.Errorf("is %s, want a mapping of key group ids to lists of key ids", n.Kind)
	}
	for _, f := range n.Fields {
		ids, err := words(f.Value, false)
		if err != nil {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q %w", f.Name, err)}
		}
		items := tree.NewList(f.Value.Pos)
		for _, id := range ids {
			items.Items = append(items.Items, tree.NewString(id, f.Value.Pos))
		}
		config := tree.NewObject(f.Pos).Set("Name", tree.NewString(f.Name, f.Pos)).Set("Items", items)
		r.resources = append(r.resources, tree.Resource{Type: tree.KeyGroup, Name: f.Name, ID: f.Name, Pos: f.Pos, Config: config})
	}
	return nil
}

// setAccessControls reads origin access controls: each as in the API, with the credentials
// to sign with.
func (r *overlayReader) setAccessControls(n *tree.Node) error {
	if n.Kind != tree.Object {
		return fmt.Errorf("is %s, want a mapping of ids to origin access controls", n.Kind)
	}
	for _, f := range n.Fields {
		if err := r.accessControl(f); err != nil {
			return &entryError{int(f.Pos.Line), fmt.Errorf("%q: %w", f.Name, err)}
		}
	}
	return nil
}

func (r *overlayReader) accessControl(f tree.Field) error {
	if f.Value.Kind != tree.Object {
		return fmt.Errorf("is %s, want signing-behavior, origin-type and credentials", f.Value.Kind)
	}
	said := false
	behavior, kind, protocol := "always", "s3", "sigv4"
	for _, m := range f.Value.Fields {
		to := map[string]*string{"signing-behavior": &behavior, "origin-type": &kind, "signing-protocol": &protocol}[m.Name]
		switch {
		case m.Name == "credentials":
			if err := r.credentials(f.Name, m.Value); err != nil {
				return fmt.Errorf("credentials: %w", err)
			}
			continue
		case to == nil:
			return fmt.Errorf("%q is not one of signing-behavior, origin-type, signing-protocol, credentials", m.Name)
		}
		if err := word(m.Value, to); err != nil {
			return fmt.Errorf("%s %w", m.Name, err)
		}
		said = true
	}
	if !said { // the credentials of one that the files describe
		return nil
	}
	text := func(s string) *tree.Node { return tree.NewString(s, f.Pos) }
	config := tree.NewObject(f.Pos).Set("Name", text(f.Name)).Set("OriginAccessControlOriginType", text(kind)).
		Set("SigningBehavior", text(behavior)).Set("SigningProtocol", text(protocol))
	r.resources = append(r.resources, tree.Resource{Type: tree.OriginAccessControl, Name: f.Name, ID: f.Name, Pos: f.Pos, Config: config})
	return nil
}

func (r *overlayReader) credentials(id string, n *tree.Node) error {
	if n.Kind != tree.Object {
		return fmt.Errorf("is %s, want access-key-id and secret-access-key", n.Kind)
	}
	var c AccessCredentials
	for _, m := range n.Fields {
		to := map[string]*string{"access-key-id": &c.AccessKeyID, "secret-access-key": &c.SecretAccessKey, "session-token": &c.SessionToken}[m.Name]
		if to == nil {
			return fmt.Errorf("%q is not one of access-key-id, secret-access-key, session-token", m.Name)
		}
		if err := word(m.Value, to); err != nil {
			return fmt.Errorf("%s %w", m.Name, err)
		}
		if name, ok := strings.CutPrefix(*to, "env:"); ok {
			value, set := os.LookupEnv(name)
			if !set || value == "" {
				return fmt.Errorf("%s: the variable %s is not set", m.Name, name)
			}
			*to = value
		}
	}
	if c.AccessKeyID == "" || c.SecretAccessKey == "" {
		return fmt.Errorf("want both access-key-id and secret-access-key")
	}
	if r.overlay.AccessCredentials == nil {
		r.overlay.AccessCredentials = map[string]AccessCredentials{}
	}
	r.overlay.AccessCredentials[id] = c
	return nil
}
