package policy_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

// firstRead is the day on which the pages of the first rows were last read. AWS's
// news page had 2025-11-24 at its top then, which is not a reading date.
const firstRead = "2026-11-22"

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
		case !day.MatchString(r.Source.Read), r.Source.Read < firstRead:
			t.Errorf("%s: source read on %q, want a day from %s on", r.ID, r.Source.Read, firstRead)
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

// TestCorrectedRows: rows that were reviewed match the current pages and reports.
func TestCorrectedRows(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("testdata/corrected.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(table)), "\n")[1:] {
		col := strings.Split(line, "\t")
		r, _ := policy.RuleByID(policy.RuleID(col[0]))
		if text := r.Condition + " " + r.Outcome + " " + r.Values; string(r.Fidelity) != col[1] || !strings.Contains(text, col[2]) || r.Source.Read != "2026-11-30" {
			t.Errorf("%s: %s, read %s, %q; want %s and %q", col[0], r.Fidelity, r.Source.Read, text, col[1], col[2])
		}
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
