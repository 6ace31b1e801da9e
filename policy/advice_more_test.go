package policy_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestAdviseMore: likely reasons for an unwanted answer from the origin: what it did not
// get, the path, the port, the Host.
func TestAdviseMore(t *testing.T) {
	t.Parallel()
	const bare, all = "", "AllViewer"
	for _, row := range []struct {
		name   string
		orp    string
		status int
		facts  policy.AdviceFacts
		change func(*distribution.Origin)
		rule   policy.RuleID
		says   string
	}{
		{"a cookie", bare, 403, policy.AdviceFacts{Header: http.Header{"Cookie": {"sid=1"}}}, nil, "CF-COOKIE-01", "the cookie sid (by cache policy CachingDisabled)"},
		{"a query parameter", bare, 404, policy.AdviceFacts{URI: "/x?q=1"}, nil, "CF-QS-01", "the query parameter q"},
		{"a custom field", bare, 401, policy.AdviceFacts{Header: http.Header{"X-Api-Key": {"k"}}}, nil, "CF-REQ-02", "X-Api-Key (by cache policy CachingDisabled)"},
		{"User-Agent on a 403", bare, 403, policy.AdviceFacts{Header: http.Header{"User-Agent": {"curl"}}}, nil, "CF-REQ-55", "User-Agent"},
		{"no User-Agent", bare, 403, policy.AdviceFacts{URI: "/x"}, nil, "", ""},
		{"User-Agent on a 404", bare, 404, policy.AdviceFacts{URI: "/x", Host: "o.example.com", Header: http.Header{"User-Agent": {"curl"}}}, nil, "", ""},
		{"Accept on a 406", bare, 406, policy.AdviceFacts{Header: http.Header{"Accept": {"a/b"}}}, nil, "CF-REQ-02", "Accept"},
		{"all of it sent", all, 403, policy.AdviceFacts{URI: "/x?q=1", Header: http.Header{"Cookie": {"sid=1"}, "X-Api-Key": {"k"}}}, nil, "", ""},
		{"what is wanted", bare, 200, policy.AdviceFacts{URI: "/x?q=1", Header: http.Header{"Cookie": {"sid=1"}}}, nil, "", ""},
		{"CORS, Origin dropped", bare, 200, policy.AdviceFacts{Header: http.Header{"Origin": {"https://b.example"}}}, nil, "CF-REQ-02", "did not get"},
		{"CORS, Origin sent", all, 200, policy.AdviceFacts{Header: http.Header{"Origin": {"https://b.example"}}}, nil, "CF-REQ-08", "no Access-Control-Allow-Origin"},
		{"CORS, answered", all, 200, policy.AdviceFacts{Header: http.Header{"Origin": {"https://b.example"}}, Answer: http.Header{"Access-Control-Allow-Origin": {"*"}}}, nil, "", ""},
		{"not across sites", bare, 200, policy.AdviceFacts{Header: http.Header{"Origin": {"https://www.example.com"}}}, nil, "", ""},
		{"a body without its type", bare, 200, policy.AdviceFacts{Method: "POST", Header: http.Header{"Content-Type": {"application/json"}}}, nil, "CF-REQ-28", "no source says so"},
		{"a body with its type", all, 200, policy.AdviceFacts{Method: "POST", Header: http.Header{"Content-Type": {"application/json"}}}, nil, "", ""},
		{"OriginPath", all, 404, policy.AdviceFacts{URI: "/api/x"}, func(o *distribution.Origin) { o.Path = "/prod" }, "CF-PATH-01", "/prod/api/x"},
		{"a folder", all, 403, policy.AdviceFacts{URI: "/sub/"}, nil, "CF-PATH-05", "not for folders"},
		{"the prefix of the pattern", all, 404, policy.AdviceFacts{URI: "/api/x"}, nil, "CF-PATH-02", "is not taken away"},
		{"HTTP at a TLS port", all, 400, policy.AdviceFacts{Body: []byte("<center>The plain HTTP request was sent to HTTPS port</center>")}, nil, "CF-CONN-03", "is for HTTPS"},
		{"HTTP at 443", all, 400, policy.AdviceFacts{}, func(o *distribution.Origin) { o.HTTPPort = 443 }, "CF-CONN-03", "at port 443"},
		{"another 400", all, 400, policy.AdviceFacts{Body: []byte("bad")}, nil, "", ""},
		{"routes by Host", "AllViewerExceptHostHeader", 421, policy.AdviceFacts{URI: "/x"}, nil, "CF-REQ-54", "not the viewer's www.example.com"},
	} {
		b := distribution.NewCacheBehavior("o")
		b.PathPattern = "/api/*"
		b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
		b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy(row.orp)
		o := distribution.Origin{ID: "o", DomainName: "o.example.com", Kind: distribution.OriginCustom, ProtocolPolicy: "http-only", HTTPPort: 80}
		if row.change != nil {
			row.change(&o)
		}
		f := row.facts
		f.Behavior, f.Origin, f.Status, f.Scheme = &b, &o, row.status, "https"
		if f.Host == "" {
			f.Host = "www.example.com"
		}
		if f.Method == "" {
			f.Method = "GET"
		}
		if f.URI == "" {
			f.URI = "/"
		}
		if f.Header == nil {
			f.Header = http.Header{}
		}
		var log policy.ChangeLog
		sent := policy.BuildRequest(policy.RequestFacts{Method: f.Method, Host: f.Host, URI: f.URI, Proto: "HTTP/1.1", Scheme: f.Scheme, Header: f.Header, Behavior: &b, Origin: &o, Log: &log})
		f.Sent, f.SentURI, f.Changes = sent.Header, sent.URI, log.List()
		found := policy.AdviseResponse(f)
		switch {
		case row.rule == "" && len(found) == 0:
		case row.rule == "" || len(found) != 1 || found[0].Rule != row.rule || !strings.Contains(found[0].Observed, row.says) || found[0].Hint == "" || found[0].Verdict != policy.Warn:
			t.Errorf("%s: got %+v, want %s with %q", row.name, found, row.rule, row.says)
		}
	}
}

// TestAdviseErrorPage: a page for the routes of an application that swallows an
// API's errors (CF-ERR-38).
func TestAdviseErrorPage(t *testing.T) {
	t.Parallel()
	page := distribution.CustomErrorResponse{ErrorCode: 404, ResponsePagePath: "/index.html", ResponseCode: 200}
	for _, row := range []struct {
		pattern, contentType string
		status, code         int
		want                 bool
	}{
		{"/api/*", "text/html", 404, 200, true}, {"*", "application/json; charset=utf-8", 403, 200, true},
		{"*", "text/html", 404, 200, false}, {"/api/*", "application/json", 404, 404, false}, {"/api/*", "application/json", 500, 200, false},
	} {
		b := distribution.CacheBehavior{PathPattern: row.pattern}
		page.ResponseCode = row.code
		if f, ok := policy.AdviseErrorPage(&b, &page, row.status, row.contentType); ok != row.want || ok && (f.Rule != "CF-ERR-38" || !strings.Contains(f.Hint, "function")) {
			t.Errorf("%+v: got %v %+v", row, ok, f)
		}
	}
}

// TestJudgeErrorPages: an error page for all behaviors with an API on its own origin is
// reported at the start; one for a site alone, and one with an error's status, is not.
func TestJudgeErrorPages(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		target string
		code   int
		page   string
		answer int
		want   int
	}{
		{"api", 404, "/index.html", 200, 1}, {"api", 403, "/index.html", 200, 1}, {"api", 404, "/index.html", 404, 0}, {"api", 404, "/index.html", 0, 0},
		{"api", 500, "/index.html", 200, 0}, {"api", 404, "", 0, 0}, {"site", 404, "/index.html", 200, 0}, {"bucket", 404, "/index.html", 200, 0},
	} {
		d := &distribution.Distribution{
			DefaultBehavior: distribution.CacheBehavior{PathPattern: "*", TargetOriginID: "site"},
			Behaviors:       []distribution.CacheBehavior{{PathPattern: "/api/*", TargetOriginID: row.target}},
			Origins:         []distribution.Origin{{ID: "site", Kind: distribution.OriginCustom}, {ID: "api", Kind: distribution.OriginCustom}, {ID: "bucket", Kind: distribution.OriginS3}},
			CustomErrors:    []distribution.CustomErrorResponse{{ErrorCode: row.code, ResponsePagePath: row.page, ResponseCode: row.answer}},
		}
		got := policy.JudgeErrorPages(d)
		if len(got) != row.want || len(got) == 1 && (got[0].Rule != "CF-ERR-38" || got[0].Verdict != policy.Warn || !strings.Contains(got[0].Observed, `"/api/*"`) || !strings.Contains(got[0].Hint, "function")) {
			t.Errorf("%+v: got %+v", row, got)
		}
	}
}

// TestAdviseSecureCookie: a form over HTTPS to an origin that is asked over HTTP,
// and no cookie in the answer (CF-REQ-49).
func TestAdviseSecureCookie(t *testing.T) {
	t.Parallel()
	base := func() policy.AdviceFacts {
		return policy.AdviceFacts{
			Behavior: &distribution.CacheBehavior{PathPattern: "*"}, Origin: &distribution.Origin{ID: "o", DomainName: "o.example.com", ProtocolPolicy: "http-only"},
			Method: "POST", Scheme: "https", Host: "o.example.com", URI: "/login", Header: http.Header{}, Status: 302, Location: "/home", Answer: http.Header{},
			Sent: []policy.Field{{Name: "Host", Value: "o.example.com"}},
		}
	}
	for name, row := range map[string]struct {
		change func(*policy.AdviceFacts)
		want   bool
	}{
		"a login":                {func(*policy.AdviceFacts) {}, true},
		"a form that is refused": {func(f *policy.AdviceFacts) { f.Status = 403 }, true},
		"a page":                 {func(f *policy.AdviceFacts) { f.Method = "GET" }, false},
		"with a cookie":          {func(f *policy.AdviceFacts) { f.Answer["Set-Cookie"] = []string{"sid=1"} }, false},
		"in a session":           {func(f *policy.AdviceFacts) { f.Header["Cookie"] = []string{"sid=1"} }, false},
		"over HTTPS":             {func(f *policy.AdviceFacts) { f.Secure = true }, false},
		"a viewer over HTTP":     {func(f *policy.AdviceFacts) { f.Scheme = "http" }, false},
		"that knows the scheme": {func(f *policy.AdviceFacts) {
			f.Sent = append(f.Sent, policy.Field{Name: "CloudFront-Forwarded-Proto", Value: "https"})
		}, false},
		"done": {func(f *policy.AdviceFacts) { f.Status = 200 }, false},
	} {
		f := base()
		row.change(&f)
		found := policy.AdviseResponse(f)
		if got := len(found) == 1 && found[0].Rule == "CF-REQ-49" && strings.Contains(found[0].Hint, "CloudFront-Forwarded-Proto"); got != row.want {
			t.Errorf("%s: got %+v", name, found)
		}
	}
}

// TestAdviseBigCookie: cookies larger than servers accept in one field.
func TestAdviseBigCookie(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]bool{9000: true, 900: false} {
		b := distribution.NewCacheBehavior("o")
		f := policy.AdviceFacts{Behavior: &b, Origin: &distribution.Origin{ID: "o", DomainName: "o.example.com"}, Method: "GET", Scheme: "https", Host: "o.example.com", URI: "/",
			Status: 400, Secure: true, Sent: []policy.Field{{Name: "Host", Value: "o.example.com"}, {Name: "Cookie", Value: strings.Repeat("c", size)}}}
		if found := policy.AdviseResponse(f); (len(found) == 1 && found[0].Rule == "CF-LIMIT-01") != want {
			t.Errorf("%d bytes: got %+v", size, found)
		}
	}
}

// TestAdviseForwardedProto: an application that redirects to HTTPS although it was asked
// over HTTPS reads X-Forwarded-Proto, which is not forwarded (CF-REQ-49).
func TestAdviseForwardedProto(t *testing.T) {
	t.Parallel()
	b := distribution.NewCacheBehavior("o")
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewer")
	o := &distribution.Origin{ID: "o", DomainName: "o.example.com", ProtocolPolicy: "https-only"}
	found := policy.AdviseResponse(policy.AdviceFacts{Behavior: &b, Origin: o, Method: "GET", Scheme: "https", Host: "www.example.com", URI: "/x", Secure: true,
		Sent: []policy.Field{{Name: "Host", Value: "www.example.com"}}, Status: 301, Location: "https://www.example.com/x"})
	if len(found) != 1 || !strings.Contains(found[0].Hint, "CloudFront-Forwarded-Proto") {
		t.Errorf("got %+v", found)
	}
}

// TestNarrowerUnderFormerLists: TLS 1.3 is not advised if it is not offered.
func TestNarrowerUnderFormerLists(t *testing.T) {
	t.Parallel()
	cause := policy.NewCause(policy.CauseTLSHandshakeFailure, "refused", nil)
	for _, s := range policy.Snapshots() {
		offer := policy.OfferFor([]distribution.SSLProtocol{"TLSv1.2"}, s)
		if hint := policy.Narrower(cause, policy.CauseTLSNoSharedCipher, "none", offer).Hint; strings.Contains(hint, "TLS 1.3") != offer.Allows(policy.VersionTLS13) {
			t.Errorf("%s: %q", s.Name, hint)
		}
	}
}

// TestShortWildcard: a wildcard one label short says by which rule (CF-CERT-17).
func TestShortWildcard(t *testing.T) {
	t.Parallel()
	root := selfSigned(t, "Root")
	findings := policy.JudgeChain(policy.ChainFacts{
		Raw: raw(root.leaf(alternatives("*.example.com"))), Names: policy.AcceptedNames{"a.b.example.com"}, At: noon, Trust: policy.NewTrustStore(root.Certificate),
	})
	if f, _ := policy.DecidingFinding(findings); f.Rule != "CF-NAME-05" || !strings.Contains(f.Observed, "*.example.com stands for one label, and a.b.example.com has more before example.com (CF-CERT-17)") {
		t.Errorf("got %+v", f)
	}
}

// TestUnlistedSignatureAdvice: TLS 1.3 is advised if the lists of the day have it
// (CF-TLS-21).
func TestUnlistedSignatureAdvice(t *testing.T) {
	t.Parallel()
	for _, snapshot := range policy.Snapshots() {
		offer := policy.OfferFor([]distribution.SSLProtocol{distribution.TLSv12}, snapshot)
		cause := policy.UnlistedSignature("o.example.com:443", "rsa_pss_rsae_sha256", offer, nil)
		if cause.Rule != "CF-TLS-21" || strings.Contains(cause.Hint, "1.3") != offer.Allows(policy.VersionTLS13) {
			t.Errorf("%+v: %q", snapshot, cause.Hint)
		}
	}
}
