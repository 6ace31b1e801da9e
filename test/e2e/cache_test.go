package e2e_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
)

// cachingOptimized is a managed policy: Min 1, Default 86,400, gzip and Brotli.
const cachingOptimized = "658327ea-f89d-4fab-a63d-7e88639e58f6"

// cachedSite starts an edge with a cache before one origin, by a configuration with
// CachingOptimized and compression.
func cachedSite(t testing.TB, address string, args ...string) *edgesim {
	t.Helper()
	file := filepath.Join(t.TempDir(), "distribution.json")
	data, err := json.Marshal(object{
		"CallerReference": "e2e", "Comment": "a cached site", "Enabled": true,
		"CacheTagConfig": object{"HeaderName": "X-Tags"},
		"Origins": list(object{
			"Id": "app", "DomainName": "app.example.com",
			"CustomOriginConfig": object{"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only", "OriginSslProtocols": list("TLSv1.2")},
		}),
		"DefaultCacheBehavior": object{
			"TargetOriginId": "app", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": cachingOptimized, "Compress": true,
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return serveUnwatched(t, append([]string{file, "--connect", "app.example.com=" + address, "--cache", "on"}, args...)...)
}

// api sends JSON to the edge's API.
func (e *edgesim) api(t testing.TB, method, path, body string) *answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+e.Inspect+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return e.send(t, r)
}

// TestCacheOfNginx: nginx with its ETags behind the cache, curl in front of it: misses,
// hits, ranges, compression, revalidation a day later by the API's clock, and invalidation
// by the API, the command and the AWS CLI.
func TestCacheOfNginx(t *testing.T) {
	t.Parallel()
	peers.Need(t, "curl", "aws")
	nginx := peers.Nginx(t, `server {
	  listen {{address "web"}};
	  root html;
	  location / { add_header Cache-Control "max-age=3600"; add_header X-Tags "all, $arg_tag"; }
	}`)
	html := filepath.Join(nginx.Dir, "html")
	if err := os.Mkdir(html, 0o700); err != nil {
		t.Fatal(err)
	}
	page := strings.Repeat("<p>a page that can be compressed</p>\n", 100)
	for _, name := range []string{"index.html", "other.html"} {
		if err := os.WriteFile(filepath.Join(html, name), []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := cachedSite(t, nginx.Address("web"))
	t.Cleanup(func() { e.finish(t) })
	want := func(status int, cache string, args ...string) *peers.Answer {
		t.Helper()
		r := peers.Curl(t, append(args, "http://"+e.HTTP+"/index.html")...)
		if word, _, _ := strings.Cut(r.Header.Get("X-Cache"), " "); r.Status != status || word != cache {
			t.Fatalf("%v: got %d %q, want %d %s", args, r.Status, r.Header.Get("X-Cache"), status, cache)
		}
		return r
	}
	want(200, "Miss")
	if r := want(200, "Hit"); string(r.Body) != page || r.Header.Get("Age") == "" {
		t.Errorf("a hit has %d bytes, %v", len(r.Body), r.Header)
	}
	if r := want(206, "Hit", "-H", "Range: bytes=0-2"); string(r.Body) != "<p>" {
		t.Errorf("the range has %q", r.Body)
	}
	want(200, "Miss", "--compressed")
	if r := want(200, "Hit", "--compressed"); string(r.Body) != page || r.Header.Get("Content-Encoding") == "" {
		t.Errorf("a compressed hit has %d bytes, %v", len(r.Body), r.Header)
	}
	if a := e.api(t, "POST", "/api/clock", `{"advance": "25h"}`); a.Status != 200 || !strings.Contains(a.Body, `"ahead": "25h0m0s"`) {
		t.Errorf("the clock says %d %s", a.Status, a.Body)
	}
	if r := want(200, "RefreshHit"); string(r.Body) != page {
		t.Errorf("a refresh hit has %d bytes", len(r.Body))
	}
	want(200, "Hit")
	e.invalidations(t, want)
	if a := e.api(t, "POST", "/api/reset", ""); a.Status != 200 {
		t.Errorf("the reset says %s", a)
	}
	if a := e.api(t, "GET", "/api/clock", ""); !strings.Contains(a.Body, `"ahead": "0s"`) {
		t.Errorf("after a reset the clock says %s", a.Body)
	}
	want(200, "Miss")
}

// invalidations removes the page in every way there is.
func (e *edgesim) invalidations(t *testing.T, want func(int, string, ...string) *peers.Answer) {
	t.Helper()
	if a := e.api(t, "POST", "/api/invalidations", `{"paths": ["/index*"]}`); a.Status != 201 || !strings.Contains(a.Body, `"removed": 2`) {
		t.Errorf("the API says %d %s", a.Status, a.Body)
	}
	want(200, "Miss") // CF-INV-20
	out, err := exec.Command(program(t), "invalidate", "--api", "http://"+e.Inspect, "#ALL").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "1 copy removed") {
		t.Errorf("the command says %s, %v", out, err)
	}
	want(200, "Miss")
	api := "http://" + e.Inspect
	out2, err := peers.AWS(t, api, "cloudfront", "create-invalidation", "--distribution-id", "E2EXAMPLE", "--paths", "/index.html", "/no~such")
	if err == nil || !strings.Contains(out2, "InvalidArgument") {
		t.Errorf("CF-INV-11: the CLI says %s, %v", out2, err)
	}
	want(200, "Hit")
	out2, err = peers.AWS(t, api, "cloudfront", "create-invalidation", "--distribution-id", "E2EXAMPLE", "--paths", "/index.html", "/b")
	id := regexp.MustCompile(`"Id": "(I[A-Z0-9]+)"`).FindStringSubmatch(out2)
	if err != nil || id == nil || !strings.Contains(out2, `"Status": "Completed"`) { // CF-INV-22
		t.Fatalf("the CLI says %s, %v", out2, err)
	}
	want(200, "Miss")
	if out2, err = peers.AWS(t, api, "cloudfront", "get-invalidation", "--distribution-id", "E2EXAMPLE", "--id", id[1]); err != nil || !strings.Contains(out2, `"/index.html"`) {
		t.Errorf("the CLI says %s, %v", out2, err)
	}
	if out2, err = peers.AWS(t, api, "cloudfront", "wait", "invalidation-completed", "--distribution-id", "E2EXAMPLE", "--id", id[1]); err != nil {
		t.Errorf("the CLI says %s, %v", out2, err)
	}
	if out2, err = peers.AWS(t, api, "cloudfront", "list-invalidations", "--distribution-id", "E2EXAMPLE"); err != nil || !strings.Contains(out2, id[1]) {
		t.Errorf("the CLI says %s, %v", out2, err)
	}
	var page struct {
		Mode    string
		Entries int
		Items   []struct{ Key, Exchange, Rule string }
	}
	if a := e.api(t, "GET", "/api/cache?limit=1", ""); json.Unmarshal([]byte(a.Body), &page) != nil || page.Mode != "on" || page.Entries != 1 || len(page.Items) != 1 || page.Items[0].Key != "/index.html" || page.Items[0].Rule != "CF-CACHE-04" {
		t.Errorf("/api/cache says %s", a.Body)
	}
	if out, err := exec.Command(program(t), "recordings", "show", "--record", "http://"+e.Inspect, page.Items[0].Exchange).CombinedOutput(); err != nil || !strings.Contains(string(out), "What CloudFront's cache makes of it") {
		t.Errorf("show says %s, %v", out, err)
	}
}

// TestCacheOfBrowser: a page with a style sheet in a browser, twice; the second
// time none of it comes from the application.
func TestCacheOfBrowser(t *testing.T) {
	t.Parallel()
	peers.Need(t, "chromium")
	nginx := peers.Nginx(t, `server {
	  listen {{address "web"}};
	  location = / { default_type text/html; return 200 '<html><head><link rel="stylesheet" href="/style.css"></head><body onload="document.title=getComputedStyle(document.body).color"></body></html>'; }
	  location = /style.css { default_type text/css; return 200 "body { color: rgb(1, 2, 3) }"; }
	}`)
	e := cachedSite(t, nginx.Address("web"))
	t.Cleanup(func() { e.finish(t) })
	for range 2 {
		if page := peers.Chromium(t, "http://"+e.HTTP+"/"); !strings.Contains(page, "<title>rgb(1, 2, 3)</title>") {
			t.Errorf("the page is\n%s", page)
		}
	}
	log, err := os.ReadFile(filepath.Join(nginx.Dir, "access.log"))
	if err != nil || strings.Count(string(log), "GET / ") != 1 || strings.Count(string(log), "GET /style.css ") != 1 {
		t.Errorf("the application was asked\n%s%v", log, err)
	}
}

// TestCacheKilled: what an edge kept in files is gone with it, however it ends, and
// an edge after it begins with an empty cache.
func TestCacheKilled(t *testing.T) {
	t.Parallel()
	nginx := peers.Nginx(t, `server { listen {{address "web"}}; root .; }`)
	if err := os.WriteFile(filepath.Join(nginx.Dir, "large"), pattern(8<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	e := cachedSite(t, nginx.Address("web"))
	for n, want := range []string{"Miss", "Hit"} {
		if a := e.get(t, "/large"); !strings.HasPrefix(a.Header.Get("X-Cache"), want) || a.Body != string(pattern(8<<20)) {
			t.Errorf("request %d: got %q and %d bytes", n+1, a.Header.Get("X-Cache"), len(a.Body))
		}
	}
	if err := e.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	e.ExitCode(t, 20*time.Second)
	if left, _ := filepath.Glob(filepath.Join(e.State, "cache", "*")); len(left) != 0 {
		t.Errorf("the folder has %v", left)
	}
	again := cachedSite(t, nginx.Address("web"))
	t.Cleanup(func() { again.finish(t) })
	if a := again.get(t, "/large"); !strings.HasPrefix(a.Header.Get("X-Cache"), "Miss") {
		t.Errorf("got %q after a restart", a.Header.Get("X-Cache"))
	}
}

// TestCacheFlags: what --cache and --cache-size do not take.
func TestCacheFlags(t *testing.T) {
	t.Parallel()
	for args, want := range map[string]string{
		"--cache some":                 `--cache "some" is none of off, errors and on`,
		"--cache on --cache-size much": `--cache-size "much" is not a size`,
		"--cache on --cache-size 10KB": "--cache-size 10KB is too small",
	} {
		command := exec.Command(program(t), append([]string{"serve", "--origin", "http://127.0.0.1:8081"}, strings.Fields(args)...)...)
		command.Env = cleanEnvironment(t.TempDir())
		out, err := command.CombinedOutput()
		if code := command.ProcessState.ExitCode(); err == nil || code != 2 || !strings.Contains(string(out), want) {
			t.Errorf("%s: exit code %d and %s, want %s", args, code, out, want)
		}
	}
	if out, err := exec.Command(program(t), "invalidate", "--api", "http://127.0.0.1:1", "/x").CombinedOutput(); err == nil || !strings.Contains(string(out), "is an edge running") {
		t.Errorf("without an edge: %s, %v", out, fmt.Sprint(err))
	}
}
