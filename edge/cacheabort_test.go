package edge_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/edgesim/edgesim/edge"
)

// TestCacheAbortedFills: a thousand viewers leave while a large body is being cached,
// before or after its beginning, alone or two with the same key. No goroutine remains (the
// bubble would not end), no connection (newBubble watches them), no file, nothing in
// progress and nothing in the cache; the next viewer gets the whole body.
func TestCacheAbortedFills(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		large := answer(200, "Cache-Control: max-age=60\r\n", strings.Repeat("x", 1<<20+100_000))
		c := newCached(t, func(r *http.Request) string {
			if strings.HasSuffix(r.URL.Path, "/slow") {
				time.Sleep(2 * time.Second)
			}
			return large
		})
		c.edge.Cache = edge.NewCache(edge.CacheConfig{Mode: edge.CacheOn, Dir: dir})
		open := func(ctx context.Context, uri string) *edge.Response {
			return c.edge.Serve(ctx, &edge.ViewerRequest{Method: "GET", Scheme: "http", Host: "localhost", URI: uri, Proto: "HTTP/1.1"})
		}
		begin := make([]byte, 1000)
		for n := range 1000 {
			ctx, cancel := context.WithCancel(t.Context())
			uri := "/" + strconv.Itoa(n)
			if n%4 == 0 { // it leaves before the origin has answered
				time.AfterFunc(time.Second, cancel)
				open(ctx, uri+"/slow").Body.Close()
				continue
			}
			first := open(ctx, uri)
			if _, err := io.ReadFull(first.Body, begin); err != nil {
				t.Fatal(err)
			}
			if n == 1 && openFiles(t, dir) == 0 {
				t.Error("a body that is coming is not in a file")
			}
			if n%4 == 1 { // another one shares it, and leaves first
				second := open(ctx, uri)
				_, _ = second.Body.Read(begin)
				second.Body.Close()
			}
			if n%4 == 2 { // the connection of its viewer ends before its body is closed
				cancel()
			}
			first.Body.Close()
			cancel()
		}
		synctest.Wait()
		if stats := c.edge.Cache.Stats(); stats.Entries != 0 || stats.Bytes != 0 || c.edge.Cache.TestOnlyFills() != 0 {
			t.Errorf("left: %+v, %d under way", stats, c.edge.Cache.TestOnlyFills())
		}
		if n := openFiles(t, dir); n != 0 {
			t.Errorf("%d files are open", n)
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) != 0 {
			t.Errorf("the folder has %v", left)
		}
		for _, want := range []string{"Miss", "Hit"} {
			r := open(t.Context(), "/1")
			body, err := io.ReadAll(r.Body)
			r.Body.Close()
			if err != nil || len(body) != 1<<20+100_000 || !strings.HasPrefix(r.Header.Get("X-Cache"), want) {
				t.Errorf("afterwards: %d bytes, %v, %q, want %s", len(body), err, r.Header.Get("X-Cache"), want)
			}
		}
		c.edge.Cache.Reset()
		if n := openFiles(t, dir); n != 0 {
			t.Errorf("after a reset %d files are open", n)
		}
	})
}

// openFiles counts this process's open files of a folder, where the system lists
// them: they have no names.
func openFiles(t *testing.T, dir string) int {
	t.Helper()
	list, err := os.ReadDir("/proc/self/fd")
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("open files are counted on Linux only")
	}
	n := 0
	for _, fd := range list {
		if name, _ := os.Readlink("/proc/self/fd/" + fd.Name()); strings.HasPrefix(name, dir) {
			n++
		}
	}
	return n
}
