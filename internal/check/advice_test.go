package check_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// TestPlatformHost: forwarding Host to a platform that requires its own Host only warns, as
// serve would (CF-REQ-54); without Host there is no warning.
func TestPlatformHost(t *testing.T) {
	t.Parallel()
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.Host, "abc.execute-api") {
			w.WriteHeader(http.StatusForbidden)
		}
	}), nil, "abc.execute-api.eu-west-1.amazonaws.com")
	for orp, want := range map[string]check.Verdict{"AllViewer": check.Warn, "AllViewerExceptHostHeader": check.Pass} {
		s.DefaultBehavior = behavior("*", orp)
		c := only(t, s.check(t, check.Config{}))
		if j, ok := judgement(c, "CF-REQ-54"); c.Verdict != want || ok != (want == check.Warn) || ok && (j.Verdict != policy.Warn || !strings.Contains(j.Observed, "API Gateway") || !strings.Contains(j.Hint, "AllViewerExceptHostHeader")) {
			t.Errorf("%s: %s %+v", orp, c.Verdict, j)
		}
	}
}

// TestRefusalExplained: for a 4xx that a setting explains, people are not advised to
// correct the path.
func TestRefusalExplained(t *testing.T) {
	t.Parallel()
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/login" && r.Header.Get("Authorization") == "":
			w.WriteHeader(http.StatusUnauthorized)
		case r.URL.Path == "/search" && r.URL.RawQuery == "":
			w.WriteHeader(http.StatusBadRequest)
		case strings.HasSuffix(r.URL.Path, "/sub/"):
			w.WriteHeader(http.StatusForbidden)
		}
	}), nil, "app.example.com")
	s.DefaultBehavior = behavior("*", "")
	for path, want := range map[string]policy.RuleID{"/login": "CF-REQ-24", "/search?q=1": "CF-QS-01", "/sub/": "CF-PATH-05"} {
		c := only(t, s.check(t, check.Config{Path: path}))
		j, ok := judgement(c, want)
		own, _ := judgement(c, "CF-ERR-08")
		if !ok || j.Verdict != policy.Warn || c.Verdict != check.Warn || strings.Contains(own.Hint, "correct the path") {
			t.Errorf("%s: %s %+v; %+v", path, c.Verdict, j, own)
		}
	}
}

// TestPlainPortBehindBadCertificate: a certificate that is refused on 443, and an
// HTTP port that answers: http-only is tried, and said to work.
func TestPlainPortBehindBadCertificate(t *testing.T) {
	t.Parallel()
	plain := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	defer plain.Close()
	s := newSite(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), func(_ *tls.Config, template *pki.Template) {
		template.NotBefore, template.NotAfter = template.NotBefore.AddDate(-3, 0, 0), template.NotBefore.AddDate(-2, 0, 0)
	}, "app.example.com")
	s.dials.routes["80"] = plain.Listener.Addr().String()
	c := only(t, s.check(t, check.Config{}))
	if c.Cause == nil || c.Cause.Rule != "CF-CERT-01" || len(c.Tries) != 1 || !c.Tries[0].Works || c.Tries[0].Setting != "OriginProtocolPolicy http-only (port 80)" {
		t.Errorf("%v: tries %+v", c.Cause, c.Tries)
	}
}

// TestHostRouting: an application that selects its site by Host, behind policies that send
// the origin's own name, and one that only accepts its own name: the other Host is tried,
// and only Host makes the difference (CF-REQ-54).
func TestHostRouting(t *testing.T) {
	t.Parallel()
	s := newSite(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/query" && r.URL.RawQuery == "":
			w.WriteHeader(http.StatusNotFound)
		case r.URL.Path == "/own" && r.Host != "app.example.com", r.URL.Path == "/viewer" && r.Host != "www.example.com":
			w.WriteHeader(http.StatusMisdirectedRequest)
		}
	}), nil, "app.example.com", "www.example.com")
	s.Aliases = []string{"www.example.com"}
	for _, row := range []struct{ path, orp, hint string }{
		{"/viewer", "AllViewerExceptHostHeader", "origin request policy AllViewer to the behavior"}, {"/own", "AllViewer", "origin request policy AllViewerExceptHostHeader to"},
		{"/viewer", "AllViewer", ""}, {"/own", "AllViewerExceptHostHeader", ""}, {"/query?q=1", "", ""},
	} {
		s.DefaultBehavior = behavior("*", row.orp)
		c := &s.check(t, check.Config{Path: row.path, Host: "www.example.com"}).Checks[0]
		j, found := judgement(c, "CF-REQ-54")
		proven := found && !j.Inferred
		if proven != (row.hint != "") || proven && (c.Verdict != check.Warn || !strings.Contains(j.Hint, row.hint) || !strings.Contains(j.Observed, "it answers 200")) {
			t.Errorf("%s with %q: %s, %+v, tries %+v", row.path, row.orp, c.Verdict, j, c.Tries)
		}
	}
}
