package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

// TestRulesDocuments: docs/RULES.md, FIDELITY.md and PLATFORMS.md are what the rows say.
// go generate ./cmd/edgesim rewrites them.
func TestRulesDocuments(t *testing.T) {
	t.Parallel()
	for name, write := range map[string]func(io.Writer, []ruleEntry) error{"RULES.md": rulesMarkdown, "FIDELITY.md": fidelityMarkdown, "PLATFORMS.md": platformsMarkdown} {
		var out bytes.Buffer
		if err := write(&out, ruleEntries()); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join("..", "..", "docs", name)
		if *update {
			if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if got, err := os.ReadFile(file); err != nil || !bytes.Equal(got, out.Bytes()) {
			t.Errorf("docs/%s is not what the rows say (%v): run go generate ./cmd/edgesim", name, err)
		}
	}
}

// TestRuleFamilies: every rule has a family with a title, every family a rule.
func TestRuleFamilies(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	for _, r := range policy.Catalogue() {
		f := familyOf(r.ID)
		if f.title == f.name {
			t.Errorf("%s: its family has no title", r.ID)
		}
		used[f.name] = true
	}
	for _, f := range ruleFamilies {
		if !used[f.name] {
			t.Errorf("no rule of the family %s", f.name)
		}
	}
}

// TestRulesText: one rule in full, as a person reads it.
func TestRulesText(t *testing.T) {
	t.Parallel()
	chosen, exact, err := chooseRules(ruleEntries(), []string{"cf-cert-05", "CF-CERT-" + "18"}, "") // in two, as no test proves the second: it is declared as a gap
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&rulesText{w: &out, width: 100}).print(chosen, exact); err != nil {
		t.Fatal(err)
	}
	golden(t, "rules.txt", out.Bytes())
}

func TestRulesSearch(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		names []string
		words string
		want  policy.RuleID
		exact bool
	}{
		{nil, "chain order", "CF-CERT-05", false},
		{nil, "wrong-order", "CF-CERT-05", false}, // by the origin of the lab
		{[]string{"CF-CERT"}, "", "CF-CERT-01", false},
		{[]string{"CF-CERT-05"}, "", "CF-CERT-05", true},
	} {
		chosen, exact, err := chooseRules(ruleEntries(), test.names, test.words)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, r := range chosen {
			ids = append(ids, string(r.ID))
		}
		// Not everything: a search that returns all rules has found none.
		if !slices.Contains(ids, string(test.want)) || len(ids) > len(ruleEntries())/4 || exact != test.exact {
			t.Errorf("%q %q: %v, exact %t; want %s, %t", test.names, test.words, ids, exact, test.want, test.exact)
		}
	}
	for _, names := range [][]string{{"CF-CERT-99"}, {"cert"}} {
		if _, _, err := chooseRules(ruleEntries(), names, ""); err == nil {
			t.Errorf("%q was found", names)
		}
	}
}
