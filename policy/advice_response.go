package policy

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// AdviseResponse explains the probable reason for an unwanted response of the
// origin: one that depends on what the edge sent or left out. Every finding is a
// warning; none says that CloudFront would respond differently.
func AdviseResponse(f AdviceFacts) []Finding {
	var found []Finding
	ask := func(judges ...func(*AdviceFacts) (Finding, bool)) {
		for _, judge := range judges {
			if finding, ok := judge(&f); ok {
				finding.Verdict = Warn
				found = append(found, finding)
			}
		}
	}
	ask(adviseOwnName, adviseTLSPort, adviseBigCookie, adviseLoop, adviseAuthorization, adviseCORS, adviseDropped, adviseContentType)
	if len(found) == 0 {
		ask(adviseSecureCookie)
	}
	if len(found) == 0 && !f.MadeUp { // facts go before what is only likely
		if ask(advisePath, adviseHostRouting); len(found) == 0 {
			ask(adviseUserAgent)
		}
	}
	return found
}

// adviseOwnName: a platform that answers only to its own name was sent the viewer's Host
// and refused.
func adviseOwnName(f *AdviceFacts) (Finding, bool) {
	p, known := PlatformOf(f.Origin.DomainName)
	if !known || !p.OwnHost || !f.hostForwarded() || f.Status != p.Status && f.Status != 400 && f.Status != 403 && f.Status != 404 && f.Status != 421 {
		return Finding{}, false
	}
	return Finding{
		Rule: "CF-REQ-54", Subject: fmt.Sprintf("origin %q", f.Origin.ID), Inferred: true,
		Observed: fmt.Sprintf("the %d is the origin's own: it got Host: %s, which %s forwards, and %s answers to its own names only", f.Status, f.hostSent(), selectedBy(f.Behavior, "Host"), p.Platform),
		Expected: "Host: " + strings.TrimSuffix(f.Origin.DomainName, "."),
		Hint:     fmt.Sprintf("attach AllViewerExceptHostHeader to the behavior %q: everything but Host goes to the origin", f.Behavior.PathPattern),
	}, true
}

// AdviseRedirect warns of an origin redirect that leads viewers into a loop or
// away from CloudFront. It returns false if the redirect does neither.
func AdviseRedirect(f AdviceFacts) (Finding, bool) {
	finding, ok := adviseLoop(&f)
	finding.Verdict = Warn
	return finding, ok
}

// adviseLoop: the origin redirects to where the viewer was, and following that leads to the
// same request again; or it redirects to its own name.
func adviseLoop(f *AdviceFacts) (Finding, bool) {
	switch f.Status {
	case 301, 302, 303, 307, 308:
	default:
		return Finding{}, false
	}
	from := &url.URL{Scheme: f.Scheme, Host: f.Host}
	from, err := from.Parse(f.URI)
	if err != nil || f.Location == "" {
		return Finding{}, false
	}
	to, err := from.Parse(f.Location)
	if err != nil {
		return Finding{}, false
	}
	scheme := "HTTP"
	if f.Secure {
		scheme = "HTTPS"
	}
	finding := Finding{Rule: "CF-REQ-54", Subject: fmt.Sprintf("the redirect of the origin %q", f.Origin.ID), Inferred: true}
	asked := fmt.Sprintf("asked over %s with Host: %s, the origin redirects (%d) to %s", scheme, f.hostSent(), f.Status, f.Location)
	if strings.EqualFold(to.Hostname(), f.Origin.DomainName) && !strings.EqualFold(hostOnly(f.Host), f.Origin.DomainName) {
		finding.Observed = asked + ", its own name: the viewer leaves CloudFront"
		finding.Expected = "a Location under " + f.Host
		finding.Hint = "tell the origin its public name, or forward Host (origin request policy AllViewer) if it builds its URLs from that"
		return finding, true
	}
	if !f.leadsBack(from, to) {
		return Finding{}, false
	}
	finding.Observed = asked + ", a redirect loop: it leads back to where the viewer was, and the origin will be asked the same again"
	finding.Expected = "an answer that is not a redirect to the same place"
	switch {
	case !f.Secure && to.Scheme == "https":
		finding.Rule = "CF-CONN-03"
		finding.Hint = fmt.Sprintf("set the protocol policy of the origin %q to https-only, now %s: the origin then sees HTTPS and need not redirect; if it speaks HTTP only, have it read CloudFront-Forwarded-Proto, which an origin request policy adds", f.Origin.ID, f.Origin.ProtocolPolicy)
	case !strings.EqualFold(hostOnly(f.hostSent()), to.Hostname()):
		finding.Hint = fmt.Sprintf("forward Host to the origin (origin request policy AllViewer), so that it sees %s; or stop the origin from redirecting by Host", to.Hostname())
	case f.Secure && to.Scheme == "https":
		finding.Hint = fmt.Sprintf("the application takes the request for HTTP. CloudFront does not forward X-Forwarded-Proto from viewers (CF-REQ-49): have a proxy in front of the application set it, or attach an origin request policy with CloudFront-Forwarded-Proto to the behavior %q and let the application read it; what it got is in the recording, under sent", f.Behavior.PathPattern)
	default:
		finding.Hint = "change the origin's redirect, which leads to the URL that was requested; the recording shows under sent what the origin received"
	}
	return finding, true
}

// leadsBack reports whether following a redirect makes the edge send the origin the same
// request again: the same path, under a name of the distribution that leaves the forwarded
// Host unchanged, over the same protocol.
func (f *AdviceFacts) leadsBack(from, to *url.URL) bool {
	if to.EscapedPath() != from.EscapedPath() && !(from.Path == "" && to.Path == "/") || to.RawQuery != from.RawQuery {
		return false
	}
	same := strings.EqualFold(to.Hostname(), from.Hostname())
	if !same && (f.Serves == nil || !f.Serves(to.Host) || ForwardsHost(f.Behavior)) {
		return false
	}
	var secure bool
	switch f.Origin.ProtocolPolicy {
	case distribution.OriginHTTPSOnly:
		secure = true
	case distribution.OriginMatchViewer:
		secure = to.Scheme == "https"
	case distribution.OriginHTTPOnly:
	}
	return secure == f.Secure
}

// adviseAuthorization: the viewer's credentials never reached the origin (CF-REQ-20 to
// CF-REQ-24).
func adviseAuthorization(f *AdviceFacts) (Finding, bool) {
	if len(f.Header["Authorization"]) == 0 {
		return Finding{}, false
	}
	for _, field := range f.Sent {
		if strings.EqualFold(field.Name, "Authorization") {
			return Finding{}, false
		}
	}
	decision := DecideHeader(f.Behavior, "Authorization", f.Method)
	names := "names it"
	if f.Behavior.CachePolicy == nil {
		names = "do not name it"
	}
	return Finding{
		Rule: decision.Rule, Subject: "Authorization",
		Observed: fmt.Sprintf("the viewer sent Authorization and the origin got none: %s of the behavior %q %s", settingsOf(f.Behavior), f.Behavior.PathPattern, names),
		Expected: "a policy that sends it on",
		Hint:     fmt.Sprintf("attach an origin request policy with all viewer headers (AllViewerExceptHostHeader) to the behavior %q, or put Authorization into its cache policy", f.Behavior.PathPattern),
	}, true
}
