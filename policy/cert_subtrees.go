package policy

import "strings"

// maxDNSName is the longest a DNS name can be in text (RFC 1035 section 3.1).
const maxDNSName = 253

// subtrees are the DNS constraints of a CA in a form in which a name costs as
// many look-ups as it has labels, however many constraints there are.
type subtrees struct {
	// domains are those that cover themselves and what is below, by canonical
	// name; "" covers everything.
	domains map[string]string
	// below are those that begin with a dot and cover only what is below; the
	// dot is part of the key.
	below map[string]string
	// parents has, for a constraint of at least two labels, the name without its
	// first: what a wildcard that stands for it ends in.
	parents map[string]string
}

func newSubtrees(trees []string) subtrees {
	s := subtrees{map[string]string{}, map[string]string{}, map[string]string{}}
	for _, tree := range trees {
		name := canonicalName(tree)
		if strings.HasPrefix(name, ".") {
			s.below[name] = tree
		} else {
			s.domains[name] = tree
		}
		if label, parent, ok := strings.Cut(strings.TrimPrefix(name, "."), "."); ok && label != "" {
			s.parents[parent] = tree
		}
	}
	return s
}

// holds returns the constraint whose domain a name is, or is below. A constraint
// that begins with a dot covers only what is below.
func (s subtrees) holds(name string) (tree string, ok bool) {
	name = canonicalName(name)
	if tree, ok = s.domains[""]; ok {
		return tree, true
	}
	if tree, ok = s.domains[name]; ok {
		return tree, true
	}
	for i := max(0, len(name)-maxDNSName-1); i < len(name); i++ {
		if name[i] != '.' {
			continue
		}
		if tree, ok = s.below[name[i:]]; ok {
			return tree, true
		}
		if tree, ok = s.domains[name[i+1:]]; ok {
			return tree, true
		}
	}
	return "", false
}

// hit returns the constraint that holds a name, or, of a wildcard, one of the
// names that it stands for.
func (s subtrees) hit(name string) (tree string, ok bool) {
	if tree, ok = s.holds(name); ok {
		return tree, true
	}
	parent, wildcard := strings.CutPrefix(canonicalName(name), "*.")
	if !wildcard || strings.HasPrefix(parent, ".") {
		return "", false
	}
	tree, ok = s.parents[parent]
	return tree, ok
}
