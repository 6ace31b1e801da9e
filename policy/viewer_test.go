package policy_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

func TestJudgeRequest(t *testing.T) {
	t.Parallel()
	fits := strings.Repeat("a", policy.URLLimit-len("https://example.com/"))
	for _, row := range []struct {
		name  string
		facts policy.ViewerFacts
		want  policy.CauseName
	}{
		{"plain", policy.ViewerFacts{Scheme: "https", Host: "example.com", URI: "/"}, ""},
		{"CF-LIMIT-02 exactly", policy.ViewerFacts{Scheme: "https", Host: "example.com", URI: "/" + fits}, ""},
		{"CF-LIMIT-02 CF-ERR-26", policy.ViewerFacts{Scheme: "https", Host: "example.com", URI: "/" + fits + "a"}, "viewer-url-too-long"},
		{"CF-LIMIT-01 exactly", policy.ViewerFacts{URI: "/", HeaderBytes: 32768}, ""},
		{"CF-LIMIT-01 CF-ERR-27", policy.ViewerFacts{URI: "/", HeaderBytes: 32769}, "viewer-headers-too-big"},
	} {
		if got := nameOf(policy.JudgeRequest(row.facts)); got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

func TestJudgeBehavior(t *testing.T) {
	t.Parallel()
	readOnly := []string{"GET", "HEAD"}
	all := []string{"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"}
	for _, row := range []struct {
		name     string
		facts    policy.ViewerFacts
		protocol distribution.ViewerProtocolPolicy
		methods  []string
		redirect int
		cause    policy.CauseName
		rule     policy.RuleID
	}{
		{"CF-REQ-64", policy.ViewerFacts{Method: "GET", Scheme: "http"}, "allow-all", readOnly, 0, "", ""},
		{"CF-REQ-65 CF-ERR-19", policy.ViewerFacts{Method: "POST", Scheme: "http"}, "allow-all", readOnly, 0, "viewer-method-not-allowed", "CF-ERR-19"},
		{"CF-REQ-66", policy.ViewerFacts{Method: "PROPFIND", Scheme: "http"}, "allow-all", all, 0, "viewer-method-not-allowed", "CF-ERR-19"},
		{"methods are case-sensitive", policy.ViewerFacts{Method: "get", Scheme: "http"}, "allow-all", all, 0, "viewer-method-not-allowed", "CF-ERR-19"},
		{"CF-REQ-63 CF-ERR-22", policy.ViewerFacts{Method: "GET", Scheme: "http", HasBody: true}, "allow-all", all, 0, "viewer-get-with-body", "CF-ERR-22"},
		{"POST with a body", policy.ViewerFacts{Method: "POST", Scheme: "http", HasBody: true}, "allow-all", all, 0, "", ""},
		{"CF-ERR-17, CF-VIEW-67", policy.ViewerFacts{Method: "GET", Scheme: "http"}, "https-only", all, 0, "viewer-https-only", "CF-ERR-17"},
		{"https-only, on HTTPS", policy.ViewerFacts{Method: "GET", Scheme: "https"}, "https-only", all, 0, "", ""},
		{"CF-ERR-29", policy.ViewerFacts{Method: "GET", Scheme: "http", Proto: "HTTP/1.0"}, "redirect-to-https", all, 301, "", ""},
		{"CF-ERR-29 HEAD", policy.ViewerFacts{Method: "HEAD", Scheme: "http", Proto: "HTTP/1.1"}, "redirect-to-https", all, 301, "", ""},
		{"CF-ERR-30", policy.ViewerFacts{Method: "POST", Scheme: "http", Proto: "HTTP/1.1"}, "redirect-to-https", all, 307, "", ""},
		{"CF-ERR-31, CF-VIEW-65", policy.ViewerFacts{Method: "POST", Scheme: "http", Proto: "HTTP/1.0"}, "redirect-to-https", all, 0, "viewer-https-only", "CF-ERR-31"},
		{"redirect-to-https, on HTTPS", policy.ViewerFacts{Method: "GET", Scheme: "https"}, "redirect-to-https", all, 0, "", ""},
	} {
		b := &distribution.CacheBehavior{PathPattern: "*", ViewerProtocolPolicy: row.protocol, AllowedMethods: row.methods}
		redirect, cause := policy.JudgeBehavior(row.facts, b)
		if redirect != row.redirect || nameOf(cause) != row.cause || cause != nil && cause.Rule != row.rule {
			t.Errorf("%s: got %d, %v; want %d, %s %s", row.name, redirect, cause, row.redirect, row.rule, row.cause)
		}
	}
}

func nameOf(c *policy.Cause) policy.CauseName {
	if c == nil {
		return ""
	}
	return c.Name
}

// TestJudgeRootObject proves CF-PATH-06.
func TestJudgeRootObject(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		path, name string
		refused    bool
	}{
		{"/", "index.html", false}, {"/", "", false}, {"/", "a b.html", true}, {"/", "inde\u0445.html", true}, {"/", "a?b", true},
		{"/", strings.Repeat("a", 255), false}, {"/", strings.Repeat("a", 256), true}, {"/x", "a b.html", false},
	} {
		cause := policy.JudgeRootObject(row.path, row.name)
		if (cause != nil) != row.refused || cause != nil && (cause.Status != 400 || cause.Rule != "CF-PATH-06" || !strings.Contains(cause.Detail, "InvalidDefaultRootObject")) {
			t.Errorf("%q for %s: got %v, refused %t", row.name, row.path, cause, row.refused)
		}
	}
}
