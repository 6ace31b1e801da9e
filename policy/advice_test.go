package policy_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// advised is an exchange with an origin over HTTPS, with the policy AllViewer or
// AllViewerExceptHostHeader.
func advised(t *testing.T, originRequestPolicy string) policy.AdviceFacts {
	t.Helper()
	b := &distribution.CacheBehavior{PathPattern: "/api/*"}
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	if originRequestPolicy != "" {
		var ok bool
		if b.OriginRequestPolicy, ok = distribution.ManagedOriginRequestPolicy(originRequestPolicy); !ok {
			t.Fatalf("no managed policy %q", originRequestPolicy)
		}
	}
	o := distribution.NewOrigin("app", "app.example.net")
	o.ProtocolPolicy = distribution.OriginHTTPSOnly
	f := policy.AdviceFacts{Behavior: b, Origin: &o, Method: "GET", Scheme: "https", Host: "www.example.com", URI: "/api/x?y=1", Header: http.Header{}, Secure: true}
	f.Sent = []policy.Field{{Name: "Host", Value: o.DomainName}}
	if policy.ForwardsHost(b) {
		f.Sent[0].Value = f.Host
	}
	return f
}

func TestAdviseCause(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		policy string
		cause  policy.CauseName
		tune   func(*policy.AdviceFacts)
		rule   policy.RuleID
		detail string
		hint   string
	}{
		{"CF-NAME-04 the viewer's name as SNI", "AllViewer", policy.CauseCertNameMismatch, nil, "CF-NAME-05",
			`; the SNI sent was "www.example.com", the viewer's Host, because the origin request policy AllViewer of the behavior "/api/*" forwards it`,
			`attach AllViewerExceptHostHeader to the behavior "/api/*", which sends the origin's own name, "app.example.net", as SNI and Host; or serve a certificate for "www.example.com"`},
		{"CF-NAME-04 refused under that name", "AllViewer", policy.CauseTLSHandshakeFailure, nil, "CF-ERR-01", `the SNI sent was "www.example.com"`, "AllViewerExceptHostHeader"},
		{"CF-NAME-04 the distribution's own name as SNI", "AllViewer", policy.CauseCertNameMismatch, func(f *policy.AdviceFacts) { f.Host = "d111111abcdef8.cloudfront.net" }, "CF-NAME-05",
			"", `as SNI and Host; or give the distribution an alias (alternate domain name), and the origin a certificate for that: no CA issues one for "d111111abcdef8.cloudfront.net" to you`},
		{"CF-NAME-14 the certificate is for the site", "AllViewerExceptHostHeader", policy.CauseCertNameMismatch,
			func(f *policy.AdviceFacts) { f.Carries = func(n string) bool { return n == "www.example.com" } }, "CF-NAME-05",
			`; the certificate is for "www.example.com", the viewer's Host, which is not forwarded`, `forward Host to this origin (origin request policy AllViewer)`},
		{"the certificate is for neither", "AllViewerExceptHostHeader", policy.CauseCertNameMismatch, func(f *policy.AdviceFacts) { f.Carries = func(string) bool { return false } }, "CF-NAME-05", "", ""},
		{"CF-CONN-22", "", policy.CauseConnectTimeout, func(f *policy.AdviceFacts) { f.Origin.DomainName = "b.s3-website-us-east-1.amazonaws.com" }, "CF-CONN-09", "", "which speaks HTTP only (CF-CONN-22): set its protocol policy to http-only, with HTTPPort 80"},
		{"CF-CONN-22 over HTTP", "", policy.CauseConnectTimeout, func(f *policy.AdviceFacts) {
			f.Origin.DomainName, f.Secure = "b.s3-website-us-east-1.amazonaws.com", false
		}, "CF-CONN-09", "", "open port 80"},
		{"CF-CONN-08", "", policy.CauseConnectRefused, nil, "CF-CONN-08", "", `let the origin "app" listen on port 443, or correct its HTTPSPort or its protocol policy, now https-only`},
		{"CF-ERR-41 a firewall", "", policy.CauseConnectTimeout, nil, "CF-CONN-09", "", "open port 443 of the origin \"app\" to CloudFront in its firewall or security group"},
		{"CF-DNS-01", "", policy.CauseDNSFailure, nil, "CF-DNS-01", "", "correct DomainName"},
		{"CF-DNS-01 elsewhere", "", policy.CauseDNSFailure, nil, "CF-DNS-01", "", "--connect " + advised(t, "").Origin.DomainName + "=127.0.0.1:PORT"},
		{"CF-CONN-08 in a container", "", policy.CauseConnectRefused, func(f *policy.AdviceFacts) { f.Origin.DomainName = "localhost" }, "CF-CONN-08", "", "inside a container, localhost is the container itself"},
		{"CF-ERR-03", "", policy.CauseConnectReset, nil, "CF-ERR-03", "", "log of what listens on port 443"},
		{"CF-ERR-01", "", policy.CauseTLSHandshakeFailure, nil, "CF-ERR-01", "", "edgesim check --scan"},
		{"CF-RESP-24", "", policy.CauseResponseInvalid, nil, "CF-RESP-24", "", "a status line"},
		{"CF-RESP-23", "", policy.CauseResponseHeadersTooBig, nil, "CF-RESP-23", "", "fewer or smaller headers"},
		{"CF-TIME-04", "", policy.CauseResponseTimeout, nil, "CF-TIME-04", "", "raise its OriginReadTimeout, now 30 s"},
		{"CF-TIME-07", "", policy.CauseResponseCompletionTimeout, func(f *policy.AdviceFacts) { f.Origin.ResponseCompletionTimeout = time.Minute }, "CF-TIME-07", "", "ResponseCompletionTimeout, now 60 s"},
		{"nothing to add", "AllViewer", policy.CauseCertExpired, nil, "CF-CERT-01", "", ""},
	} {
		f := advised(t, row.policy)
		if row.tune != nil {
			row.tune(&f)
		}
		cause := policy.NewCause(row.cause, "as it was", nil)
		got := policy.AdviseCause(f, cause)
		if got.Rule != row.rule || !strings.HasPrefix(got.Detail, "as it was") || !strings.Contains(got.Detail, row.detail) || !strings.Contains(got.Hint, row.hint) || (row.hint == "") != (got.Hint == "") {
			t.Errorf("%s: got %s, detail %q, hint %q", row.name, got.Rule, got.Detail, got.Hint)
		}
		if cause.Detail != "as it was" || cause.Hint != "" || (got == cause) != (row.hint == "") {
			t.Errorf("%s: the cause itself was changed: %+v", row.name, cause)
		}
	}
}

// TestAdviseClosed proves CF-CONN-20: the two timeouts are named together, and only if a
// kept connection was closed.
func TestAdviseClosed(t *testing.T) {
	t.Parallel()
	f := advised(t, "")
	reused := policy.NewCause(policy.CauseOriginClosed, "", nil)
	reused.Hint = "make it longer"
	if got := policy.AdviseCause(f, reused).Hint; !strings.Contains(got, `OriginKeepaliveTimeout of "app", now 5s`) {
		t.Errorf("got %q", got)
	}
	if got := policy.AdviseCause(f, policy.NewCause(policy.CauseOriginClosed, "", nil)).Hint; strings.Contains(got, "Keepalive") || !strings.Contains(got, `log of the origin "app"`) {
		t.Errorf("a first connection gets the hint %q", got)
	}
	inBody := policy.NewCause(policy.CauseOriginClosed, "", nil)
	inBody.Stage = policy.StageBody
	if got := policy.AdviseCause(f, inBody).Hint; !strings.Contains(got, "Content-Length") {
		t.Errorf("in the body: the hint is %q", got)
	}
}

func TestAdviseResponse(t *testing.T) {
	t.Parallel()
	type facts = policy.AdviceFacts
	redirect := func(to string) func(*facts) { return func(f *facts) { f.Status, f.Location = 301, to } }
	both := func(a, b func(*facts)) func(*facts) { return func(f *facts) { a(f); b(f) } }
	plain := func(f *facts) { f.Secure, f.Origin.ProtocolPolicy = false, distribution.OriginHTTPOnly }
	matching := func(f *facts) {
		f.Secure, f.Scheme, f.Origin.ProtocolPolicy = false, "http", distribution.OriginMatchViewer
	}
	serves := func(f *facts) { f.Serves = func(h string) bool { return strings.HasSuffix(h, "example.com") } }
	refused := func(status int, domain string) func(*facts) {
		return func(f *facts) { f.Status, f.Origin.DomainName = status, domain }
	}
	authorization := func(f *facts) { f.Status = 401; f.Header.Set("Authorization", "Bearer x") }
	const gateway = "abc.execute-api.eu-central-1.amazonaws.com"
	for _, row := range []struct {
		name, policy string
		tune         func(*facts)
		rule         policy.RuleID // "" for none
		observed     string
		hint         string
	}{
		{"CF-REQ-54 API Gateway", "AllViewer", refused(403, gateway), "CF-REQ-54", "the 403 is the origin's own: it got Host: www.example.com, which the origin request policy AllViewer of the behavior \"/api/*\" forwards, and API Gateway answers to its own names only", "AllViewerExceptHostHeader"},
		{"CF-REQ-54 a Lambda URL", "AllViewer", refused(403, "abc.lambda-url.us-east-1.on.aws"), "CF-REQ-54", "a Lambda function URL answers", "AllViewerExceptHostHeader"},
		{"Host not forwarded", "AllViewerExceptHostHeader", refused(403, gateway), "", "", ""},
		{"another status", "AllViewer", refused(500, gateway), "", "", ""},
		{"another service", "AllViewer", refused(403, "alb.eu-central-1.elb.amazonaws.com"), "", "", ""},
		{"CF-CONN-03 to HTTPS, asked over HTTP", "AllViewer", both(plain, redirect("https://www.example.com/api/x?y=1")), "CF-CONN-03", "asked over HTTP with Host: www.example.com, the origin redirects (301) to https://www.example.com/api/x?y=1, a redirect loop", "https-only, now http-only"},
		{"the viewer was on HTTP", "AllViewer", both(plain, func(f *facts) { redirect("https://www.example.com/api/x?y=1")(f); f.Scheme = "http" }), "CF-CONN-03", "leads back", "https-only"},
		{"match-viewer, and the next hop is HTTPS", "AllViewer", both(matching, redirect("https://www.example.com/api/x?y=1")), "", "", ""},
		{"CF-REQ-54 by Host", "AllViewerExceptHostHeader", redirect("https://www.example.com/api/x?y=1"), "CF-REQ-54", "asked over HTTPS with Host: app.example.net", "forward Host to the origin (origin request policy AllViewer), so that it sees www.example.com"},
		{"to another alias, Host not forwarded", "AllViewerExceptHostHeader", both(serves, redirect("https://example.com/api/x?y=1")), "CF-REQ-54", "leads back", "so that it sees example.com"},
		{"to another alias, Host forwarded", "AllViewer", both(serves, redirect("https://example.com/api/x?y=1")), "", "", ""},
		{"to another site", "AllViewerExceptHostHeader", both(serves, redirect("https://other.example/api/x?y=1")), "", "", ""},
		{"to another path", "AllViewerExceptHostHeader", redirect("/api/x/?y=1"), "", "", ""},
		{"to another query", "AllViewerExceptHostHeader", redirect("/api/x?y=2"), "", "", ""},
		{"relative", "AllViewer", redirect("?y=1"), "CF-REQ-54", "leads back", "under sent"},
		{"to the origin's own name", "AllViewerExceptHostHeader", redirect("https://app.example.net/login"), "CF-REQ-54", "its own name: the viewer leaves CloudFront", "forward Host"},
		{"no address", "AllViewer", redirect("http://[::1"), "", "", ""},
		{"no Location", "AllViewer", redirect(""), "", "", ""},
		{"CF-REQ-24 Authorization", "", authorization, "CF-REQ-24", "the viewer sent Authorization and the origin got none: neither the cache policy CachingDisabled nor an origin request policy, as none is attached, of the behavior \"/api/*\" names it", "AllViewerExceptHostHeader"},
		{"CF-REQ-24 another policy", "CORS-S3Origin", authorization, "CF-REQ-24", "nor the origin request policy CORS-S3Origin of", "AllViewerExceptHostHeader"},
		{"Authorization sent", "AllViewer", both(authorization, func(f *facts) { f.Sent = append(f.Sent, policy.Field{Name: "Authorization", Value: "Bearer x"}) }), "", "", ""},
	} {
		f := advised(t, row.policy)
		row.tune(&f)
		got := policy.AdviseResponse(f)
		if row.rule == "" {
			if len(got) != 0 {
				t.Errorf("%s: got %+v, want nothing", row.name, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Rule != row.rule || got[0].Verdict != policy.Warn || !strings.Contains(got[0].Observed, row.observed) || !strings.Contains(got[0].Hint, row.hint) {
			t.Errorf("%s: got %+v", row.name, got)
		}
	}
	old := advised(t, "")
	old.Behavior.CachePolicy, old.Behavior.ForwardedValues = nil, &distribution.ForwardedValues{}
	authorization(&old)
	if got := policy.AdviseResponse(old); len(got) != 1 || got[0].Rule != "CF-REQ-20" || !strings.Contains(got[0].Observed, `the forwarded values of the behavior "/api/*" do not name it`) {
		t.Errorf("CF-REQ-20: got %+v", got)
	}
}
