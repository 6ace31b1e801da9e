package policy_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

func TestCustomErrorFor(t *testing.T) {
	t.Parallel()
	responses := []distribution.CustomErrorResponse{
		{ErrorCode: 400, ResponsePagePath: "/400"}, {ErrorCode: 403, ResponsePagePath: "/403", ResponseCode: 200},
		{ErrorCode: 404, ErrorCachingMinTTL: 60}, {ErrorCode: 414, ResponsePagePath: "/414"},
		{ErrorCode: 502, ResponsePagePath: "/502"}, {ErrorCode: 504, ResponsePagePath: "/504"},
	}
	for _, row := range []struct {
		name   string
		status int
		cause  policy.CauseName
		grpc   bool
		want   string
	}{
		{"CF-ERR-38 the origin's own", 403, "", false, "/403"},
		{"CF-FAILOVER-04 a status without an entry", 500, "", false, ""},
		{"an entry without a page", 404, "", false, ""},
		{"no connection", 0, policy.CauseConnectRefused, false, "/502"},
		{"CF-TIME-13 no answer counts as 504", 0, policy.CauseResponseTimeout, false, "/504"},
		{"CF-TIME-13 no answer to the connection request", 0, policy.CauseConnectTimeout, false, "/504"},
		{"CF-TIME-07 the completion timeout", 0, policy.CauseResponseCompletionTimeout, false, "/504"},
		{"a behavior's refusal", 0, policy.CauseViewerMethodNotAllowed, false, "/403"},
		{"CF-ERR-25 a malformed request", 0, policy.CauseViewerBadRequest, false, ""},
		{"a Host of no distribution", 0, policy.CauseViewerUnknownHost, false, ""},
		{"a URL over the limit", 0, policy.CauseViewerURLTooLong, false, ""},
		{"CF-GRPC-03", 502, "", true, ""},
	} {
		f := policy.CustomErrorFacts{Responses: responses, Status: row.status, GRPC: row.grpc}
		if row.cause != "" {
			f.Cause = policy.NewCause(row.cause, "", nil)
			f.Status = f.Cause.Status
		}
		got := ""
		if r := policy.CustomErrorFor(f); r != nil {
			got = r.ResponsePagePath
		}
		if got != row.want {
			t.Errorf("%s: got %q, want %q", row.name, got, row.want)
		}
	}
}

func TestCustomErrorStatus(t *testing.T) {
	t.Parallel()
	if got := policy.CustomErrorStatus(&distribution.CustomErrorResponse{ErrorCode: 404, ResponseCode: 200}); got != 200 {
		t.Errorf("CF-ERR-38: got %d, want the response code", got)
	}
	if got := policy.CustomErrorStatus(&distribution.CustomErrorResponse{ErrorCode: 404}); got != 404 {
		t.Errorf("got %d, want the error's own status", got)
	}
	for status, want := range map[int]bool{200: true, 206: true, 301: false, 404: false, 500: false} {
		if got := policy.IsErrorPage(status); got != want {
			t.Errorf("CF-ERR-40: %d as the page: got %t, want %t", status, got, want)
		}
	}
}

// TestErrorPageRequest: the whole page is requested, without the fields of a body.
func TestErrorPageRequest(t *testing.T) {
	t.Parallel()
	viewer := http.Header{"Range": {"bytes=0-1"}, "If-None-Match": {`"x"`}, "Content-Type": {"text/plain"}, "Expect": {"100-continue"}, "Cookie": {"a=b"}, "Upgrade": {"websocket"}}
	got := policy.ErrorPageRequest(viewer)
	if len(got) != 1 || got.Get("Cookie") != "a=b" || len(viewer) != 6 {
		t.Errorf("got %v of %v", got, viewer)
	}
}

// TestCustomErrorFinding: the error and what became of its page are both told
// (CF-ERR-38, CF-ERR-40).
func TestCustomErrorFinding(t *testing.T) {
	t.Parallel()
	r := &distribution.CustomErrorResponse{ErrorCode: 502, ResponsePagePath: "/e/502.html"}
	refused := policy.NewCause(policy.CauseConnectRefused, "nobody listens", nil)
	facts := policy.CustomErrorFacts{Status: 502, Cause: refused}
	for _, row := range []struct {
		page    int
		failure *policy.Cause
		rule    policy.RuleID
		want    []string
	}{
		{200, nil, "CF-ERR-38", []string{"connect-refused: nobody listens", `/e/502.html`, `behavior "/e/*"`, `origin "s3"`, "replaces it"}},
		{404, nil, "CF-ERR-40", []string{"nobody listens", "answered 404: the viewer gets that"}},
		{0, policy.NewCause(policy.CauseDNSFailure, "no such name", nil), "CF-ERR-40", []string{"nobody listens", "dns-failure: no such name"}},
	} {
		got := policy.CustomErrorFinding(facts, r, "/e/*", "s3", row.page, row.failure)
		if got.Rule != row.rule || (got.Hint == "") != (row.page == 200) {
			t.Errorf("got %s with hint %q, want %s", got.Rule, got.Hint, row.rule)
		}
		for _, part := range row.want {
			if !strings.Contains(got.Observed, part) {
				t.Errorf("%q lacks %q", got.Observed, part)
			}
		}
	}
}
