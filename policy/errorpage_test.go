package policy_test

import (
	"os"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/policy"
)

const sampleID = "MDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3BxcnN0dXZ3eHl6MDEyMw=="

// TestErrorPage proves CF-ERR-35: the page to the byte, against a capture's form
// kept in testdata, and its length, 903 and the sentence, for every cause.
func TestErrorPage(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("testdata/errorpage-403-method.html")
	if err != nil {
		t.Fatal(err)
	}
	method := policy.CauseViewerMethodNotAllowed.Spec()
	if got := policy.ErrorPage(403, method.Sentence, sampleID); got != string(want) {
		t.Errorf("the page differs from testdata/errorpage-403-method.html:\n%s", got)
	}
	// Verified against captures: 1053 (2026-09-01) and 919 (2026-03-03).
	if n := len(policy.ErrorPage(403, method.Sentence, sampleID)); n != 1053 {
		t.Errorf("the method page has %d bytes, want 1053", n)
	}
	if n := len(policy.ErrorPage(403, "Request blocked.", sampleID)); n != 919 {
		t.Errorf("the WAF page has %d bytes, want 919", n)
	}
	for _, s := range policy.Causes() {
		page := policy.ErrorPage(s.Status, s.Sentence, sampleID)
		if len(page) != 903+len(s.Sentence) {
			t.Errorf("%s: the page has %d bytes, want %d", s.Name, len(page), 903+len(s.Sentence))
		}
		if strings.Contains(page, "\r") || strings.HasSuffix(page, "\n") {
			t.Errorf("%s: the page has a carriage return or a newline at its end", s.Name)
		}
	}
}

// TestRedirectPage proves the body of CF-ERR-29: seven lines ended by CRLF, 167 bytes.
func TestRedirectPage(t *testing.T) {
	t.Parallel()
	page := policy.RedirectPage(301)
	if len(page) != 167 || strings.Count(page, "\r\n") != 7 || !strings.Contains(page, "<hr><center>CloudFront</center>\r\n") {
		t.Errorf("got %d bytes:\n%s", len(page), page)
	}
	if page := policy.RedirectPage(307); !strings.Contains(page, "<h1>307 Temporary Redirect</h1>") {
		t.Errorf("got %s", page)
	}
}

// TestClosesViewer proves the Connection rule of CF-ERR-39.
func TestClosesViewer(t *testing.T) {
	t.Parallel()
	for status, want := range map[int]bool{
		400: true, 405: true, 414: true, 416: true, 500: true, 501: true, 494: true,
		403: false, 404: false, 502: false, 503: false, 504: false,
	} {
		if got := policy.ClosesViewer(status); got != want {
			t.Errorf("ClosesViewer(%d) = %t, want %t", status, got, want)
		}
	}
}
