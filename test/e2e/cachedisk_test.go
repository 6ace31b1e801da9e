package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestCacheDiskFull: a disk without room for a second large body. The least recently used
// one makes room. If other files have filled the disk, large bodies reach all viewers whole
// and are not served from the cache, which is logged once; small bodies are still cached,
// and large ones when there is room again.
func TestCacheDiskFull(t *testing.T) {
	t.Parallel()
	disk := peers.SmallDisk(t, 6<<20)
	nginx := peers.Nginx(t, `server { listen {{address "web"}}; root .; default_type application/octet-stream; }`)
	bodies := map[string]string{"/first": string(pattern(4 << 20)), "/second": strings.Repeat("second", 600_000), "/third": strings.Repeat("3rd", 1_300_000), "/small": "small"}
	for name, body := range bodies {
		if err := os.WriteFile(filepath.Join(nginx.Dir, name), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	e := cachedSite(t, nginx.Address("web"), "--state", disk, "--record", "memory")
	t.Cleanup(func() { e.finish(t) })
	want := func(path, cache string) {
		t.Helper()
		a := e.get(t, path)
		if word, _, _ := strings.Cut(a.Header.Get("X-Cache"), " "); a.Status != http.StatusOK || a.Body != bodies[path] || cache != "" && word != cache {
			t.Errorf("%s: got %d %q and %d bytes, want %s and %d", path, a.Status, a.Header.Get("X-Cache"), len(a.Body), cache, len(bodies[path]))
		}
	}
	said := func(text string, times int) {
		t.Helper()
		if n := strings.Count(e.Output(), text); n != times {
			t.Errorf("%q is said %d times, not %d:\n%s", text, n, times, e.Output())
		}
	}
	want("/first", "Miss")
	want("/first", "Hit")
	said("cannot be written", 0)
	for _, path := range []string{"/second", "/third", "/first"} {
		want(path, "Miss")
		want(path, "Hit")
	}
	said("cannot be written", 0)
	if a := e.api(t, "POST", "/api/invalidations", `{"paths": ["/*"]}`); a.Status != http.StatusCreated {
		t.Fatalf("the API says %d %s", a.Status, a.Body)
	}
	others := filepath.Join(disk, "others")
	if err := os.WriteFile(others, make([]byte, 3<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		want("/second", "Miss")
	}
	var viewers sync.WaitGroup
	for n := range 12 {
		viewers.Go(func() { want([]string{"/second", "/third", "/first"}[n%3], "") })
	}
	viewers.Wait()
	want("/second", "Miss")
	want("/small", "Miss")
	want("/small", "Hit")
	said("cannot be written (no space left on device)", 1)
	said("cached again", 0)
	if err := os.Remove(others); err != nil {
		t.Fatal(err)
	}
	want("/second", "Miss")
	want("/second", "Hit")
	said("cannot be written", 1)
}
