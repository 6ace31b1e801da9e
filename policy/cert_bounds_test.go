package policy_test

import (
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

// subtreesOf are n domains that no name of manyNames is in.
func subtreesOf(n int) edit {
	return func(c *x509.Certificate) {
		for i := range n {
			c.ExcludedDNSDomains = append(c.ExcludedDNSDomains, fmt.Sprintf("x%d.invalid", i))
		}
	}
}

func manyNames(n int) edit {
	return func(c *x509.Certificate) {
		for i := range n {
			c.DNSNames = append(c.DNSNames, fmt.Sprintf("n%d.example.com", i))
		}
	}
}

// A chain of which names and constraints multiply is refused, as OpenSSL
// refuses it, and costs little; one that is large and within the bound passes
// (CF-CERT-04).
func TestConstraintsAreBounded(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	ranges := func(c *x509.Certificate) {
		for i := range 3000 {
			c.ExcludedIPRanges = append(c.ExcludedIPRanges, &net.IPNet{IP: net.IPv4(10, byte(i>>8), byte(i), 0).To4(), Mask: net.CIDRMask(24, 32)})
		}
	}
	manyAddresses := func(c *x509.Certificate) {
		for i := range 3000 {
			c.IPAddresses = append(c.IPAddresses, net.IPv4(192, 168, byte(i>>8), byte(i)))
		}
	}
	for _, tt := range []struct {
		name  string
		ca    edit
		leaf  edit
		fails bool
	}{
		{"1,000 names below 1,000 constraints", subtreesOf(1000), manyNames(1000), false},
		{"6,000 names below 6,000 constraints", subtreesOf(6000), manyNames(6000), true},
		{"3,000 addresses below 3,000 ranges", ranges, manyAddresses, true},
		{"6,000 names below none", func(*x509.Certificate) {}, manyNames(6000), false},
		{"one name below 20,000 constraints", subtreesOf(20000), func(*x509.Certificate) {}, false},
	} {
		inter := root.ca("Constrained", tt.ca)
		facts := policy.ChainFacts{
			Raw: raw(inter.leaf(tt.leaf), inter), Names: policy.AcceptedNames{"origin.example.com"}, At: noon,
			Trust: policy.NewTrustStore(root.Certificate),
		}
		deciding, failed := policy.DecidingFinding(policy.JudgeChain(facts))
		if failed != tt.fails || failed && (deciding.Rule != "CF-CERT-04" || !deciding.Inferred || !strings.Contains(deciding.Observed, "would have to be compared")) {
			t.Errorf("%s: got %v %+v, want failed %v", tt.name, failed, deciding, tt.fails)
		}
	}
}

// Many paths over the same CAs cost no more than one, and many names that violate a
// constraint are one finding.
func TestConstraintsOnManyPaths(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	first, second := root.ca("First"), root.ca("Second")
	var chain []*entity
	for range 6 { // 36 paths
		chain = append(chain, first.cross(second, subtreesOf(1000)), root.cross(first, subtreesOf(1000)))
	}
	excluded := func(c *x509.Certificate) { c.ExcludedDNSDomains = []string{"example.com"} }
	chain = append([]*entity{second.leaf(manyNames(1000))}, chain...)
	chain = append(chain, first.cross(second, excluded))
	facts := policy.ChainFacts{
		Raw: raw(chain...), Names: policy.AcceptedNames{"origin.example.com"}, At: noon, Trust: policy.NewTrustStore(root.Certificate),
	}
	asked := 0 // before each link that is checked and each step of the search
	facts.Stop = func() bool { asked++; return false }
	findings := policy.JudgeChain(facts)
	if asked > 2*len(chain) {
		t.Errorf("it took %d steps to judge %d certificates", asked, len(chain))
	}
	if len(findings) > 60 {
		t.Errorf("%d findings", len(findings))
	}
	only := policy.ChainFacts{
		Raw: raw(chain[0], chain[len(chain)-1], chain[2]), Names: facts.Names, At: noon, Trust: facts.Trust,
	}
	deciding, _ := policy.DecidingFinding(policy.JudgeChain(only))
	if !strings.Contains(deciding.Observed, "and 1000 more of its names break the constraints") {
		t.Errorf("got %+v", deciding)
	}
}

// A judgment ends when Stop says so: of thousands of names below thousands of constraints
// on many paths, many of them violations, few are examined.
func TestJudgmentStops(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	first, second := root.ca("First"), root.ca("Second")
	excluded := func(c *x509.Certificate) { c.ExcludedDNSDomains = []string{"example.com"} }
	chain := []*entity{second.leaf(manyNames(1000))}
	for range 6 { // 36 paths
		chain = append(chain, first.cross(second, excluded), root.cross(first, excluded))
	}
	judge := func(stopAt int) (asked, found int) {
		findings := policy.JudgeChain(policy.ChainFacts{
			Raw: raw(chain...), Names: policy.AcceptedNames{"origin.example.com"}, At: noon, Trust: policy.NewTrustStore(root.Certificate),
			Stop: func() bool { asked++; return stopAt > 0 && asked >= stopAt },
		})
		for _, f := range findings {
			if f.Rule == "CF-CERT-04" {
				found++
			}
		}
		return asked, found
	}
	all, allFound := judge(0)
	stopped, stoppedFound := judge(1)
	if stopped == 0 || stopped >= all || stoppedFound >= allFound {
		t.Errorf("stopped at once it asked %d times and found %d breaches, to the end %d and %d", stopped, stoppedFound, all, allFound)
	}
}
