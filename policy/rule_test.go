package policy_test

import (
	"regexp"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

// TestCatalogue checks that every row is whole and that ids are unique.
func TestCatalogue(t *testing.T) {
	t.Parallel()
	form := regexp.MustCompile(`^CF-[A-Z0-9]+-\d{2,3}$`)
	day := regexp.MustCompile(`^\d{4}-\d\d-\d\d$`)
	seen := map[policy.RuleID]bool{}
	for _, r := range policy.Catalogue() {
		switch {
		case !form.MatchString(string(r.ID)):
			t.Errorf("id %q has another form than CF-AREA-NN", r.ID)
		case seen[r.ID]:
			t.Errorf("id %q is used twice", r.ID)
		case r.Area == "", r.Condition == "", r.Outcome == "", r.Source.Page == "":
			t.Errorf("%s lacks a column: %+v", r.ID, r)
		case !day.MatchString(r.Source.Read):
			t.Errorf("%s: source read on %q, want a date", r.ID, r.Source.Read)
		}
		switch r.Fidelity {
		case policy.Documented, policy.Observed, policy.Unknown:
		default:
			t.Errorf("%s: fidelity %q is not one of a catalogue row", r.ID, r.Fidelity)
		}
		seen[r.ID] = true
	}
	if len(seen) < 465 {
		t.Errorf("the catalogue has %d rules, want at least 465", len(seen))
	}
}

func TestRuleByID(t *testing.T) {
	t.Parallel()
	r, ok := policy.RuleByID("CF-CERT-05")
	if !ok || r.Area != "certificate" {
		t.Errorf("RuleByID(CF-CERT-05) = %+v, %t", r, ok)
	}
	if _, ok := policy.RuleByID("CF-CERT-99"); ok {
		t.Error("RuleByID found a rule that does not exist")
	}
}
