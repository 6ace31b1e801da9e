package check

import (
	"fmt"
	"net/http"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// outcome describes what the viewer would get, and when.
func (c *Config) outcome(k *caseOf) Outcome {
	v := k.visit
	if v.spared {
		return Outcome{}
	}
	if v.cause == nil {
		return Outcome{Status: v.status, Location: redirectedTo(v.status, http.Header(v.header).Get("Location")), Attempts: len(v.attempts), After: atOnce, Then: k.then(v.status)}
	}
	o := Outcome{Status: v.cause.Status, ByEdge: true, Sentence: v.cause.Sentence, Attempts: len(v.attempts)}
	if v.cause.Stage == policy.StageBody || v.status != 0 {
		o.Status, o.ByEdge, o.Sentence, o.CutShort = v.status, false, "", true
	}
	o.After, o.Seconds = waiting(&k.plan.Target, v, &o.Attempts)
	if !o.CutShort {
		o.Then = k.then(v.cause.Status)
	}
	return o
}

// redirectedTo returns where an answer redirects to, if it does.
func redirectedTo(status int, field string) string {
	if status < 300 || status > 399 || status == http.StatusNotModified {
		return ""
	}
	return printable(field)
}

// atOnce is the text for a viewer that no timeout delays.
const atOnce = "at once"

// waiting describes how long the viewer waits for an error. It counts the timeouts as
// configured, not the time taken, so that two runs report the same.
func waiting(t *originconn.Target, v *visit, attempts *int) (text string, seconds float64) {
	each, setting := time.Duration(0), ""
	switch v.cause.Name {
	case policy.CauseConnectTimeout:
		each, setting = t.ConnectTimeout, "ConnectionTimeout"
		*attempts = max(*attempts, t.Attempts) // a check of only the handshake tries once
	case policy.CauseResponseTimeout:
		each, setting = t.ResponseTimeout, "OriginReadTimeout"
	case policy.CauseResponseCompletionTimeout:
		return fmt.Sprintf("%s (ResponseCompletionTimeout, attempts included)", t.CompletionTimeout), t.CompletionTimeout.Seconds()
	default:
		return atOnce, 0
	}
	all := each * time.Duration(*attempts)
	if *attempts == 1 {
		return fmt.Sprintf("%s (%s, 1 attempt)", all, setting), all.Seconds()
	}
	return fmt.Sprintf("%s (%d attempts × %s of %s)", all, *attempts, setting, each), all.Seconds()
}

// then describes what follows a status: the secondary origin, or a custom error response.
func (k *caseOf) then(status int) string {
	v := k.visit
	facts := policy.FailoverFacts{Group: k.group, Behavior: k.behavior, Method: k.plan.Request.Method, Cause: v.cause, Status: v.status}
	if k.group != nil && k.member+1 < len(k.group.Members) && policy.FailsOver(facts) {
		return fmt.Sprintf("the group's next origin %q is asked (CF-FAILOVER-03)", k.group.Members[k.member+1])
	}
	custom := policy.CustomErrorFor(policy.CustomErrorFacts{
		Responses: k.subject.Edge.Distribution.CustomErrors, Status: status, Cause: v.cause,
	})
	if custom == nil {
		return ""
	}
	return fmt.Sprintf("the viewer gets the page %s with status %d (CF-ERR-38)", custom.ResponsePagePath, policy.CustomErrorStatus(custom))
}

// judgeRedirect warns of a redirect that leads the viewer back to where it was: the origin
// is asked over HTTP and redirects to HTTPS, where the edge asks over HTTP again.
func judgeRedirect(k *caseOf) []policy.Finding {
	v := k.visit
	if v.cause != nil || v.status < 300 || v.status > 399 || v.status == http.StatusNotModified {
		return nil
	}
	for _, viewer := range k.viewers {
		facts := v.adviceFacts(k)
		facts.Scheme, facts.Host = viewer.Scheme, viewer.Host
		if f, ok := policy.AdviseRedirect(facts); ok {
			return []policy.Finding{f}
		}
	}
	return nil
}
