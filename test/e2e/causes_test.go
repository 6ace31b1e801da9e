package e2e_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/policy"
)

// TestCausePages: every failure of an origin has a page in docs/causes with its status, and
// what a page suggests exists.
func TestCausePages(t *testing.T) {
	t.Parallel()
	index, err := os.ReadFile("../../docs/CAUSES.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]policy.CauseName{}
	for _, f := range lab.Faults() {
		shown[f.Name] = f.Cause
	}
	for _, c := range policy.Causes() {
		name := string(c.Name)
		own := slices.ContainsFunc([]string{"viewer-", "edge-", "function-", "lambda-", "origin-unsigned"}, func(p string) bool { return strings.HasPrefix(name, p) })
		if own {
			continue
		}
		page, err := os.ReadFile("../../docs/causes/" + name + ".md")
		if err != nil {
			t.Errorf("the cause %s has no page: %v", name, err)
			continue
		}
		if !strings.Contains(string(page), fmt.Sprintf("`%s`, status %d\n", name, c.Status)) {
			t.Errorf("docs/causes/%s.md does not have the status %d", name, c.Status)
		}
		if !strings.Contains(string(index), fmt.Sprintf("| [%s](causes/%s.md) | %d |", name, name, c.Status)) {
			t.Errorf("docs/CAUSES.md does not list %s with %d", name, c.Status)
		}
		for _, m := range regexp.MustCompile(`curl -i http://127.0.0.1:8080/([a-z0-9-]+)`).FindAllStringSubmatch(string(page), -1) {
			if shown[m[1]] != c.Name {
				t.Errorf("docs/causes/%s.md suggests /%s, which shows %q", name, m[1], shown[m[1]])
			}
		}
	}
}
