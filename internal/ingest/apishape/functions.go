package apishape

import (
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// functionName returns the name under which the set has a function: its ARN or address as
// is, or the name at the end of an ARN.
func functionName(m *mapper, arn string) string {
	if m.find(tree.Function, arn) != nil {
		return arn
	}
	if _, name, ok := strings.Cut(arn, ":function/"); ok {
		return name
	}
	return arn
}

func function(r *reader, o *object, res *tree.Resource) *distribution.Function {
	f := &distribution.Function{Name: o.text("Name", ""), Address: res.Name}
	f.Code = o.text("FunctionCode", "")
	if o.unresolved("FunctionCode") {
		f.Code = ""
	}
	if c := o.child("FunctionConfig"); c != nil {
		f.Runtime, f.Comment = c.enum("Runtime", "", limit{}), c.text("Comment", "")
		for _, it := range c.items("KeyValueStoreAssociations", limit{}, nil) {
			a := r.object(it.path, it.node)
			f.Stores = append(f.Stores, r.store(a.text("KeyValueStoreARN", "")))
			a.done()
		}
		c.done()
	}
	return f
}

// store returns the key-value store that a reference names.
func (r *reader) store(arn string) *distribution.KeyValueStore {
	name := arn
	if r.m.find(tree.KeyValueStore, arn) == nil {
		if _, id, ok := strings.Cut(arn, ":key-value-store/"); ok {
			name = id
		}
	}
	if s, ok := part(r, tree.KeyValueStore, name, keyValueStore); ok {
		return s
	}
	s := &distribution.KeyValueStore{Address: arn}
	if strings.HasPrefix(arn, "arn:") {
		s.ARN = arn
	}
	return s
}

func keyValueStore(r *reader, o *object, res *tree.Resource) *distribution.KeyValueStore {
	s := &distribution.KeyValueStore{Name: o.text("Name", ""), Address: res.Name, ID: res.ID, ARN: res.ARN, Comment: o.text("Comment", "")}
	s.Known = o.node.Has("Data") && !o.unresolved("Data")
	for _, it := range o.plainItems("Data") {
		e := r.object(it.path, it.node)
		s.Entries = append(s.Entries, distribution.KeyValue{Key: e.text("Key", ""), Value: e.text("Value", "")})
		e.done()
	}
	o.known("ImportSource")
	return s
}

func keyGroup(r *reader, o *object, res *tree.Resource) *distribution.KeyGroup {
	g := &distribution.KeyGroup{ID: first(res.ID, res.Name), Name: o.text("Name", ""), Comment: o.text("Comment", "")}
	var ids []string
	if n := o.take("Items"); n != nil && n.Kind == tree.List {
		ids = r.strings("KeyGroupItems", r.plain(o.at("Items"), n), limit{})
	}
	if len(ids) == 0 && len(r.unresolved) == 0 {
		r.problem(distribution.Problem{Path: o.at("Items"), Rule: "CF-CONF-144", Allowed: "at least one public key", Message: "lists no key"})
	}
	for _, id := range ids {
		key, ok := part(r, tree.PublicKey, id, publicKey)
		if !ok {
			key = distribution.PublicKey{ID: id}
		}
		g.Keys = append(g.Keys, key)
	}
	return g
}

func publicKey(r *reader, o *object, res *tree.Resource) distribution.PublicKey {
	k := distribution.PublicKey{ID: first(res.ID, res.Name), Name: o.text("Name", ""), Comment: o.text("Comment", ""), PEM: o.text("EncodedKey", "")}
	if o.unresolved("EncodedKey") {
		k.PEM = ""
	}
	if k.PEM != "" && !distribution.ValidPublicKey(k.PEM) {
		r.problem(distribution.Problem{Path: o.at("EncodedKey"), Value: k.PEM, Allowed: "RSA 2048 or ECDSA P-256 in PEM", Rule: "CF-CONF-147", Message: "is not such a public key"})
	}
	o.known("CallerReference")
	return k
}
