package policy_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

// TestGaps: every declared gap is a rule, declared once and with its
// reason, and no test claims to prove what is declared as not simulated.
func TestGaps(t *testing.T) {
	t.Parallel()
	claimed := rulesOfTests(t)
	seen := map[policy.RuleID]bool{}
	for _, gap := range policy.Gaps() {
		if _, ok := policy.RuleByID(gap.Rule); !ok {
			t.Errorf("%s: no such rule", gap.Rule)
		}
		if seen[gap.Rule] {
			t.Errorf("%s is declared twice", gap.Rule)
		}
		seen[gap.Rule] = true
		if gap.Needs == "" || len(gap.Why) < 20 || strings.HasSuffix(gap.Why, ".") {
			t.Errorf("%s: needs %q because %q: want a reason, as a clause", gap.Rule, gap.Needs, gap.Why)
		}
		switch where := claimed[string(gap.Rule)]; {
		case where != "" && !gap.Partly:
			t.Errorf("%s is declared as not simulated, and %s names it", gap.Rule, where)
		case where == "" && gap.Partly:
			t.Errorf("%s is declared as partly simulated, and no test names it", gap.Rule)
		}
	}
}

// TestNothingIsLeftOut: in the areas that are worked through, every rule is
// named by a test or declared.
func TestNothingIsLeftOut(t *testing.T) {
	t.Parallel()
	claimed := rulesOfTests(t)
	declared := map[policy.RuleID]bool{}
	for _, gap := range policy.Gaps() {
		declared[gap.Rule] = true
	}
	done := regexp.MustCompile(`^CF-(REQ|HDR|COOKIE|QS|COMP|RESP|RANGE|CERT|NAME|MTLS|TLS|DNS|CONN|TIME|ERR|CACHE|INV|FAILOVER|LIMIT|PATH|VPC|CONF|WS|GRPC|LOG|FN|KVS|MOD|LAE|CNF|S3|OAC|SIGN|VIEW|MT|CD)-`)
	for _, rule := range policy.Catalogue() {
		if done.MatchString(string(rule.ID)) && claimed[string(rule.ID)] == "" && !declared[rule.ID] {
			t.Errorf("%s is neither tested nor declared: %s", rule.ID, rule.Condition)
		}
	}
}

// rulesOfTests returns the rules that the repository's tests name, each with
// one file that does.
func rulesOfTests(t *testing.T) map[string]string {
	t.Helper()
	rules := map[string]string{}
	id := regexp.MustCompile(`CF-[A-Z0-9]+-\d\d\d?`)
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := path.Base(name)
		if d.IsDir() && name != "." && (strings.HasPrefix(base, ".") || base == "vendor") {
			return fs.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(base, "_test.go") {
			return nil
		}
		source, err := fs.ReadFile(root, name)
		for _, rule := range id.FindAllString(string(source), -1) {
			rules[rule] = name
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return rules
}
