package e2e_test

import (
	"os"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

// TestCacheExpectations: our expectations for http-tests/cache-tests, which does not run
// here, name each case once per configuration, and an existing rule. The file lists where
// CloudFront differs from the suite.
func TestCacheExpectations(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/cache_expectations.tsv")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]string{}
	for line := range strings.Lines(string(data)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if strings.HasPrefix(line, "#") || fields[0] == "case" {
			continue
		}
		if len(fields) != 5 || fields[2] != "pass" && fields[2] != "fail" {
			t.Errorf("%q is not a line of case, configuration, expected, rule and why", line)
			continue
		}
		name := fields[0] + " " + fields[1]
		rule, ok := policy.RuleByID(policy.RuleID(fields[3]))
		if !ok {
			t.Errorf("%s: %s is not a rule", name, fields[3])
			continue
		}
		if strings.HasPrefix(fields[4], "inferred") != (rule.Fidelity != policy.Documented) && fields[2] == "fail" {
			t.Errorf("%s: %s is %s, but the line says %q", name, rule.ID, rule.Fidelity, fields[4])
		}
		if seen[name] != "" {
			t.Errorf("%s is there twice", name)
		}
		seen[name] = fields[2]
		if fields[1] != "plain" && seen[fields[0]+" plain"] != "fail" {
			t.Errorf("%s: only what fails without the key stands here with one", name)
		}
	}
	if len(seen) < 50 {
		t.Errorf("only %d cases are there", len(seen))
	}
}
