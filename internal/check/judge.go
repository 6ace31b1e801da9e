package check

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"syscall"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// judge turns a case and its visit into a check.
func (c *Config) judge(k *caseOf) Check {
	r := Check{Subject: k.subject.Name, Behavior: k.behavior.PathPattern, Viewers: k.viewers, Verdict: Pass}
	if k.behavior.OriginRequestPolicy != nil {
		r.OriginRequestPolicy = k.behavior.OriginRequestPolicy.Name
	}
	if k.origin == nil {
		r.Outcome = *k.answer
		if k.answer.Rule == redirectRule {
			r.Outcome.Location = printable("https://" + k.viewers[0].Host + k.request.URI)
		}
		if k.answer.Status >= 400 && k.answer.Rule == "CF-ERR-18" {
			r.Verdict = Fail
			r.Cause = policy.UnknownHost(k.viewers[0].Host, k.subject.Edge.Distribution.Aliases)
			r.Rules = []Judgement{{Finding: failure(r.Cause)}}
		}
		return r
	}
	v := k.visit
	r.Origin, r.HostForwarded = k.origin.ID, k.plan.HostForwarded
	if k.group != nil {
		r.Group, r.Member = k.group.ID, k.member+1
	}
	r.Target = targetOf(&k.plan.Target)
	if !c.HandshakeOnly {
		r.Request = &Request{Method: k.plan.Request.Method, URI: k.plan.Request.RequestURI, Host: k.plan.Request.Header[0].Value}
	}
	r.Cause, r.Software, r.Tries = v.cause, v.software, v.tries
	r.unconnected = v.cause != nil && v.last().Handshake == nil && (v.cause.Stage == policy.StageResolve || v.cause.Stage == policy.StageDial)
	r.Connection, r.Certificates = connectionOf(v), c.certificatesOf(v)
	r.Rules = c.judgements(k)
	r.Verdict, r.Why = verdictOf(k, r.Rules)
	r.Outcome = c.outcome(k)
	if r.Cause != nil {
		r.Fix = fixFor(k, r.Software)
	}
	r.Policies = policyDates(k)
	return r
}

// verdictOf returns the verdict on a case, and why it is undecided if it is.
func verdictOf(k *caseOf, rules []Judgement) (Verdict, string) {
	v := k.visit
	switch {
	case v.spared:
		return Undecided, fmt.Sprintf("not asked: the same origin had not answered another path in time (%s)", v.sparedBy.Rule)
	case v.cause != nil:
		if why := fromHereOnly(v.cause); why != "" {
			return Undecided, why
		}
		return Fail, ""
	}
	if why := notAsCloudFront(k.subject.Edge.Distribution, k.behavior, k.origin); why != "" {
		return Undecided, why
	}
	for _, j := range rules {
		if j.Verdict == policy.Warn {
			return Warn, ""
		}
	}
	return Pass, ""
}

// fromHereOnly explains why a failure may be due to this machine's network and not the
// origin; "" if it is due to the origin.
func fromHereOnly(cause *policy.Cause) string {
	var dns *net.DNSError
	switch {
	case errors.As(cause.Err, &dns) && !dns.IsNotFound && (dns.IsTimeout || dns.IsTemporary):
		return "this machine's name servers gave no answer, so nothing is known of the origin's name"
	case errors.Is(cause.Err, syscall.ENETUNREACH), errors.Is(cause.Err, syscall.EHOSTUNREACH):
		return "this machine has no route to the origin; CloudFront may have one"
	case errors.Is(cause.Err, context.Canceled):
		return "it was stopped before it could be decided"
	}
	return ""
}

// notAsCloudFront returns the setting, not simulated or not covered by a check, that keeps
// what was seen from being a verdict on CloudFront; "" if there is none. Settings that do
// not affect the way to the origin, such as logs, do not count.
func notAsCloudFront(d *distribution.Distribution, b *distribution.CacheBehavior, o *distribution.Origin) string {
	for _, n := range d.Notices {
		if n.Kind == distribution.NoticeUnsimulated && (n.Origin != "" && n.Origin == o.ID || n.Behavior != "" && n.Behavior == b.PathPattern) {
			return n.Message
		}
	}
	if s, _ := policy.SignatureFor(policy.SignatureFacts{Origin: o}); s != nil {
		return fmt.Sprintf("CloudFront signs requests to this origin (origin access control %q), and a check sends them unsigned", s.AccessControl)
	}
	return ""
}

// stages are the steps of a visit in order.
var stages = []policy.Stage{policy.StageResolve, policy.StageDial, policy.StageHandshake, policy.StageVerify, policy.StageSend, policy.StageRead, policy.StageBody}

// judgments has one judgment for each rule that a visit can decide.
func (c *Config) judgements(k *caseOf) []Judgement {
	v := k.visit
	var all []Judgement
	have := map[policy.RuleID]bool{}
	add := func(f policy.Finding, by policy.RuleID) {
		all = append(all, Judgement{Finding: f, BlockedBy: by})
		have[f.Rule] = true
	}
	deciding := policy.RuleID("")
	if v.cause != nil {
		deciding = v.cause.Rule
	}
	for _, f := range v.last().Findings {
		by := policy.RuleID("")
		if f.Verdict == policy.Blocked {
			by = deciding
		}
		add(f, by)
	}
	if v.cause != nil && !slices.ContainsFunc(all, func(j Judgement) bool { return j.Rule == deciding && j.Verdict == policy.Fail }) {
		add(failure(v.cause), "")
	}
	for _, f := range c.ownFindings(k) {
		add(f, "")
	}
	for _, spec := range policy.Causes() {
		if have[spec.Rule] || !c.applies(&k.plan.Target, spec) {
			continue
		}
		f := policy.Finding{Rule: spec.Rule, Verdict: policy.Pass, Observed: v.passed(spec)}
		by := policy.RuleID("")
		if !v.reached(spec) {
			f.Verdict, f.Observed, by = policy.Blocked, "", deciding
			if v.spared {
				by = v.sparedBy.Rule
			}
		}
		if spec.Rule == "CF-NAME-05" && have["CF-NAME-01"] || spec.Rule == "CF-NAME-05" && have["CF-NAME-02"] {
			continue // covered by the rule for a match
		}
		add(f, by)
	}
	slices.SortStableFunc(all, func(a, b Judgement) int { return weight(a, deciding) - weight(b, deciding) })
	return all
}

// weight orders judgments: the deciding failure first.
func weight(j Judgement, deciding policy.RuleID) int {
	if j.Verdict == policy.Fail && j.Rule == deciding {
		return -1
	}
	return slices.Index([]policy.Verdict{policy.Fail, policy.Warn, policy.Blocked, policy.Pass, policy.Unsimulated}, j.Verdict)
}

// failure is the finding that a cause stands for.
func failure(c *policy.Cause) policy.Finding {
	return policy.Finding{Rule: c.Rule, Verdict: policy.Fail, Cause: c.Name, Observed: c.Detail, Hint: c.Hint, Inferred: c.Inferred}
}

// applies reports whether a visit can result in a cause at all.
func (c *Config) applies(t *originconn.Target, spec policy.CauseSpec) bool {
	if !spec.Name.OfOrigin() {
		return false
	}
	switch spec.Stage {
	case policy.StageHandshake, policy.StageVerify:
		return t.TLS
	case policy.StageRead, policy.StageBody:
		if spec.Name == policy.CauseResponseCompletionTimeout && t.CompletionTimeout == 0 {
			return false
		}
		return !c.HandshakeOnly
	}
	return true
}

// reached reports whether the visit got past what a cause stands for.
func (v *visit) reached(spec policy.CauseSpec) bool {
	if v.spared {
		return slices.Index(stages, spec.Stage) < slices.Index(stages, policy.StageRead)
	}
	if v.cause == nil {
		return true
	}
	at, failed := slices.Index(stages, spec.Stage), slices.Index(stages, v.cause.Stage)
	if h := v.last().Handshake; spec.Stage == policy.StageHandshake && h != nil && h.Version != 0 {
		// What was negotiated stays negotiated, whatever came after.
		return spec.Name == policy.CauseTLSNotTLS || spec.Name == policy.CauseTLSProtocolMismatch ||
			spec.Name == policy.CauseTLSNoSharedCipher || failed > at
	}
	if spec.Stage == policy.StageRead && failed == slices.Index(stages, policy.StageBody) {
		return spec.Name != v.cause.Name
	}
	return at < failed
}
