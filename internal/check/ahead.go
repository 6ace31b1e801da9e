package check

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// PolicyDate says what another state of the documented TLS lists would change.
// It is judged from what was seen, without going to the origin again.
type PolicyDate struct {
	// Policy is the name of the snapshot, as --policy takes it.
	Policy string `json:"policy"`
	// Verdict is pass, fail or undecided, of the handshake alone.
	Verdict Verdict `json:"verdict"`
	// Why says what it rests on, Rule what would fail.
	Why  string        `json:"why"`
	Rule policy.RuleID `json:"rule,omitempty"`
}

// policyDates judges the offers of the other snapshots. What was agreed on under
// one list would be accepted under every list that has it; what an origin does
// with less than it got takes a scan to tell.
func policyDates(k *caseOf) []PolicyDate {
	v := k.visit
	h := v.last().Handshake
	if !k.plan.Target.TLS || h == nil || v.spared {
		return nil
	}
	now := k.subject.Edge.PolicyName()
	var all []PolicyDate
	for _, s := range policy.Snapshots() {
		if s.Name != now {
			all = append(all, underSnapshot(s, policy.OfferFor(k.origin.SSLProtocols, s), h, v.scan))
		}
	}
	return all
}

func underSnapshot(s policy.Snapshot, o policy.Offer, h *originconn.Handshake, scan *originconn.ScanReport) PolicyDate {
	d := PolicyDate{Policy: s.Name, Verdict: Undecided}
	if scan != nil {
		cause, detail := scan.Explain(o)
		shared := scan.Shared(o)
		switch {
		case cause != "":
			d.Verdict, d.Rule = Fail, cause.Spec().Rule
		case len(shared.Versions) > 0 && len(shared.Suites) > 0:
			d.Verdict = Pass
		}
		d.Why = "by the scan: " + detail
		return d
	}
	switch {
	case h.Version == 0:
		d.Why = "nothing was agreed on; --scan tells what the origin accepts"
	case o.Allows(h.Version) && (h.Version == policy.VersionTLS13 || slices.Contains(o.Suites, h.CipherSuite)) &&
		(h.Curve == 0 || slices.Contains(o.Groups, h.Curve)):
		d.Verdict, d.Why = Pass, "what was agreed on is in that list, too"
	default:
		d.Why = fmt.Sprintf("%s was agreed on, which that list does not have; --scan, or --policy %s, tells", agreed(h), s.Name)
	}
	return d
}

// agreed names what was agreed on.
func agreed(h *originconn.Handshake) string {
	parts := []string{tlswire.VersionName(h.Version), tlswire.SuiteName(h.CipherSuite)}
	if h.Curve != 0 {
		parts = append(parts, tlswire.GroupName(h.Curve))
	}
	return strings.Join(parts, " ")
}
