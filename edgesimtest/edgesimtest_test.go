package edgesimtest_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/edgesimtest"
	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/policy"
)

// hello is an application that returns what it was asked for.
var hello = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "%s %s at %s", r.Method, r.URL.Path, r.Host)
})

// get asks for a URL and returns the status and the body.
func get(t testing.TB, client *http.Client, url string) (int, string) {
	t.Helper()
	response, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Errorf("body: %v", err)
	}
	return response.StatusCode, string(body)
}

func TestHandler(t *testing.T) {
	t.Parallel()
	edge := edgesimtest.Start(t, edgesimtest.Config{Handler: hello})
	for _, base := range []string{edge.URL, edge.TLSURL} {
		if status, body := get(t, edge.Client, base+"/a"); status != 200 || body != "GET /a at "+edgesimtest.OriginHost {
			t.Errorf("%s: got %d %q", base, status, body)
		}
	}
	list := edge.Exchanges()
	if len(list) != 2 || list[0].Viewer.Scheme != "http" || list[1].Viewer.Scheme != "https" || edge.LastCause() != nil {
		t.Errorf("recorded: %d exchanges, last cause %v", len(list), edge.LastCause())
	}
	if h := list[0].Attempts[0].Handshake; h == nil || h.SNI != edgesimtest.OriginHost {
		t.Errorf("the origin was reached by %+v", h)
	}
	response, err := edge.Client.Get(edge.URL + "/b")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if x := edge.Exchange(response); x.Viewer.URI != "/b" {
		t.Errorf("the exchange of a response is %+v", x)
	}
	edge.Reset()
	if n := len(edge.Exchanges()); n != 0 {
		t.Errorf("%d exchanges after Reset", n)
	}
}

// TestOrigin proves that httptest servers are judged as they are: plain HTTP passes, and
// CloudFront does not accept their certificate (CF-CERT-03).
func TestOrigin(t *testing.T) {
	t.Parallel()
	plain, secure := httptest.NewServer(hello), httptest.NewTLSServer(hello)
	t.Cleanup(plain.Close)
	t.Cleanup(secure.Close)
	edge := edgesimtest.Start(t, edgesimtest.Config{Origin: plain.URL})
	if status, body := get(t, edge.Client, edge.URL+"/"); status != 200 {
		t.Errorf("plain HTTP: got %d %s", status, body)
	}
	edge = edgesimtest.Start(t, edgesimtest.Config{Origin: secure.URL})
	if status, _ := get(t, edge.Client, edge.URL+"/"); status != 502 || edge.LastCause().Stage != policy.StageVerify {
		t.Errorf("a certificate of httptest: got %d %v", status, edge.LastCause())
	}
}

func TestLab(t *testing.T) {
	t.Parallel()
	for _, f := range lab.Faults() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			if f.Method != "" || f.Status == 200 && !strings.HasPrefix(f.Name, "healthy") {
				t.Skip("it shows in another method, or in the body")
			}
			edge := edgesimtest.Start(t, edgesimtest.Config{Lab: f.Name, ExplainWithin: time.Minute})
			status, _ := get(t, edge.Client, edge.URL+"/")
			cause := policy.CauseName("")
			if c := edge.LastCause(); c != nil {
				cause = c.Name
			}
			if status != f.Status || cause != f.Cause {
				t.Errorf("got %d %s, want %d %s", status, cause, f.Status, f.Cause)
			}
		})
	}
}

func TestFail(t *testing.T) {
	t.Parallel()
	edge := edgesimtest.Start(t, edgesimtest.Config{Handler: hello})
	edge.Fail(policy.CauseResponseTimeout, 2)
	edge.Force(faults.Fault{Cause: policy.CauseCertExpired, Path: "/old/*"})
	for i, want := range []int{504, 504, 200} {
		if status, body := get(t, edge.Client, edge.URL+"/"); status != want {
			t.Errorf("request %d: got %d %s, want %d", i+1, status, body, want)
		}
	}
	if status, _ := get(t, edge.Client, edge.URL+"/old/a"); status != 502 || edge.LastCause().Name != policy.CauseCertExpired {
		t.Errorf("a forced path: got %d %v", status, edge.LastCause())
	}
	if list := edge.Exchanges(); list[0].Forced != "fault-1" || list[2].Forced != "" {
		t.Errorf("recorded as forced: %q, %q", list[0].Forced, list[2].Forced)
	}
	edge.Reset()
	if status, _ := get(t, edge.Client, edge.URL+"/old/a"); status != 200 {
		t.Errorf("after Reset: got %d", status)
	}
}

// TestConfig starts edges from a file and from a value.
func TestConfig(t *testing.T) {
	t.Parallel()
	origin := httptest.NewServer(hello)
	t.Cleanup(origin.Close)
	connect := map[string]string{"app.example.com": origin.Listener.Addr().String()}
	file := filepath.Join(t.TempDir(), "edge.yaml")
	if err := os.WriteFile(file, []byte("origin: http://app.example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := distribution.NewOrigin("app", "app.example.com")
	o.ProtocolPolicy, o.SSLProtocols = distribution.OriginHTTPOnly, []distribution.SSLProtocol{distribution.TLSv12}
	b := distribution.NewCacheBehavior("app")
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	b.ViewerProtocolPolicy = distribution.ViewerAllowAll
	d := &distribution.Distribution{
		Enabled: true, HTTPVersion: distribution.DefaultHTTPVersion, Origins: []distribution.Origin{o}, DefaultBehavior: b,
		Aliases: []string{"www.example.com"},
	}
	tuned := ""
	for name, config := range map[string]edgesimtest.Config{
		"file":  {File: file, Connect: connect},
		"value": {Distribution: d, Connect: connect, Faithful: true, Tune: func(d *distribution.Distribution) { tuned = d.Origins[0].ID }},
	} {
		edge := edgesimtest.Start(t, config)
		if status, body := get(t, edge.Client, edge.URL+"/x"); status != 200 || body != "GET /x at app.example.com" {
			t.Errorf("%s: got %d %q", name, status, body)
		}
	}
	if tuned != "app" {
		t.Error("Tune was not called")
	}
}

// TestNothingIsLeft proves that an edge ends with its test: no goroutine remains, not even
// for a viewer's connection or a scan, and no open file or connection, not even to an
// origin that is still sending.
func TestNothingIsLeft(t *testing.T) {
	var mu sync.Mutex
	open := map[net.Conn]bool{}
	origin := httptest.NewUnstartedServer(hello)
	origin.Config.ConnState = func(conn net.Conn, state http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		open[conn] = true
		if state == http.StateClosed {
			delete(open, conn)
		}
	}
	origin.Start()
	defer origin.Close()
	before := descriptors()
	t.Run("inner", func(t *testing.T) {
		patient := func(d *distribution.Distribution) { d.Origins[0].KeepaliveTimeout = 5 * time.Minute }
		for _, config := range []edgesimtest.Config{{Origin: origin.URL, Tune: patient}, {Handler: hello}, {Lab: "only-old-tls", ExplainWithin: -1}, {Lab: "only-old-tls"}} {
			edge := edgesimtest.Start(t, config)
			get(t, edge.Client, edge.URL+"/")
			get(t, edge.Client, edge.TLSURL+"/")
		}
	})
	deadline := time.Now().Add(10 * time.Second)
	held := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(open)
	}
	for held() > 0 || descriptors() > before {
		if time.Now().After(deadline) {
			t.Fatalf("%d connections to the origin are left, and %d descriptors, of which %d were there before", held(), descriptors(), before)
		}
		runtime.Gosched()
	}
	origin.Close()
	for left := stacks(); left != ""; left = stacks() {
		if time.Now().After(deadline) {
			t.Fatalf("left:\n%s", left)
		}
		runtime.Gosched()
	}
}

// descriptors counts this process's open files, if the system reports them.
func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries)
}

// stacks returns the goroutines in our code or net/http, except for tests.
func stacks() string {
	buf := make([]byte, 4<<20)
	var left []string
	for _, stack := range strings.Split(string(buf[:runtime.Stack(buf, true)]), "\n\n")[1:] {
		if (strings.Contains(stack, "edgesim/edgesim/") || strings.Contains(stack, "net/http.")) && !strings.Contains(stack, "testing.tRunner") {
			left = append(left, stack)
		}
	}
	return strings.Join(left, "\n\n")
}

// fatal is a test that ends, in a goroutine of its own, at a Fatalf.
type fatal struct {
	testing.TB
	said string
}

func (f *fatal) Helper() {}
func (f *fatal) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// TestMistakes proves that an invalid configuration ends the test and says what is wrong.
func TestMistakes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		config edgesimtest.Config
		fail   policy.CauseName
		want   string
	}{
		{"no origin", edgesimtest.Config{}, "", "exactly one of Handler, Origin, Lab"},
		{"two origins", edgesimtest.Config{Handler: hello, Lab: "expired"}, "", "exactly one of"},
		{"no such origin of the lab", edgesimtest.Config{Lab: "broken"}, "", `no fault named "broken"`},
		{"no URL", edgesimtest.Config{Origin: "localhost"}, "", "localhost"},
		{"no file", edgesimtest.Config{File: "nowhere.json"}, "", "nowhere.json"},
		{"a port that CloudFront does not take", edgesimtest.Config{Handler: hello, Tune: func(d *distribution.Distribution) { d.Origins[0].HTTPSPort = 81 }}, "", "CF-CONF-01"},
		{"a cause that no origin has", edgesimtest.Config{Handler: hello}, policy.CauseViewerUnknownHost, `cause "viewer-unknown-host" is not allowed`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f := &fatal{TB: t}
			ended := make(chan struct{})
			go func() {
				defer close(ended)
				edge := edgesimtest.Start(f, row.config)
				edge.Fail(row.fail, 1)
			}()
			<-ended
			if !strings.Contains(f.said, row.want) {
				t.Errorf("got %q, want %q in it", f.said, row.want)
			}
		})
	}
}

// TestCache: a test sees what CloudFront's cache would do, moves its clock, and
// invalidates.
func TestCache(t *testing.T) {
	t.Parallel()
	var asked atomic.Int32
	e := edgesimtest.Start(t, edgesimtest.Config{
		Cache: edge.CacheOn,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "max-age=3600")
			fmt.Fprint(w, asked.Add(1))
		}),
		Tune: func(d *distribution.Distribution) {
			d.DefaultBehavior.CachePolicy, _ = distribution.ManagedCachePolicy("CachingOptimized")
		},
	})
	get := func(want string) {
		t.Helper()
		r, err := e.Client.Get(e.URL + "/page")
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		body, _ := io.ReadAll(r.Body)
		if got := r.Header.Get("X-Cache") + " " + string(body); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	get("Miss from cloudfront 1")
	get("Hit from cloudfront 1")
	e.Advance(time.Hour)
	get("Miss from cloudfront 2")
	if n := e.Invalidate("/other", "/pa*"); n != 1 {
		t.Errorf("%d copies went", n)
	}
	get("Miss from cloudfront 3")
	get("Hit from cloudfront 3")
	e.Reset()
	get("Miss from cloudfront 4")
	if list := e.Exchanges(); len(list) != 1 || list[0].Cache.Rule != "CF-CACHE-04" {
		t.Errorf("recorded %+v", list[0].Cache)
	}
}
