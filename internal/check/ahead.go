package check

import (
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// PolicyDate says what another version of the documented TLS lists would change. It is
// judged by a handshake under that version, as a run with that --policy makes it.
type PolicyDate struct {
	// Policy is the name of the snapshot, as --policy accepts it.
	Policy string `json:"policy"`
	// Verdict is pass, warn, fail or undecided, for the handshake and the certificates
	// only.
	Verdict Verdict `json:"verdict"`
	// Why says what it is based on; Rule is what would fail or warn.
	Why  string        `json:"why"`
	Rule policy.RuleID `json:"rule,omitempty"`
}

// policyDates judges the offers of the other snapshots. If the origin's certificates were
// not seen, no handshake was made with those offers, and only a scan can tell.
func policyDates(k *caseOf) []PolicyDate {
	v := k.visit
	h := v.last().Handshake
	if !k.plan.Target.TLS || h == nil || v.spared {
		return nil
	}
	now := k.subject.Edge.PolicyName()
	var all []PolicyDate
	for _, s := range policy.Snapshots() {
		if s.Name == now {
			continue
		}
		o := policy.OfferFor(k.origin.SSLProtocols, s)
		if d := v.under(o); d != nil {
			all = append(all, v.dateOf(s.Name, d))
		} else {
			all = append(all, byScan(s.Name, o, v.scan))
		}
	}
	return all
}

// under returns what was seen with an offer; nil if nothing was. The visit itself used one
// of them.
func (v *visit) under(o policy.Offer) *dated {
	for _, d := range v.dated {
		if sameOffer(d.offer, o) {
			return d
		}
	}
	if h := v.last().Handshake; !sameOffer(v.plan.Target.Offer, o) || len(h.PeerCertificates) == 0 {
		return nil
	}
	a := *v.last()
	if c := v.cause; c == nil || c.Stage != policy.StageHandshake && c.Stage != policy.StageVerify {
		a.Cause = nil // the origin was reached
	}
	return &dated{offer: o, attempt: &a, presented: v.presented}
}

// dateOf returns the verdict of a handshake with another version of the lists.
func (v *visit) dateOf(name string, under *dated) PolicyDate {
	o, a, cause := under.offer, under.attempt, under.attempt.Cause
	d := PolicyDate{Policy: name}
	h := a.Handshake
	switch {
	case cause != nil && cause.Stage != policy.StageHandshake && cause.Stage != policy.StageVerify || h == nil, cause != nil && cause.Name == policy.CauseConnectTimeout:
		d.Verdict, d.Why = Undecided, "the handshake under that list was not answered"
		if cause != nil {
			d.Why += ": " + cause.Detail
		}
	case cause != nil:
		d.Verdict, d.Rule, d.Why = Fail, cause.Rule, cause.Detail
		if narrower, detail := v.refusedUnder(o, cause); narrower != "" {
			d.Rule, d.Why = narrower.Spec().Rule, detail
		}
	default:
		d.Verdict, d.Why = Pass, "agreed on: "+agreed(h)
		if others := otherChains(under.presented, h.PeerCertificates); len(others) > 0 {
			d.Verdict, d.Rule = Warn, others[0].cause.Rule
			d.Why += "; another certificate of the origin, for " + others[0].KeyType + " keys, fails"
		}
	}
	return d
}

// refusedUnder explains why an origin refuses an offer, from the scan or from what it
// accepts of this run's offer; "" if neither tells.
func (v *visit) refusedUnder(o policy.Offer, cause *policy.Cause) (policy.CauseName, string) {
	if !refused(cause) {
		return "", ""
	}
	if v.scan != nil {
		return v.scan.Explain(o)
	}
	var older, suites, groups bool
	for _, p := range v.presented {
		if o.Allows(p.Version) {
			older = true
			suites = suites || slices.Contains(o.Suites, p.Suite)
			groups = groups || slices.Contains(o.Suites, p.Suite) && (p.Group == 0 || slices.Contains(o.Groups, p.Group))
		}
	}
	switch {
	case !older:
		return "", ""
	case !suites:
		return policy.CauseTLSNoSharedCipher, "the origin takes none of the suites of that list"
	case !groups:
		return policy.CauseTLSNoSharedCurve, "the origin takes none of the curves of that list"
	}
	return "", ""
}

// byScan judges from the results of a scan.
func byScan(name string, o policy.Offer, scan *originconn.ScanReport) PolicyDate {
	d := PolicyDate{Policy: name, Verdict: Undecided, Why: "no certificate was seen; --scan tells what the origin accepts"}
	if scan == nil {
		return d
	}
	cause, detail := scan.Explain(o)
	if cause != "" {
		d.Verdict, d.Rule = Fail, cause.Spec().Rule
	}
	d.Why = "by the scan: " + detail
	return d
}

// agreed names what was negotiated.
func agreed(h *originconn.Handshake) string {
	parts := []string{tlswire.VersionName(h.Version), tlswire.SuiteName(h.CipherSuite)}
	if h.Curve != 0 {
		parts = append(parts, tlswire.GroupName(h.Curve))
	}
	return strings.Join(parts, " ")
}
