package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// checkELB judges security policies of Elastic Load Balancing by name, without an origin.
// For a single one the exit code is its verdict; all of them are printed as a table.
func (p *program) checkELB(c *cli.Context) error {
	if c.Args().Present() || c.String("origin") != "" {
		return usage{err: errors.New("--elb-policy judges a security policy without an origin: leave CONFIG and URLs out"),
			hint: "edgesim check --elb-policy all --origin-ssl-protocols TLSv1.2"}
	}
	snapshot, err := policy.SnapshotFor(c.String("policy"))
	if err != nil {
		return usage{err: fmt.Errorf("--policy: %w", err)}
	}
	protocols := distribution.InferredSSLProtocols()
	if names := list(c.String("origin-ssl-protocols")); names != nil {
		protocols = nil
		for _, name := range names {
			protocols = append(protocols, distribution.SSLProtocol(name))
		}
		if len(policy.OfferFor(protocols, snapshot).Versions) < len(protocols) {
			return usage{err: fmt.Errorf("--origin-ssl-protocols %q: allowed are SSLv3, TLSv1, TLSv1.1, TLSv1.2 (CF-CONF-04)", c.String("origin-ssl-protocols"))}
		}
	}
	wanted := c.String("elb-policy")
	var verdicts []policy.ELBVerdict
	var names []string
	for _, e := range policy.ELBPolicies() {
		names = append(names, strings.TrimPrefix(e.Name, elbPrefix))
		if wanted == "all" || strings.EqualFold(e.Name, wanted) || strings.EqualFold(e.Name, elbPrefix+wanted) {
			verdicts = append(verdicts, policy.JudgeELBPolicy(e, protocols, snapshot))
		}
	}
	if len(verdicts) == 0 {
		return usage{err: fmt.Errorf("--elb-policy %q is not known", wanted), hint: "all, or " + elbPrefix + " and one of " + strings.Join(names, ", ")}
	}
	if err := p.printELB(c.String("format"), verdicts); err != nil {
		return err
	}
	if wanted != "all" && verdicts[0].Finding.Verdict == policy.Fail {
		return concluded(exitFailed)
	}
	return nil
}

// printELB prints the verdicts.
func (p *program) printELB(format string, verdicts []policy.ELBVerdict) error {
	switch format {
	case "json":
		rows := make([]elbRow, len(verdicts))
		for i, v := range verdicts {
			rows[i] = elbRowOf(v)
		}
		e := json.NewEncoder(p.out.stdout)
		e.SetIndent("", "  ")
		return e.Encode(struct {
			ELBPolicies []elbRow `json:"elbPolicies"`
		}{rows})
	case "text":
	default:
		return usage{err: fmt.Errorf("--format %q: security policies are printed as text or json", format)}
	}
	return elbScreen(p.out.stdout, verdicts, widthOf(p.out.stdout))
}

// elbRow is a verdict for programs, with names instead of numbers.
type elbRow struct {
	Policy  string         `json:"policy"`
	Verdict policy.Verdict `json:"verdict"`
	// Version is the newest that both support; Suites are those that both support.
	Version string   `json:"version,omitempty"`
	Suites  []string `json:"suites"`
	// WithRSA and WithECDSA are the suites chosen with a certificate of that kind.
	WithRSA   string         `json:"withRSA,omitempty"`
	WithECDSA string         `json:"withECDSA,omitempty"`
	Modern    int            `json:"modern"`
	Finding   policy.Finding `json:"finding"`
	Source    string         `json:"source"`
}

func elbRowOf(v policy.ELBVerdict) elbRow {
	row := elbRow{Policy: v.Policy.Name, Verdict: v.Finding.Verdict, Modern: v.Modern, Finding: v.Finding, Source: v.Policy.Source, Suites: []string{}}
	if v.Version != 0 {
		row.Version = policy.VersionName(v.Version)
	}
	for _, suite := range v.Shared {
		row.Suites = append(row.Suites, tlswire.SuiteName(suite))
	}
	if v.RSA != 0 {
		row.WithRSA = tlswire.SuiteName(v.RSA)
	}
	if v.ECDSA != 0 {
		row.WithECDSA = tlswire.SuiteName(v.ECDSA)
	}
	return row
}
