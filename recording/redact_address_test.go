package recording_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// TestRedactQuery puts secret parameters wherever an address may occur.
func TestRedactQuery(t *testing.T) {
	t.Parallel()
	const target = "/a?x=1&token=hunter2&Sig=hunter3"
	e := success(1)
	e.Viewer.URI, e.Sent.URI = target, target
	e.Viewer.Header = http.Header{"Referer": {"https://www.example.com" + target + "#top"}, "Accept": {"a;q=1"}}
	e.Viewer.Fields = []policy.Field{{Name: "referer", Value: "https://www.example.com" + target}}
	e.Sent.Header = append(e.Sent.Header, policy.Field{Name: "referer", Value: "https://www.example.com" + target})
	e.Response.Header = http.Header{"Location": {"/b?" + strings.TrimPrefix(target, "/a?")}}
	e.Response.OriginHead = "HTTP/1.1 302 Found\r\nlocation: /b?token=hunter2\r\nx: y\r\n"
	e.Cause = policy.NewCause(policy.CauseConnectRefused, `asking for "`+target+`" failed`, errors.New("get "+target))
	e.Findings = []policy.Finding{{Rule: "CF-A", Observed: target}}
	e.Attempts = []*originconn.Attempt{{Cause: e.Cause, Findings: e.Findings}, {Number: 2}}
	before, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	r := recording.Redactor{Query: []string{"TOKEN", "sig"}}
	hidden := r.Redact(e)
	got, err := json.Marshal(hidden)
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(got), "hunter") {
		t.Errorf("a secret is left: %s", got)
	}
	if again, _ := json.Marshal(r.Redact(hidden)); string(again) != string(got) {
		t.Errorf("redacted twice: %s", again)
	}
	if after, _ := json.Marshal(e); string(after) != string(before) {
		t.Error("the exchange given has been changed")
	}
	uri := hidden.Viewer.URI
	if !strings.HasPrefix(uri, "/a?x=1&token=redacted-7-bytes-") || hidden.Sent.URI != uri || !strings.Contains(uri, "&Sig=redacted-7-bytes-") {
		t.Errorf("got %q and %q", uri, hidden.Sent.URI)
	}
	if want := strings.Replace(uri, "/a?", "/b?", 1); hidden.Response.Header.Get("Location") != want {
		t.Errorf("equal secrets are not equal any more: %q, want %q", hidden.Response.Header.Get("Location"), want)
	}
}

func TestRedactQueryForms(t *testing.T) {
	t.Parallel()
	r := recording.Redactor{Query: []string{"token"}}
	for _, row := range []struct{ uri, want string }{
		{"/a", "/a"},
		{"/token=1", "/token=1"},
		{"/a?token=", "/a?token="},
		{"/a?token", "/a?token"},
		{"/a?mytoken=1", "/a?mytoken=1"},
		{"/a?x=token=1", "/a?x=token=1"},
		{"/a?token=s&b=2", "/a?token=*&b=2"},
		{"/a?b=2;token=s", "/a?b=2;token=*"},
		{"/a?t%6Fken=s", "/a?t%6Fken=*"},
		{"/a?token=s&token=s", "/a?token=*&token=*"},
		{"/a?&&token=s", "/a?&&token=*"},
		{"/a?q?token=s", "/a?q?token=*"},
	} {
		e := success(1)
		e.Viewer.URI = row.uri
		got := r.Redact(e).Viewer.URI
		if shape := strings.NewReplacer(strings.TrimPrefix(r.Redact(&recording.Exchange{Viewer: recording.Viewer{URI: "?token=s"}}).Viewer.URI, "?token="), "*").Replace(got); shape != row.want {
			t.Errorf("%s: got %s, want %s", row.uri, got, row.want)
		}
	}
}

// TestRedactCauseError: the error under a cause is dropped if its text contains a secret,
// which cannot be cut out of it, and stays otherwise.
func TestRedactCauseError(t *testing.T) {
	t.Parallel()
	r := recording.Redactor{Query: []string{"token"}}
	for text, kept := range map[string]bool{"connection refused": true, "get /a?token=hunter2": false} {
		e := success(1)
		e.Cause = policy.NewCause(policy.CauseConnectRefused, "asking for /?token=hunter2 failed", errors.New(text))
		if got := r.Redact(e).Cause.Err; (got != nil) != kept {
			t.Errorf("%q: the error is %v, kept: want %t", text, got, kept)
		}
	}
}
