package main

import "testing"

// TestOwnValues: completions only know values of existing flags.
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
