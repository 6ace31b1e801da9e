package policy

import (
	"fmt"
	"net/http"
	"strings"
)

// adviseSecureCookie: somebody logs in over HTTPS, the application is asked over HTTP, and
// no cookie comes back. Frameworks leave a Secure cookie out of an answer to what they take
// for HTTP, and refuse forms whose Origin has another scheme. Whether the application
// wanted to set one cannot be seen: the finding is inferred, and made only for an answer to
// a form that did not start a session.
func adviseSecureCookie(f *AdviceFacts) (Finding, bool) {
	switch f.Status {
	case http.StatusFound, http.StatusSeeOther, http.StatusUnauthorized, http.StatusForbidden, 419: // 419: Laravel's, for an expired form
	default:
		return Finding{}, false
	}
	if f.Method != http.MethodPost || f.Scheme != "https" || f.Secure || len(f.Answer["Set-Cookie"]) > 0 || len(f.Header["Cookie"]) > 0 {
		return Finding{}, false
	}
	for _, field := range f.Sent {
		if strings.EqualFold(field.Name, "CloudFront-Forwarded-Proto") || strings.EqualFold(field.Name, "X-Forwarded-Proto") {
			return Finding{}, false
		}
	}
	return Finding{
		Rule: "CF-REQ-49", Subject: "the cookie of a session", Inferred: true,
		Observed: fmt.Sprintf("the viewer sent a form over HTTPS, the origin was asked over HTTP and answered %d without a cookie: an application that sees http leaves a Secure cookie out, and X-Forwarded-Proto does not go on from viewers", f.Status),
		Expected: "Set-Cookie, if the application begins a session here",
		Hint:     fmt.Sprintf("set the protocol policy of the origin %q to https-only, or attach an origin request policy with CloudFront-Forwarded-Proto to the behavior %q and let the application read it, or give the origin the custom header X-Forwarded-Proto: https", f.Origin.ID, f.Behavior.PathPattern),
	}, true
}
