package policy

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
)

// RuleID names one documented behavior, e.g. "CF-CERT-05". Ids are never
// reused or renumbered.
type RuleID string

// Rule is one documented behavior of CloudFront, a row in the catalogue.
type Rule struct {
	// ID is the stable id.
	ID RuleID `json:"id"`
	// Area is the part of the service it belongs to, e.g. "certificate".
	Area string `json:"area"`
	// Condition says when the rule applies, in our words.
	Condition string `json:"condition"`
	// Outcome says what CloudFront does then, in our words.
	Outcome string `json:"outcome"`
	// Values holds related numbers, literals and remarks.
	Values string `json:"values,omitempty"`
	// Fidelity says how well the rule is known.
	Fidelity Fidelity `json:"fidelity"`
	// Source is where the rule was found.
	Source Source `json:"source"`
}

// Source is where a rule was found.
type Source struct {
	// Page is the URL of the page, with the section as its fragment, or a few words
	// if there is no URL.
	Page string `json:"page"`
	// Read is the date (ISO 8601) on which we last read the page, not the page's own
	// date.
	Read string `json:"read"`
}

// Fidelity says how well a rule is known.
type Fidelity string

// The fidelities.
const (
	// Documented means that AWS states it.
	Documented Fidelity = "documented"
	// Observed means that it was seen in captured responses or reports, with their
	// dates.
	Observed Fidelity = "observed"
	// Inferred means that it is our own conclusion where the documentation is
	// silent.
	Inferred Fidelity = "inferred"
	// Unknown means that it is neither documented nor observed.
	Unknown Fidelity = "unknown"
)

// Stage is the step of an exchange at which something was decided. Stages are
// ordered.
type Stage string

// The stages of an exchange, in the order in which they happen.
const (
	StageViewer    Stage = "viewer"    // the viewer's request itself
	StageFunction  Stage = "function"  // an edge function
	StageResolve   Stage = "resolve"   // resolving the origin's name
	StageDial      Stage = "dial"      // TCP connect
	StageHandshake Stage = "handshake" // TLS handshake
	StageVerify    Stage = "verify"    // the certificate chain and its names
	StageSend      Stage = "send"      // writing the request
	StageRead      Stage = "read"      // reading the response head
	StageBody      Stage = "body"      // reading the response body
	StageEdge      Stage = "edge"      // the edge itself, at any step
)

// Verdict is the outcome of judging one rule.
type Verdict string

// The verdicts.
const (
	Pass Verdict = "pass"
	// Fail means that CloudFront would return an error because of it.
	Fail Verdict = "fail"
	// Warn means that it works but deserves attention.
	Warn Verdict = "warn"
	// Blocked means that it could not be judged because another rule failed.
	Blocked Verdict = "blocked"
	// Unsimulated means that edgesim does not simulate the rule.
	Unsimulated Verdict = "unsimulated"
)

// Finding is the judgment of one rule in one exchange, with its evidence.
type Finding struct {
	Rule    RuleID  `json:"rule"`
	Verdict Verdict `json:"verdict"`
	// Cause is the cause that this finding leads to if it decides; "" if none.
	Cause CauseName `json:"cause,omitempty"`
	// Subject is what was judged, e.g. `certificate 0 (CN=example.com)`.
	Subject string `json:"subject,omitempty"`
	// Observed is what was seen; Expected is what the rule requires.
	Observed string `json:"observed,omitempty"`
	Expected string `json:"expected,omitempty"`
	// Hint says how to fix it, in terms of the origin.
	Hint string `json:"hint,omitempty"`
	// Inferred marks a judgment that the documentation does not cover.
	Inferred bool `json:"inferred,omitempty"`
}

//go:embed catalogue.tsv
var catalogueTSV string

// Catalogue returns every documented behavior, in catalogue order. The result is
// shared: do not modify it.
var Catalogue = sync.OnceValue(func() []Rule {
	rules, err := parseCatalogue(catalogueTSV)
	if err != nil {
		panic("policy/catalogue.tsv: " + err.Error()) // checked by TestCatalogue
	}
	return rules
})

var catalogueIndex = sync.OnceValue(func() map[RuleID]*Rule {
	rules := Catalogue()
	index := make(map[RuleID]*Rule, len(rules))
	for i := range rules {
		index[rules[i].ID] = &rules[i]
	}
	return index
})

// RuleByID returns the rule with this id.
func RuleByID(id RuleID) (*Rule, bool) {
	r, ok := catalogueIndex()[id]
	return r, ok
}

// parseCatalogue parses the tab-separated catalogue: a header line, then one rule per line
// with the columns id, area, condition, outcome, values, fidelity, page, read.
func parseCatalogue(text string) ([]Rule, error) {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	rules := make([]Rule, 0, len(lines))
	for n, line := range lines[1:] {
		col := strings.Split(line, "\t")
		if len(col) != 8 {
			return nil, fmt.Errorf("line %d: %d columns, want 8", n+2, len(col))
		}
		rules = append(rules, Rule{
			ID: RuleID(col[0]), Area: col[1], Condition: col[2], Outcome: col[3], Values: col[4],
			Fidelity: Fidelity(col[5]), Source: Source{Page: col[6], Read: col[7]},
		})
	}
	return rules, nil
}
