package policy

import "strings"

// maxDNSName is the maximum length of a DNS name in text form (RFC 1035 section 3.1).
const maxDNSName = 253

// subtrees are the DNS constraints of a CA in a form in which checking a name takes as many
// lookups as it has labels, no matter how many constraints there are.
type subtrees struct {
	// domains are the constraints that cover a name and everything below it, by canonical
	// name; "" covers everything.
	domains map[string]string
	// below are the constraints that start with a dot and cover only what is below; the dot
	// is part of the key.
	below map[string]string
	// parents maps the parent of each constraint of at least two labels to the constraint:
	// a wildcard that can stand for it ends in that parent.
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

// holds returns the constraint that a name is equal to or below. A constraint that starts
// with a dot covers only what is below.
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

// hit returns the constraint that covers a name or, for a wildcard, one of the names that
// it stands for.
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
