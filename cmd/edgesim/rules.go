package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/policy"
)

//go:generate go test . -run TestRulesDocuments -update

func (p *program) rulesCommand() *cli.Command {
	return &cli.Command{
		Name:      "rules",
		Usage:     "print CloudFront's documented rules: what each says, its source, how edgesim decides it, and how to fix an origin",
		ArgsUsage: "[ID | FAMILY | CAUSE …]",
		Description: "ID is a rule like CF-CERT-05, printed in full; FAMILY is a group of rules like CF-CERT, listed;\n" +
			"CAUSE is the short name in X-Edgesim-Cause, like cert-incomplete-chain.\n\n" +
			"Examples:\n" +
			"  edgesim rules CF-CERT-05\n" +
			"  edgesim rules cert-incomplete-chain\n" +
			"  edgesim rules --search chain\n" +
			"  edgesim rules CF-TLS --json",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "search", Usage: "print the rules that contain all of these `WORDS`"},
			&cli.BoolFlag{Name: "json", Usage: "print JSON, for programs"},
			&cli.StringFlag{Name: "markdown", Usage: "print a `DOCUMENT` of docs/: rules or fidelity"},
		},
		Action: p.rules,
	}
}

// ruleEntry is a rule with how edgesim handles it.
type ruleEntry struct {
	policy.Rule
	// Simulated is "yes", "partly" or "no".
	Simulated string `json:"simulated"`
	// How says how edgesim decides it, or why it does not.
	How string `json:"how"`
	// Needs says what simulating it would require.
	Needs string `json:"needs,omitempty"`
	// Lab are the lab's origins that demonstrate it.
	Lab []string `json:"lab,omitempty"`
	// Causes are the causes that it decides.
	Causes []policy.CauseName `json:"causes,omitempty"`
	// Fixes say how to fix an origin that fails by it, by software.
	Fixes []ruleFix `json:"fixes,omitempty"`
}

type ruleFix struct {
	Software string   `json:"software"`
	Steps    []string `json:"steps"`
}

// ruleEntries returns all rules in the order of the catalogue.
func ruleEntries() []ruleEntry {
	gaps := map[policy.RuleID]policy.Gap{}
	for _, g := range policy.Gaps() {
		gaps[g.Rule] = g
	}
	faults, causes, fixes := lab.Faults(), policy.Causes(), check.Fixes()
	var all []ruleEntry
	for _, r := range policy.Catalogue() {
		e := ruleEntry{Rule: r, Simulated: "yes", How: familyOf(r.ID).how}
		if gap, ok := gaps[r.ID]; ok {
			e.Simulated, e.Needs, e.How = "no", gap.Needs, gap.Why
			if gap.Partly {
				e.Simulated = "partly"
			}
		}
		var deciding []string // the origins that fail by it come first
		for _, f := range faults {
			switch {
			case !slices.Contains(f.Rules, r.ID):
			case f.Rules[0] == r.ID && f.Cause != "":
				deciding = append(deciding, f.Name)
			default:
				e.Lab = append(e.Lab, f.Name)
			}
			if f.Cause != "" && f.Rules[0] == r.ID && !slices.Contains(e.Causes, f.Cause) {
				e.Causes = append(e.Causes, f.Cause)
			}
		}
		e.Lab = append(deciding, e.Lab...)
		for _, spec := range causes {
			if spec.Rule == r.ID && !slices.Contains(e.Causes, spec.Name) {
				e.Causes = append(e.Causes, spec.Name)
			}
		}
		for _, f := range fixes {
			if slices.Contains(e.Causes, f.Cause) {
				e.Fixes = append(e.Fixes, ruleFix{f.Software, f.General()})
			}
		}
		all = append(all, e)
	}
	return all
}

func (p *program) rules(c *cli.Context) error {
	switch document := c.String("markdown"); document {
	case "":
	case "rules":
		return rulesMarkdown(p.out.stdout, ruleEntries())
	case "fidelity":
		return fidelityMarkdown(p.out.stdout, ruleEntries())
	default:
		return usage{err: fmt.Errorf("--markdown %q is neither rules nor fidelity", document)}
	}
	chosen, exact, err := chooseRules(ruleEntries(), c.Args().Slice(), c.String("search"))
	if err != nil {
		return err
	}
	if c.Bool("json") {
		e := json.NewEncoder(p.out.stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			Rules []ruleEntry `json:"rules"`
		}{chosen})
	}
	t := rulesText{w: p.out.stdout, ink: inkFor(p.out.stdout), width: widthOf(p.out.stdout)}
	return t.print(chosen, exact)
}

// chooseRules selects rules by id, family and words. exact means that single ones were
// requested.
func chooseRules(all []ruleEntry, names []string, words string) (chosen []ruleEntry, exact bool, err error) {
	exact = len(names) > 0
	for _, name := range names {
		found := false
		for _, r := range all {
			if r.named(name) {
				found = true
				exact = exact && !strings.EqualFold(familyOf(r.ID).name, name)
			}
		}
		if !found {
			hint := "edgesim rules lists them; edgesim rules --search WORDS finds one"
			if near := ingest.DidYouMean(name, causeNames(all)); near != "" {
				hint = fmt.Sprintf("did you mean %q? %s", near, hint)
			}
			return nil, false, usage{err: fmt.Errorf("no rule, family or cause %q", name), hint: hint}
		}
	}
	for _, r := range all {
		named := len(names) == 0 || slices.ContainsFunc(names, r.named)
		if named && r.has(words) {
			chosen = append(chosen, r)
		}
	}
	if len(chosen) == 0 {
		return nil, false, usage{err: fmt.Errorf("no rule has the words %q", words), hint: "fewer words find more; edgesim rules lists all"}
	}
	return chosen, exact, nil
}

// causeNames returns the causes that rules decide. Only they are suggested: every id is
// close to another one.
func causeNames(all []ruleEntry) []string {
	var names []string
	for _, r := range all {
		for _, c := range r.Causes {
			names = append(names, string(c))
		}
	}
	return names
}

// named reports whether a name is the rule's id, its family, or a cause that it decides, in
// any letter case.
func (r *ruleEntry) named(name string) bool {
	return strings.EqualFold(string(r.ID), name) || strings.EqualFold(familyOf(r.ID).name, name) ||
		slices.ContainsFunc(r.Causes, func(c policy.CauseName) bool { return strings.EqualFold(string(c), name) })
}

// causeList and fixText return what a search examines in addition to the row itself.
func causeList(causes []policy.CauseName) string {
	var b strings.Builder
	for _, c := range causes {
		b.WriteString(string(c) + " ")
	}
	return b.String()
}

func fixText(fixes []ruleFix) string {
	var b strings.Builder
	for _, f := range fixes {
		b.WriteString(strings.Join(f.Steps, " ") + " ")
	}
	return b.String()
}

// has reports whether the rule contains every word somewhere.
func (r *ruleEntry) has(words string) bool {
	text := strings.ToLower(strings.Join([]string{string(r.ID), r.Area, r.Condition, r.Outcome, r.Values, r.How, strings.Join(r.Lab, " "), causeList(r.Causes), fixText(r.Fixes)}, "\n"))
	// A setting is also found by its API name if the row has it as words.
	joined := strings.NewReplacer(" ", "", "minimum", "min", "maximum", "max").Replace(text)
	for word := range strings.FieldsSeq(strings.ToLower(words)) {
		if !strings.Contains(text, word) && !strings.Contains(joined, word) {
			return false
		}
	}
	return true
}
