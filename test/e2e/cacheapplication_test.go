package e2e_test

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// etagApplication starts an application with ETags that is not ours, and returns
// its address and the folder of its static files.
func etagApplication(t *testing.T) (address, dir string) {
	t.Helper()
	script, err := filepath.Abs("testdata/application/etags.py")
	if err != nil {
		t.Fatal(err)
	}
	command := peers.Python(t, []string{"aiohttp"}, script)
	command.Dir = t.TempDir()
	p := peers.Start(t, command)
	said := regexp.MustCompile(`port (\d+)`)
	p.AwaitReady(t, "telling its port", func() bool { return said.MatchString(p.Output()) })
	return "127.0.0.1:" + said.FindStringSubmatch(p.Output())[1], command.Dir
}

// TestCacheOfApplication: aiohttp behind the cache, curl in front of it. An expired copy is
// revalidated with the application's ETag, in both formats (CF-REQ-67, CF-RESP-21); a
// changed page replaces it; Vary is not part of the key (CF-CACHE-65).
func TestCacheOfApplication(t *testing.T) {
	t.Parallel()
	peers.Need(t, "curl")
	application, static := etagApplication(t)
	e := cachedSite(t, application)
	t.Cleanup(func() { e.finish(t) })
	want := func(path, cache, body string, args ...string) *peers.Answer {
		t.Helper()
		r := peers.Curl(t, append(args, "http://"+e.HTTP+path)...)
		if word, _, _ := strings.Cut(r.Header.Get("X-Cache"), " "); r.Status != http.StatusOK || word != cache || !strings.HasPrefix(string(r.Body), body) {
			t.Errorf("%s %v: got %d %q %.20q, want %s %q", path, args, r.Status, r.Header.Get("X-Cache"), r.Body, cache, body)
		}
		return r
	}
	later := func() {
		t.Helper()
		if a := e.api(t, "POST", "/api/clock", `{"advance": "61s"}`); a.Status != http.StatusOK {
			t.Fatalf("the clock says %d %s", a.Status, a.Body)
		}
	}
	asked := func(path string, total, conditional int) {
		t.Helper()
		var counts map[string][2]int
		r := peers.Curl(t, "http://"+application+"/asked")
		if err := json.Unmarshal(r.Body, &counts); err != nil || counts[path] != [2]int{total, conditional} {
			t.Errorf("%s was asked %v, %v, want %d and %d conditional", path, counts[path], err, total, conditional)
		}
	}

	want("/page", "Miss", "page 1\n")
	packed := want("/page", "Miss", "page 1\n", "--compressed")
	if packed.Header.Get("Content-Encoding") == "" {
		t.Errorf("it is not compressed: %v", packed.Header)
	}
	want("/page", "Hit", "page 1\n")
	later()
	for _, format := range [][]string{nil, {"--compressed"}} {
		r := want("/page", "RefreshHit", "page 1\n", format...)
		if r.Header.Get("X-Confirmed") != "1" || len(r.Body) != 200*len("page 1\n") || (r.Header.Get("Content-Encoding") != "") != (format != nil) {
			t.Errorf("%v: CF-RESP-21: got %d bytes, %v", format, len(r.Body), r.Header)
		}
		want("/page", "Hit", "page 1\n", format...)
	}
	asked("/page", 4, 2)
	peers.Curl(t, "-X", "POST", "http://"+application+"/version")
	want("/page", "Hit", "page 1\n")
	later()
	want("/page", "Miss", "page 2\n")
	want("/page", "Hit", "page 2\n")
	want("/page", "Miss", "page 2\n", "--compressed")
	asked("/page", 6, 4)

	file := filepath.Join(static, "file.txt")
	if err := os.WriteFile(file, []byte("one"), 0o600); err != nil {
		t.Fatal(err)
	}
	want("/static/file.txt", "Miss", "one")
	if a := e.api(t, "POST", "/api/clock", `{"advance": "25h"}`); a.Status != http.StatusOK {
		t.Fatalf("the clock says %d %s", a.Status, a.Body)
	}
	want("/static/file.txt", "RefreshHit", "one") // aiohttp judged its own ETag
	if err := os.WriteFile(file, []byte("three"), 0o600); err != nil {
		t.Fatal(err)
	}
	if a := e.api(t, "POST", "/api/clock", `{"advance": "25h"}`); a.Status != http.StatusOK {
		t.Fatalf("the clock says %d %s", a.Status, a.Body)
	}
	want("/static/file.txt", "Miss", "three")

	german := want("/language", "Miss", "Hello", "-H", "Accept-Language: de")
	if german.Header.Get("Vary") != "" {
		t.Errorf("CF-RESP-09: Vary is %q, of fields that the application never got", german.Header.Get("Vary"))
	}
	want("/language", "Hit", "Hello", "-H", "Accept-Language: en")
}
