package check

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// advice returns what serve would say about the origin's own answer, and what is known
// about the platform that hosts the origin.
func (c *Config) advice(k *caseOf) []policy.Finding {
	var found []policy.Finding
	told := map[string]bool{}
	for _, viewer := range k.viewers {
		for _, f := range policy.JudgePlatform(k.behavior, k.origin, viewer.Host) {
			if f.Rule == "CF-CONN-22" && k.visit.cause != nil { // already covered by the connection
				continue
			}
			if !told[f.Observed] {
				told[f.Observed] = true
				found = append(found, f)
			}
		}
	}
	v := k.visit
	if v.cause != nil || v.spared || v.status < 300 {
		return found
	}
	facts := v.adviceFacts(k)
	facts.MadeUp = c.pathNamed(k) == ""
	for _, f := range policy.AdviseResponse(facts) {
		if f.Rule == "CF-REQ-54" && len(found) > 0 || v.status < 400 { // covered above; redirects are judged separately
			continue
		}
		found = append(found, f)
	}
	if f, ok := withheld(k); ok {
		found = append(found, f)
	}
	return otherHost(k, found)
}

// adviceFacts returns the facts of a visit for advice on a case.
func (v *visit) adviceFacts(k *caseOf) policy.AdviceFacts {
	facts := policy.AdviceFacts{
		Behavior: k.behavior, Origin: k.origin, Method: k.request.Method, Scheme: k.request.Scheme, Host: k.request.Host, URI: k.request.URI, Header: k.request.Header,
		Secure: k.plan.Target.TLS, Sent: k.plan.Request.Header, SentURI: k.plan.Request.RequestURI, Changes: k.plan.Changes,
		Status: v.status, Answer: v.header, Location: http.Header(v.header).Get("Location"), Body: v.begin,
	}
	if d := k.subject.Edge.Distribution; len(d.Aliases) > 0 {
		facts.Serves = d.ServesHost
	}
	return facts
}

// otherHost reports an origin that refuses one Host but answers the other one, which was
// tried (CF-REQ-54). This replaces findings that only suspected Host.
func otherHost(k *caseOf, found []policy.Finding) []policy.Finding {
	for _, t := range k.visit.tries {
		if !t.Works || t.policy == "" {
			continue
		}
		found = slices.DeleteFunc(found, func(f policy.Finding) bool { return f.Rule == "CF-REQ-54" && f.Inferred })
		return append(found, policy.Finding{
			Rule: "CF-REQ-54", Verdict: policy.Warn, Subject: fmt.Sprintf("origin %q", k.origin.ID),
			Observed: fmt.Sprintf("asked with Host: %s, the origin answers %d; %s", k.plan.Request.Header[0].Value, k.visit.status, t.Observed),
			Expected: "the Host by which the origin knows its sites",
			Hint:     fmt.Sprintf("attach the origin request policy %s to the behavior %q (tried: %s)", t.policy, k.behavior.PathPattern, t.Observed),
		})
	}
	return found
}

// pathNamed returns the path that the user named; "" if one was made up.
func (c *Config) pathNamed(k *caseOf) string { return cmp.Or(c.Path, k.subject.Path) }

// withheld reports an origin that requires credentials, behind a behavior that does not
// forward them: a check has no credentials to lose.
func withheld(k *caseOf) (policy.Finding, bool) {
	if s := k.visit.status; s != http.StatusUnauthorized && s != http.StatusForbidden {
		return policy.Finding{}, false
	}
	authorization := policy.DecideHeader(k.behavior, "Authorization", k.request.Method)
	var lost []string
	if !authorization.Sent {
		lost = append(lost, "Authorization")
	}
	if !policy.ForwardsCookies(k.behavior) {
		lost = append(lost, "cookies")
	}
	if len(lost) == 0 {
		return policy.Finding{}, false
	}
	rule := authorization.Rule
	if authorization.Sent {
		rule = "CF-COOKIE-01"
	}
	return policy.Finding{
		Rule: rule, Verdict: policy.Warn, Subject: "credentials of viewers", Inferred: true,
		Observed: fmt.Sprintf("the origin itself answers %d, and the behavior %q does not send viewers' %s on", k.visit.status, k.behavior.PathPattern, strings.Join(lost, " and ")),
		Expected: "what the origin needs to know its users",
		Hint:     fmt.Sprintf("if the origin requires a login, attach the origin request policy AllViewerExceptHostHeader to the behavior %q", k.behavior.PathPattern),
	}, true
}
