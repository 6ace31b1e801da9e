package policy

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// advisePath: the origin does not know the requested path, and the settings changed it in a
// way that people may not expect (CF-PATH-01, CF-PATH-05).
func advisePath(f *AdviceFacts) (Finding, bool) {
	if f.Status != 404 && f.Status != 403 || f.SentURI == "" {
		return Finding{}, false
	}
	asked, _, _ := strings.Cut(f.URI, "?")
	got, _, _ := strings.Cut(f.SentURI, "?")
	finding := Finding{Subject: fmt.Sprintf("the path that the origin %q got", f.Origin.ID), Inferred: true}
	prefix, hasPrefix := patternPrefix(f.Behavior.PathPattern)
	switch {
	case f.Origin.Path != "" && strings.HasPrefix(got, f.Origin.Path):
		finding.Rule = "CF-PATH-01"
		finding.Observed = fmt.Sprintf("the origin was asked for %s: its OriginPath %s stands before the viewer's whole path", printable(got), f.Origin.Path)
		if hasPrefix {
			finding.Observed += fmt.Sprintf(", %s of the path pattern %q included", prefix, f.Behavior.PathPattern)
		}
		finding.Hint = fmt.Sprintf("remove from OriginPath what the viewer's path already has, or strip the prefix in a function on the behavior %q", f.Behavior.PathPattern)
	case strings.HasSuffix(asked, "/") && asked != "/":
		finding.Rule = "CF-PATH-05"
		finding.Observed = fmt.Sprintf("%s ends in a slash, and the default root object stands in for / alone, not for folders", printable(asked))
		finding.Hint = fmt.Sprintf("attach a function to the behavior %q that appends index.html to a path that ends in a slash, or use an origin that does so (an S3 website endpoint)", f.Behavior.PathPattern)
	case hasPrefix && f.Status == 404 && strings.HasPrefix(asked, prefix+"/"):
		finding.Rule = "CF-PATH-02"
		finding.Observed = fmt.Sprintf("the origin was asked for %s: the path pattern %q only chooses the behavior, and %s is not taken away", printable(got), f.Behavior.PathPattern, prefix)
		finding.Hint = fmt.Sprintf("let the origin serve its paths below %s, or strip it in a function on the behavior %q", prefix, f.Behavior.PathPattern)
	default:
		return Finding{}, false
	}
	finding.Expected = "a path that the origin has"
	return finding, true
}

// patternPrefix returns the folder of a path pattern such as /api/*; false for others.
func patternPrefix(pattern string) (string, bool) {
	prefix, ok := strings.CutSuffix(pattern, "/*")
	if !strings.HasPrefix(prefix, "/") {
		prefix = "/" + prefix
	}
	return prefix, ok && prefix != "/" && !strings.ContainsAny(prefix, "*?")
}

// tlsPortMarks are what servers answer to HTTP on an HTTPS port: nginx, Apache httpd, Go,
// and HAProxy and similar ones.
var tlsPortMarks = [][]byte{
	[]byte("plain HTTP request was sent to HTTPS port"), []byte("speaking plain HTTP to an SSL-enabled server port"),
	[]byte("Client sent an HTTP request to an HTTPS server"), []byte("This combination of host and port requires TLS"),
}

// adviseTLSPort: the origin says that it got HTTP where it expects HTTPS (CF-CONN-24 the
// other way around).
func adviseTLSPort(f *AdviceFacts) (Finding, bool) {
	if f.Status != http.StatusBadRequest || f.Secure {
		return Finding{}, false
	}
	port := f.Origin.HTTPPort
	known := false
	for _, mark := range tlsPortMarks {
		known = known || bytes.Contains(f.Body, mark)
	}
	if !known && port != 443 && port != 8443 {
		return Finding{}, false
	}
	return Finding{
		Rule: "CF-CONN-03", Subject: fmt.Sprintf("origin %q", f.Origin.ID), Inferred: !known,
		Observed: fmt.Sprintf("the origin was asked over HTTP at port %d, which is for HTTPS: its 400 says so", port),
		Expected: "HTTPS at that port",
		Hint:     fmt.Sprintf("set the protocol policy of the origin %q to https-only, with HTTPSPort %d, or HTTPPort to where it serves HTTP", f.Origin.ID, port),
	}, true
}

// adviseHostRouting: the origin got its own name as Host and does not know it: an
// application that routes by Host needs the viewer's.
func adviseHostRouting(f *AdviceFacts) (Finding, bool) {
	p, known := PlatformOf(f.Origin.DomainName)
	if f.Status != 404 && f.Status != 421 || ForwardsHost(f.Behavior) || f.Origin.Kind != distribution.OriginCustom || known && p.OwnHost ||
		strings.EqualFold(canonicalName(hostOnly(f.Host)), canonicalName(f.Origin.DomainName)) {
		return Finding{}, false
	}
	return Finding{
		Rule: "CF-REQ-54", Subject: fmt.Sprintf("origin %q", f.Origin.ID), Inferred: true,
		Observed: fmt.Sprintf("the %d is the origin's own: it got Host: %s and not the viewer's %s, which the behavior %q does not forward", f.Status, f.hostSent(), f.Host, f.Behavior.PathPattern),
		Expected: "Host: " + f.Host + ", if the origin tells its sites by Host",
		Hint:     fmt.Sprintf("if the origin routes by Host (virtual hosts, ingress rules), attach the origin request policy AllViewer to the behavior %q and give the origin a certificate for that name", f.Behavior.PathPattern),
	}, true
}

// AdviseErrorPage warns of a custom error response that turns an origin's own 403
// or 404 into a page with a success status. It is meant for the routes of a
// single-page application, but it applies to every behavior and hides the errors
// of an API. original is the origin's status. It returns false if there is
// nothing to warn of.
func AdviseErrorPage(b *distribution.CacheBehavior, r *distribution.CustomErrorResponse, original int, contentType string) (Finding, bool) {
	status := CustomErrorStatus(r)
	if original != 403 && original != 404 || status >= 300 {
		return Finding{}, false
	}
	api := strings.Contains(contentType, "json") || strings.Contains(contentType, "xml")
	if b.PathPattern == "*" && !api {
		return Finding{}, false
	}
	return Finding{
		Rule: "CF-ERR-38", Verdict: Warn, Subject: fmt.Sprintf("custom error response for %d", original), Inferred: true,
		Observed: fmt.Sprintf("the origin's own %d on the behavior %q became %s with status %d: a custom error response holds for every behavior, so that an API's errors are swallowed, too", original, b.PathPattern, r.ResponsePagePath, status),
		Expected: fmt.Sprintf("the %d for whoever calls the API", original),
		Hint:     spaHint(r),
	}, true
}

// JudgeErrorPages warns of custom error responses that turn an origin's own 403
// or 404 into a page with a success status while other behaviors have origins of
// their own, whose errors they hide (CF-ERR-38). Each finding is a warning.
func JudgeErrorPages(d *distribution.Distribution) []Finding {
	var others []string
	for i := range d.Behaviors {
		b := &d.Behaviors[i]
		o, ok := d.Origin(b.TargetOriginID)
		if ok && o.Kind == distribution.OriginCustom && b.TargetOriginID != d.DefaultBehavior.TargetOriginID {
			others = append(others, fmt.Sprintf("%q", b.PathPattern))
		}
	}
	if len(others) == 0 {
		return nil
	}
	var found []Finding
	for i := range d.CustomErrors {
		r := &d.CustomErrors[i]
		if r.ErrorCode != 403 && r.ErrorCode != 404 || r.ResponsePagePath == "" || CustomErrorStatus(r) >= 300 {
			continue
		}
		found = append(found, Finding{
			Rule: "CF-ERR-38", Verdict: Warn, Subject: fmt.Sprintf("custom error response for %d", r.ErrorCode), Inferred: true,
			Observed: fmt.Sprintf("every %d becomes %s with status %d, that of the origins behind %s as well: a custom error response holds for every behavior", r.ErrorCode, r.ResponsePagePath, CustomErrorStatus(r), strings.Join(others, ", ")),
			Expected: "errors of an API as it sends them",
			Hint:     spaHint(r),
		})
	}
	return found
}

// spaHint is what people use instead of one error page for everything.
func spaHint(r *distribution.CustomErrorResponse) string {
	return "remove the custom error response, and attach a function to the default behavior (viewer request) that turns paths without a dot into " + r.ResponsePagePath
}
