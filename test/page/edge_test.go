package page_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
)

// workshop is the directory that all tests share.
var workshop string

func TestMain(m *testing.M) { os.Exit(inWorkshop(m)) }

func inWorkshop(m *testing.M) int {
	dir, err := os.MkdirTemp("", "edgesim-page-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	workshop = dir
	defer func() {
		closeBrowser()
		if tour.process != nil {
			_ = tour.process.Signal(syscall.SIGTERM)
			_, _ = tour.process.Wait()
		}
	}()
	return m.Run()
}

// build builds the program once.
var build = sync.OnceValues(func() (string, error) {
	file := filepath.Join(workshop, "bin", "edgesim")
	out, err := exec.Command("go", "build", "-o", file, "github.com/edgesim/edgesim/cmd/edgesim").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("building edgesim: %w\n%s", err, out)
	}
	return file, nil
})

// edge is a running edge with its page.
type edge struct {
	// HTTP and Inspect are the addresses of the ready file.
	HTTP    string `json:"http"`
	Inspect string `json:"inspect"`
	*peers.Process
}

// tour is the demo that most tests share.
var tour struct {
	sync.Mutex
	process *os.Process
	edge    *edge
}

// command prepares a command of edgesim on free ports, or on these.
func command(t testing.TB, name string, at *edge, args ...string) (run *exec.Cmd, ready string) {
	t.Helper()
	file, err := build()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp(workshop, "edge-")
	if err != nil {
		t.Fatal(err)
	}
	free := "127.0.0.1:0"
	listen, inspect := free, free
	if at != nil {
		listen, inspect = at.HTTP, at.Inspect
	}
	ready = filepath.Join(dir, "ready.json")
	run = exec.Command(file, append([]string{
		name, "--listen", listen, "--listen-tls", "off", "--inspect", inspect,
		"--state", filepath.Join(dir, "state"), "--ready-file", ready,
	}, args...)...)
	run.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "NO_COLOR=1"}
	return run, ready
}

// demo returns the edge in front of the lab, which all tests share: a test limits its
// changes to its own path.
func demo(t testing.TB) *edge {
	t.Helper()
	peers.Need(t, "chromium")
	tour.Lock()
	defer tour.Unlock()
	if tour.edge != nil {
		return tour.edge
	}
	run, ready := command(t, "demo", nil)
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	tour.process = run.Process
	e := &edge{}
	peers.Await(t, "the demo listening", func() bool { return e.read(ready) })
	tour.edge = e
	return e
}

func (e *edge) read(file string) bool {
	data, err := os.ReadFile(file)
	return err == nil && json.Unmarshal(data, e) == nil
}

// serve runs an edge of the test's own before an origin.
func serve(t testing.TB, origin http.Handler, args ...string) *edge {
	t.Helper()
	s := httptest.NewServer(origin)
	t.Cleanup(s.Close)
	return serveArgs(t, nil, append([]string{"--origin", s.URL}, args...)...)
}

// cachedSite is the configuration of an origin whose answers are cached, and of a second
// behavior with its own policy.
const cachedSite = `{"CallerReference": "page", "Comment": "a cached site", "Enabled": true, "DefaultRootObject": "",
"Aliases": {"Quantity": 1, "Items": ["www.site.example"]},
"Origins": {"Quantity": 1, "Items": [{"Id": "app", "DomainName": "app.example.com",
  "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only"}}]},
"CacheBehaviors": {"Quantity": 1, "Items": [{"PathPattern": "/api/*", "TargetOriginId": "app", "ViewerProtocolPolicy": "https-only",
  "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "OriginRequestPolicyId": "b689b0a8-53d0-40ab-baf2-68738e2966ac"}]},
"DefaultCacheBehavior": {"TargetOriginId": "app", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}}`

// serveCached runs an edge with a cache before an origin.
func serveCached(t testing.TB, origin http.Handler, args ...string) *edge {
	t.Helper()
	s := httptest.NewServer(origin)
	t.Cleanup(s.Close)
	file := filepath.Join(t.TempDir(), "distribution.json")
	if err := os.WriteFile(file, []byte(cachedSite), 0o600); err != nil {
		t.Fatal(err)
	}
	return serveArgs(t, nil, append([]string{file, "--connect", "app.example.com=" + s.Listener.Addr().String(), "--cache", "on"}, args...)...)
}

// serveArgs runs an edge of the test's own, at the addresses of an earlier one or
// at free ones.
func serveArgs(t testing.TB, at *edge, args ...string) *edge {
	t.Helper()
	peers.Need(t, "chromium")
	run, ready := command(t, "serve", at, args...)
	e := &edge{Process: peers.Start(t, run)}
	e.AwaitReady(t, "writing its ready file", func() bool { return e.read(ready) })
	return e
}

// viewer sends the requests of viewers: each connection stands alone.
var viewer = &http.Client{
	Transport:     &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	Timeout:       time.Minute,
}

// get sends a request through the edge and returns the id of its exchange.
func (e *edge) get(t testing.TB, path string, header ...string) string {
	t.Helper()
	return e.send(t, http.MethodGet, path, "", header...)
}

// send sends a request with fields in pairs, and returns the id of its exchange.
func (e *edge) send(t testing.TB, method, path, body string, header ...string) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+e.HTTP+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if body == "" {
		r.Body = http.NoBody
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
			continue
		}
		r.Header.Add(header[i], header[i+1])
	}
	response, err := viewer.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body) // some are cut short on purpose
	return response.Header.Get("X-Edgesim-Exchange")
}

// raw sends bytes to the edge and reads the answer to its end.
func (e *edge) raw(t testing.TB, request string) string {
	t.Helper()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", e.HTTP)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(c)
	if err != nil {
		t.Fatal(err)
	}
	return string(answer)
}

// api asks the inspector and decodes its JSON.
func (e *edge) api(t testing.TB, method, path, body string, into any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, method, "http://"+e.Inspect+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	response, err := viewer.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	data, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if response.StatusCode >= 300 {
		t.Fatalf("%s %s: %d\n%s", method, path, response.StatusCode, data)
	}
	if into != nil {
		if err := json.Unmarshal(data, into); err != nil {
			t.Fatal(err)
		}
	}
}
