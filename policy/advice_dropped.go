package policy

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// adviseDropped: the origin refused a request and did not get something that may be the
// reason.
func adviseDropped(f *AdviceFacts) (Finding, bool) { return f.dropped(false) }

// adviseUserAgent: the only thing missing is the viewer's User-Agent, which few origins
// base decisions on.
func adviseUserAgent(f *AdviceFacts) (Finding, bool) { return f.dropped(true) }

func (f *AdviceFacts) dropped(agentAlone bool) (Finding, bool) {
	if f.Status < 400 || f.Status > 499 {
		return Finding{}, false
	}
	var dropped []Change
	for _, c := range f.Changes {
		if c.Leg == LegRequest && (c.Kind == ChangeDropped || c.Kind == ChangeChanged && c.Field == "User-Agent") && decides(c.Field, f.Status) {
			dropped = append(dropped, c)
		}
	}
	if len(dropped) == 0 || agentAlone != (len(dropped) == 1 && dropped[0].Field == "User-Agent") {
		return Finding{}, false
	}
	return Finding{
		Rule: dropped[0].Rule, Subject: "what the origin did not get", Inferred: true,
		Observed: fmt.Sprintf("the %d is the origin's own, and it did not get %s", f.Status, DroppedText(dropped)),
		Expected: "all that the origin decides by",
		Hint:     fmt.Sprintf("if the origin needs that, attach the origin request policy AllViewerExceptHostHeader to the behavior %q, or name it in one of your own", f.Behavior.PathPattern),
	}, true
}

// decides reports whether a part of a request that was left out can be why an origin
// answered with a status. What browsers and programs send on their own counts only if the
// status is about it.
func decides(field string, status int) bool {
	switch {
	case strings.HasPrefix(field, "cookie "), strings.HasPrefix(field, "query "):
		return true
	case strings.HasPrefix(field, "Sec-"), field == "Priority", field == "Dnt":
		return false
	case strings.HasPrefix(field, "Access-Control-Request-"), field == "Origin":
		return status == 400 || status == 403 || status == 405
	}
	switch field {
	case "Authorization":
		return false // it has a finding of its own
	case "User-Agent":
		return status == 403 || status == 429
	case "Accept":
		return status == 406 || status == 415 || status == 400
	case "Accept-Language", "Accept-Charset":
		return status == 406
	case "Content-Type":
		return status == 400 || status == 415 || status == 422
	case "Accept-Encoding", "Cache-Control", "Pragma", "Upgrade-Insecure-Requests", "Upgrade", "Connection", "Keep-Alive", "Te", "Trailer", "Expect",
		"If-None-Match", "If-Modified-Since", "If-Match", "If-Unmodified-Since", "If-Range", "Range", "Referer", "Via", "X-Forwarded-Proto", "X-Forwarded-For", "Proxy-Connection":
		return false
	}
	return true
}

// DroppedText lists what was left out and by which setting: `the cookie "sid" and
// the query parameter "q" (by the cache policy X)`. Names are grouped by setting,
// in order.
func DroppedText(changes []Change) string {
	var groups []string
	var by []string
	for _, c := range changes {
		i := slices.Index(by, c.By)
		if i < 0 {
			by, groups, i = append(by, c.By), append(groups, ""), len(by)
		}
		name := fieldText(c.Field)
		switch {
		case groups[i] == "":
			groups[i] = name
		case !strings.Contains(", "+groups[i]+",", ", "+name+","):
			groups[i] += ", " + name
		}
	}
	for i := range groups {
		if by[i] != "" {
			groups[i] += " (by " + by[i] + ")"
		}
	}
	return strings.Join(groups, "; ")
}

// fieldText names the part of a message that a change affects.
func fieldText(field string) string {
	for prefix, word := range map[string]string{"cookie ": "the cookie ", "query ": "the query parameter "} {
		if name, ok := strings.CutPrefix(field, prefix); ok {
			return word + printable(name)
		}
	}
	return field
}

// AdviseCORS warns of a response that a browser withholds from the requesting
// page, whatever its status. It returns false if there is nothing to warn of.
func AdviseCORS(f AdviceFacts) (Finding, bool) {
	finding, ok := adviseCORS(&f)
	finding.Verdict = Warn
	return finding, ok
}

// adviseCORS: a page of another origin made the request, and the browser will not let it
// read the answer.
func adviseCORS(f *AdviceFacts) (Finding, bool) {
	origin := f.Header.Get("Origin")
	p := f.Behavior.ResponseHeadersPolicy
	if origin == "" || f.Status >= 500 || len(f.Answer["Access-Control-Allow-Origin"]) > 0 || p != nil && p.CORS != nil || sameSite(origin, f.Scheme, f.Host) {
		return Finding{}, false
	}
	decision := DecideHeader(f.Behavior, "Origin", f.Method)
	finding := Finding{
		Rule: decision.Rule, Subject: "Origin", Inferred: true,
		Observed: fmt.Sprintf("the viewer sent Origin: %s, and the answer has no Access-Control-Allow-Origin: a browser keeps it from the page", origin),
		Expected: "Access-Control-Allow-Origin in the answer",
		Hint:     fmt.Sprintf("let the origin answer it, or attach a response headers policy with CORS (SimpleCORS) to the behavior %q", f.Behavior.PathPattern),
	}
	if !decision.Sent {
		finding.Observed = fmt.Sprintf("the viewer sent Origin: %s, which the origin did not get (left out by %s), and the answer has no Access-Control-Allow-Origin: a browser keeps it from the page", origin, settingNamed(f.Behavior, true))
		finding.Hint = fmt.Sprintf("attach the origin request policy CORS-CustomOrigin (for a bucket CORS-S3Origin) to the behavior %q, so that the origin sees Origin, or a response headers policy with CORS (SimpleCORS)", f.Behavior.PathPattern)
	}
	return finding, true
}

// KeptFromPage reports whether a browser withholds a response from the requesting
// page: it allows a different origin than the viewer's, or none, and the
// behavior's response headers policy does not supply the fields.
func KeptFromPage(b *distribution.CacheBehavior, viewer, answer http.Header) bool {
	asked, allowed := viewer.Get("Origin"), answer.Get("Access-Control-Allow-Origin")
	p := b.ResponseHeadersPolicy
	return asked != "" && allowed != "*" && allowed != asked && (p == nil || p.CORS == nil)
}

// sameSite reports whether an Origin is the site that was requested.
func sameSite(origin, scheme, host string) bool { return strings.EqualFold(origin, scheme+"://"+host) }

// adviseContentType: a body is forwarded without the field that says what it is. No page
// covers this for a behavior with policies, so it is inferred.
func adviseContentType(f *AdviceFacts) (Finding, bool) {
	for _, c := range f.Changes {
		if c.Leg == LegRequest && c.Field == "Content-Type" && c.Kind == ChangeDropped {
			return Finding{
				Rule: "CF-REQ-28", Subject: "Content-Type", Inferred: true,
				Observed: fmt.Sprintf("the viewer's body went on without its Content-Type, %s: with policies, only what they select is sent; no source says so of Content-Type in particular", printable(c.From)),
				Expected: "an origin request policy that sends it on",
				Hint:     fmt.Sprintf("attach the origin request policy AllViewerExceptHostHeader to the behavior %q", f.Behavior.PathPattern),
			}, true
		}
	}
	return Finding{}, false
}

// bigCookie is the most that many servers accept in one field (nginx, Apache httpd, Node.js
// and Tomcat: 8 KB), far below what CloudFront forwards (CF-LIMIT-01).
const bigCookie = 7 << 10

// adviseBigCookie: the cookies exceed what the origin's server accepts.
func adviseBigCookie(f *AdviceFacts) (Finding, bool) {
	if f.Status != 400 && f.Status != 413 && f.Status != 431 && f.Status != 494 {
		return Finding{}, false
	}
	size := 0
	for _, field := range f.Sent {
		if strings.EqualFold(field.Name, "Cookie") {
			size += len(field.Value)
		}
	}
	if size < bigCookie {
		return Finding{}, false
	}
	return Finding{
		Rule: "CF-LIMIT-01", Subject: "Cookie", Inferred: true,
		Observed: fmt.Sprintf("the %d is the origin's own: it got %d bytes of cookies, and many servers take 8 KB of one field", f.Status, size),
		Expected: "cookies below the origin's limit",
		Hint:     fmt.Sprintf("forward only the cookies that the origin needs (an origin request policy of your own for the behavior %q), set fewer, or raise the server's limit (nginx: large_client_header_buffers)", f.Behavior.PathPattern),
	}, true
}
