package standin_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/edgesimtest"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/standin"
)

const (
	bucketDomain  = "site.s3.eu-central-1.amazonaws.com"
	websiteDomain = "site.s3-website.eu-central-1.amazonaws.com"
)

// dist makes a folder with a built application.
func dist(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{"index.html": "the application", "docs/index.html": "the docs", "app.js": "code", "error.html": "our page"} {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// site is an overlay with one origin and one behavior, with members of them and of
// the distribution besides.
type site struct {
	domain, folder         string
	origin, behavior, more map[string]any
	overlay                map[string]any
}

// start starts an edge for it.
func (s site) start(t *testing.T) *edgesimtest.Edge {
	t.Helper()
	origin := map[string]any{"Id": "site", "DomainName": s.domain}
	switch s.domain {
	case websiteDomain:
		origin["CustomOriginConfig"] = map[string]any{"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}
	default:
		origin["S3OriginConfig"] = map[string]any{"OriginAccessIdentity": ""}
	}
	behavior := map[string]any{
		"TargetOriginId": "site", "ViewerProtocolPolicy": "allow-all",
		"CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", // CachingDisabled
		"AllowedMethods": map[string]any{"Quantity": 7, "Items": []string{"GET", "HEAD", "OPTIONS", "PUT", "POST", "PATCH", "DELETE"},
			"CachedMethods": map[string]any{"Quantity": 2, "Items": []string{"GET", "HEAD"}}},
	}
	d := map[string]any{"CallerReference": "r", "Comment": "", "Enabled": true, "DefaultRootObject": "", "Origins": map[string]any{"Quantity": 1, "Items": []any{origin}}, "DefaultCacheBehavior": behavior}
	overlay := map[string]any{"distribution": d, "connect": map[string]any{s.domain: s.folder}}
	for _, add := range []struct{ to, from map[string]any }{{origin, s.origin}, {behavior, s.behavior}, {d, s.more}, {overlay, s.overlay}} {
		for name, value := range add.from {
			add.to[name] = value
		}
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "edgesim.yaml")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	return edgesimtest.Start(t, edgesimtest.Config{File: file})
}

// ask returns the answer and its body.
func ask(t *testing.T, e *edgesimtest.Edge, method, url string, fields ...string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(context.Background(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header.Set(name, value)
	}
	client := *e.Client
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

// TestBucket: through the edge, a folder answers like a bucket: anonymously (CF-S3-11),
// over the viewer's protocol on ports 80 and 443 (CF-S3-14), with S3's errors passed on
// unchanged (CF-S3-52, CF-S3-53) and its Server (CF-S3-34) and other fields (CF-S3-33),
// under its own Host (CF-S3-17).
func TestBucket(t *testing.T) {
	t.Parallel()
	e := site{domain: bucketDomain, folder: "dir:" + dist(t)}.start(t)
	for _, base := range []string{e.URL, e.TLSURL} {
		r, body := ask(t, e, "GET", base+"/app.js")
		if r.StatusCode != 200 || body != "code" || r.Header.Get("Server") != "AmazonS3" || r.Header.Get("Content-Type") != "text/javascript" || r.Header.Get("X-Amz-Server-Side-Encryption") != "AES256" || r.Header.Get("X-Amz-Request-Id") != "" {
			t.Errorf("%s: got %d %q %v", base, r.StatusCode, body, r.Header)
		}
		x := e.Exchange(r)
		if secure := strings.HasPrefix(base, "https"); x.Sent.TLS != secure || x.Cause != nil {
			t.Errorf("%s: asked over TLS: %v", base, x.Sent.TLS)
		}
		for _, f := range x.Sent.Header {
			if f.Name == "Authorization" || f.Name == "Host" && f.Value != bucketDomain {
				t.Errorf("%s: sent %v", base, f)
			}
		}
		r, body = ask(t, e, "GET", base+"/missing")
		if r.StatusCode != 403 || !strings.Contains(body, "<Code>AccessDenied</Code><Message>Access Denied</Message><RequestId>") || r.Header.Get("X-Cache") != "Error from cloudfront" || r.Header.Get("Content-Type") != "application/xml" {
			t.Errorf("%s: missing: got %d %q %v", base, r.StatusCode, body, r.Header)
		}
	}
	for _, method := range []string{"OPTIONS", "PUT", "POST", "PATCH", "DELETE", "HEAD"} { // CF-S3-25
		r, _ := ask(t, e, method, e.URL+"/app.js")
		if x := e.Exchange(r); x.Cause != nil || x.Sent == nil || x.Sent.Method != method {
			t.Errorf("%s did not reach the bucket: %v", method, x.Cause)
		}
	}
	r, _ := ask(t, e, "GET", e.URL+"/app.js", "Range: bytes=9-")
	if r.StatusCode != 416 {
		t.Errorf("a range outside: got %d", r.StatusCode)
	}
}

// TestRootObject: the effect of the default root object in front of a bucket.
func TestRootObject(t *testing.T) {
	t.Parallel()
	folder := dist(t)
	for _, row := range []struct {
		rule, root, list, method, path string
		status                         int
		body                           string
	}{
		{"CF-S3-69", "index.html", "", "GET", "/docs/", 403, "AccessDenied"},
		{"CF-S3-70", "docs/index.html", "", "GET", "/", 200, "the docs"},
		{"CF-S3-71", "/index.html", "", "GET", "/", 403, "AccessDenied"},
		{"CF-S3-72", "index.html", "", "GET", "//", 403, "AccessDenied"},
		{"CF-S3-73", "", " list=allowed", "GET", "/", 200, "<ListBucketResult "},
		{"CF-S3-74", "", "", "GET", "/", 403, "AccessDenied"},
		{"CF-S3-75", "missing.html", "", "GET", "/", 403, "AccessDenied"},
		{"CF-S3-75", "missing.html", " list=allowed", "GET", "/", 404, "<Key>missing.html</Key>"},
		{"CF-S3-76", "index.html", "", "PUT", "/", 403, "AccessDenied"},
	} {
		e := site{domain: bucketDomain, folder: "dir:" + folder + row.list, more: map[string]any{"DefaultRootObject": row.root}}.start(t)
		r, body := ask(t, e, row.method, e.URL+row.path)
		if r.StatusCode != row.status || !strings.Contains(body, row.body) {
			t.Errorf("%s: got %d %q", row.rule, r.StatusCode, body)
		}
		if row.rule == "CF-S3-76" && e.Exchange(r).Sent.URI != "/index.html" {
			t.Errorf("%s: asked for %s", row.rule, e.Exchange(r).Sent.URI)
		}
	}
}

// TestRedirectsArePassedOn: the edge follows no redirect of S3 (CF-S3-39).
func TestRedirectsArePassedOn(t *testing.T) {
	t.Parallel()
	e := site{domain: websiteDomain, folder: "dir:" + dist(t)}.start(t)
	r, _ := ask(t, e, "GET", e.URL+"/docs")
	if r.StatusCode != 302 || r.Header.Get("Location") != "/docs/" {
		t.Errorf("got %d %v", r.StatusCode, r.Header)
	}
}

// TestForwardedHost: a bucket that gets the viewer's Host is none by that name
// (CF-S3-18, CF-S3-19).
func TestForwardedHost(t *testing.T) {
	t.Parallel()
	e := site{domain: bucketDomain, folder: "dir:" + dist(t), behavior: map[string]any{"OriginRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3"}}.start(t) // AllViewer
	r, body := ask(t, e, "GET", e.URL+"/app.js")
	if r.StatusCode != 404 || !strings.Contains(body, "<Code>NoSuchBucket</Code>") {
		t.Errorf("got %d %q", r.StatusCode, body)
	}
}

// TestWebsite: a website endpoint answers HTTP alone (CF-S3-79), in HTML, with its own
// error document, and nothing at port 443 (CF-S3-80).
func TestWebsite(t *testing.T) {
	t.Parallel()
	folder := "dir:" + dist(t)
	e := site{domain: websiteDomain, folder: folder}.start(t)
	for path, want := range map[string]string{"/": "200 the application", "/docs/": "200 the docs", "/nothing": "404 our page"} {
		if r, body := ask(t, e, "GET", e.TLSURL+path); r.Status[:3]+" "+body != want {
			t.Errorf("%s: got %s %q", path, r.Status, body)
		}
	}
	secure := map[string]any{"ConnectionAttempts": 1, "ConnectionTimeout": 1, "CustomOriginConfig": map[string]any{"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only"}}
	e = site{domain: websiteDomain, folder: folder, origin: secure}.start(t)
	r, _ := ask(t, e, "GET", e.URL+"/")
	if cause := e.Exchange(r).Cause; r.StatusCode != 504 || cause == nil || cause.Name != "connect-timeout" {
		t.Errorf("over HTTPS: got %d, %v", r.StatusCode, cause)
	}
}

// TestWebsiteRouting: routing rules come from a file next to the overlay (CF-S3-92).
func TestWebsiteRouting(t *testing.T) {
	t.Parallel()
	rules := filepath.Join(t.TempDir(), "website.json")
	if err := os.WriteFile(rules, []byte(`{"RedirectAllRequestsTo": {"HostName": "www.example.com"}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	e := site{domain: websiteDomain, folder: "dir:" + dist(t) + ",website=" + rules}.start(t)
	if r, _ := ask(t, e, "GET", e.URL+"/a"); r.StatusCode != 301 || r.Header.Get("Location") != "http://www.example.com/a" { // CF-S3-93
		t.Errorf("got %d %v", r.StatusCode, r.Header)
	}
}

// TestOpen: an error in a folder names its domain.
func TestOpen(t *testing.T) {
	t.Parallel()
	folder := dist(t)
	for to, want := range map[string]string{
		"dir:" + folder + "/missing":            "the folder " + folder + "/missing: no such file or directory",
		"dir:" + folder + ",website=index.html": "is not a website endpoint",
		"dir:":                                  "names no folder",
	} {
		f, err := standin.Open(map[string]string{bucketDomain: to, "other.example": "127.0.0.1:1"}, time.Now())
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), bucketDomain) {
			t.Errorf("%s: got %v", to, err)
		}
		if err == nil {
			f.Close()
		}
	}
	if _, _, err := ingest.ParseFolder("dir:"); err == nil {
		t.Error("no folder was accepted")
	}
}
