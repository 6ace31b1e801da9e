package main

import "testing"

// TestOwnValues: what completions know of a flag is of one that there is.
func TestOwnValues(t *testing.T) {
	t.Parallel()
	known := map[string]bool{}
	for _, p := range places((&program{}).app()) {
		for _, f := range p.flags() {
			known[p.path+" "+f.name] = f.takesValue
		}
	}
	for name := range ownValues {
		if !known[name] {
			t.Errorf("no flag %q that takes a value", name)
		}
	}
}
