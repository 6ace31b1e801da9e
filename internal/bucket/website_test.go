package bucket_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/bucket"
)

// TestWebsite: the website endpoint has index documents (CF-S3-83), redirects to them
// (CF-S3-84), errors in HTML (CF-S3-85, CF-S3-88) or as the error document with the
// error's own status (CF-S3-86), and takes GET and HEAD alone (CF-S3-81).
func TestWebsite(t *testing.T) {
	t.Parallel()
	dir := folder(t, "index.html", "docs/index.html", "empty/a.txt")
	b := open(t, bucket.Config{Folder: dir, Website: bucket.Default()})
	for _, row := range []struct {
		method, target string
		status         int
		body           string // or the Location
	}{
		{"GET", "/", 200, "this is index.html"},
		{"GET", "/docs/", 200, "this is docs/index.html"},
		{"GET", "/docs", 302, "/docs/"},
		{"GET", "/empty/", 404, "<li>Code: NoSuchKey</li>\n<li>Message: The specified key does not exist.</li>\n<li>Key: empty/index.html</li>"},
		{"GET", "/empty", 404, "<h1>404 Not Found</h1>"},
		{"GET", "/<x>", 404, "<li>Key: &lt;x&gt;</li>"},
		{"POST", "/", 405, "<li>Code: MethodNotAllowed</li>"},
		{"PUT", "/a", 405, "<li>Code: MethodNotAllowed</li>"},
		{"OPTIONS", "/", 405, "<li>Code: MethodNotAllowed</li>"},
		{"HEAD", "/missing", 404, ""},
	} {
		r := ask(t, b, row.method, row.target)
		got := text(t, r)
		if row.status == 302 {
			got = r.Header.Get("Location")
		}
		if r.StatusCode != row.status || !strings.Contains(got, row.body) {
			t.Errorf("%s %s: got %d %q", row.method, row.target, r.StatusCode, got)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "error.html"), []byte("our page"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := ask(t, b, "GET", "/missing", "Range: bytes=0-1"); r.StatusCode != 404 || text(t, r) != "our page" || r.Header.Get("Content-Type") != "text/html" || r.Header.Get("x-amz-error-code") != "NoSuchKey" {
		t.Errorf("the error document: got %d %v", r.StatusCode, r.Header)
	}
}

// TestRouting: routing rules (CF-S3-92) and a redirect of everything (CF-S3-93).
func TestRouting(t *testing.T) {
	t.Parallel()
	dir := folder(t, "index.html", "old/a.html")
	site, err := bucket.ReadWebsite(strings.NewReader(`{"IndexDocument": {"Suffix": "index.html"}, "RoutingRules": [
		{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}},
		{"Condition": {"HttpErrorCodeReturnedEquals": "404", "KeyPrefixEquals": "app/"}, "Redirect": {"HostName": "app.example.com", "Protocol": "https", "HttpRedirectCode": "302", "ReplaceKeyWith": "start"}}]}`))
	if err != nil {
		t.Fatal(err)
	}
	b := open(t, bucket.Config{Folder: dir, Website: site})
	for target, want := range map[string]string{
		"/old/a.html": "301 http://" + domain + "/new/a.html", "/app/x": "302 https://app.example.com/start", "/other": "404 ", "/": "200 ",
	} {
		r := ask(t, b, "GET", target)
		if got := r.Status[:3] + " " + r.Header.Get("Location"); got != want {
			t.Errorf("%s: got %q, want %q", target, got, want)
		}
	}
	site, err = bucket.ReadWebsite(strings.NewReader(`{"RedirectAllRequestsTo": {"HostName": "www.example.com", "Protocol": "https"}}`))
	if err != nil {
		t.Fatal(err)
	}
	r := ask(t, open(t, bucket.Config{Folder: dir, Website: site}), "POST", "/a?b=c")
	if r.StatusCode != 301 || r.Header.Get("Location") != "https://www.example.com/a?b=c" {
		t.Errorf("got %d %v", r.StatusCode, r.Header)
	}
	for _, bad := range []string{"", "[]", `{"IndexDocument": "index.html"}`, `{"Unknown": 1}`, `{"RoutingRules": [{"Redirect": {"HttpRedirectCode": "200"}}]}`, `{"IndexDocument": {"Suffix": "a/b"}}`,
		`{"RoutingRules": [` + strings.Repeat(`{"Redirect": {"HostName": "a"}},`, 50) + `{"Redirect": {"HostName": "a"}}]}`} {
		if _, err := bucket.ReadWebsite(strings.NewReader(bad)); err == nil {
			t.Errorf("%.40q was accepted", bad)
		}
	}
}
