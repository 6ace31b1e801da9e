package e2e_test

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// exportCA runs "edgesim ca --export" on the state of a running edge.
func exportCA(t testing.TB, e *edgesim) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	command := exec.Command(program(t), "ca", "--export", file, "--state", e.State)
	command.Env = cleanEnvironment(t.TempDir())
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("edgesim ca: %v\n%s", err, out)
	}
	return file
}

// curlCase is one call of curl; in its arguments HTTP and HTTPS stand for the
// edge's addresses, CA and BODY for files.
type curlCase struct {
	name, proves string
	args         string
	proto        string // default 1.1
	check        func(*testing.T, *peers.Answer, arrival)
}

const bodySize = 20 << 20

var curlCases = []curlCase{
	{"http1", "CF-CONN-18 CF-REQ-01 CF-REQ-57", "http://HTTP/a/b?c=d%20e", "", func(t *testing.T, _ *peers.Answer, got arrival) {
		if got.URI != "/a/b?c=d%20e" || got.Proto != "HTTP/1.1" || len(got.Header.Get("X-Amz-Cf-Id")) != 56 || got.Header.Get("Via") == "" {
			t.Errorf("the origin got %+v", got)
		}
	}},
	{"https1", "CF-REQ-58", "--http1.1 --cacert CA https://HTTPS/a", "", nil},
	{"https2", "CF-CONN-18", "--http2 --cacert CA https://HTTPS/a", "2", func(t *testing.T, _ *peers.Answer, got arrival) {
		if got.Proto != "HTTP/1.1" {
			t.Errorf("the origin got %s", got.Proto)
		}
	}},
	{"http2-post", "", "--http2 --cacert CA --data-binary @BODY https://HTTPS/a", "2", wholeBody},
	{"http2-put", "", "--http2 --cacert CA -T BODY https://HTTPS/a", "2", wholeBody},
	{"http2-head", "", "--http2 --cacert CA -I https://HTTPS/download/1000", "2", headOf1000},
	{"http2-download", "", "--http2 --cacert CA https://HTTPS/download/20971520", "2", download},
	{"sni", "", "--cacert CA --connect-to www.site.example:443:HTTPS https://www.site.example/a", "2", func(t *testing.T, _ *peers.Answer, got arrival) {
		if got.Header.Get("X-Forwarded-For") != "127.0.0.1" {
			t.Errorf("the origin got %+v", got)
		}
	}},
	{"proxy", "", "--proxy http://HTTP http://www.site.example/a?b", "", func(t *testing.T, _ *peers.Answer, got arrival) {
		if got.URI != "/a?b" || got.Header.Get("Proxy-Connection") != "" {
			t.Errorf("the origin got %+v", got)
		}
	}},
	{"proxy-post", "", "--proxy http://HTTP --data-binary @BODY http://www.site.example/a", "", wholeBody},
	{"connect", "", "--proxy http://HTTP --cacert CA https://www.site.example/a", "2", func(t *testing.T, a *peers.Answer, _ arrival) {
		if len(a.Lines) != 2 || !strings.HasPrefix(a.Lines[0], "HTTP/1.1 200") {
			t.Errorf("got the responses %q, want the tunnel's and the origin's", a.Lines)
		}
	}},
	{"connect-http1", "", "--proxy http://HTTP --http1.1 --cacert CA https://www.site.example:444/a", "", nil},
	{"connect-plain", "", "--proxy http://HTTP --proxytunnel http://www.site.example/a", "", nil},
	{"connect-upload", "", "--proxy http://HTTP --http1.1 --cacert CA -T BODY https://www.site.example/a", "", wholeBody},
	{"head", "CF-REQ-64", "-I http://HTTP/download/1000", "", headOf1000},
	{"post", "CF-REQ-64", "-d a=b http://HTTP/a", "", func(t *testing.T, _ *peers.Answer, got arrival) {
		if got.Method != "POST" || got.Length != 3 || got.Header.Get("Content-Type") != "application/x-www-form-urlencoded" {
			t.Errorf("the origin got %+v", got)
		}
	}},
	{"chunked", "CF-REQ-41", "-H Transfer-Encoding:chunked -T BODY http://HTTP/a", "", func(t *testing.T, a *peers.Answer, got arrival) {
		wholeBody(t, a, got)
		if !slices.Equal(got.TransferEncoding, []string{"chunked"}) {
			t.Errorf("the origin got it as %q", got.TransferEncoding)
		}
	}},
	{"upload", "CF-REQ-26", "-T BODY http://HTTP/a", "", wholeBody},
	{"continue", "", "-H Expect:100-continue --expect100-timeout 50 -T BODY http://HTTP/a", "", func(t *testing.T, a *peers.Answer, got arrival) {
		wholeBody(t, a, got)
		if len(a.Lines) != 2 || !strings.HasPrefix(a.Lines[0], "HTTP/1.1 100") {
			t.Errorf("got the responses %q, want 100 and 200", a.Lines)
		}
	}},
	{"download", "CF-RESP-22", "http://HTTP/download/20971520", "", download},
	{"close", "", "-H Connection:close http://HTTP/a", "", func(t *testing.T, a *peers.Answer, _ arrival) {
		if a.Header.Get("Connection") != "close" {
			t.Errorf("got %v", a.Header)
		}
	}},
	{"keep-alive", "", "http://HTTP/a http://HTTP/b -o /dev/null", "", func(t *testing.T, a *peers.Answer, _ arrival) {
		if a.Connections != 0 {
			t.Errorf("the second request opened %d connections", a.Connections)
		}
	}},
	{"http10", "", "-0 http://HTTP/download/1000", "1", func(t *testing.T, a *peers.Answer, _ arrival) {
		if a.Header.Get("Connection") != "close" || len(a.Body) != 1000 {
			t.Errorf("got %d bytes with %v", len(a.Body), a.Header)
		}
	}},
	{"path-as-is", "CF-PATH-03", "--path-as-is http://HTTP/a/../b//c%2Fd", "", func(t *testing.T, _ *peers.Answer, got arrival) {
		if got.URI != "/a/../b//c%2Fd" {
			t.Errorf("the origin got %q", got.URI)
		}
	}},
}

func wholeBody(t *testing.T, _ *peers.Answer, got arrival) {
	t.Helper()
	if got.Length != bodySize || got.SHA256 != sum(pattern(bodySize)) {
		t.Errorf("the origin got %d bytes with sum %s", got.Length, got.SHA256)
	}
}

func download(t *testing.T, a *peers.Answer, _ arrival) {
	t.Helper()
	if !bytes.Equal(a.Body, pattern(bodySize)) {
		t.Errorf("got %d bytes with sum %s", len(a.Body), sum(a.Body))
	}
}

func headOf1000(t *testing.T, a *peers.Answer, _ arrival) {
	t.Helper()
	if a.Header.Get("Content-Length") != "1000" || len(a.Body) != 0 && !bytes.HasPrefix(a.Body, []byte("HTTP/")) {
		t.Errorf("got %v and %d bytes", a.Header, len(a.Body))
	}
}

// TestCurl is a real viewer, in all the ways in which one can speak.
func TestCurl(t *testing.T) {
	t.Parallel()
	peers.Need(t, "curl")
	e := serve(t, "--origin", echo(t).URL)
	body := filepath.Join(t.TempDir(), "body")
	if err := os.WriteFile(body, pattern(bodySize), 0o600); err != nil {
		t.Fatal(err)
	}
	names := strings.NewReplacer("HTTPS", "localhost:"+port(e.HTTPS), "HTTP", e.HTTP, "CA", exportCA(t, e), "BODY", body)
	for _, c := range curlCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			args := strings.Fields(c.args)
			for i := range args {
				args[i] = names.Replace(args[i])
			}
			a := peers.Curl(t, args...)
			if a.Exit != 0 || a.Status != 200 {
				t.Fatalf("curl %s: exit code %d, status %d: %s", c.args, a.Exit, a.Status, a.Complaint)
			}
			want := c.proto
			if want == "" {
				want = "1.1"
			}
			if a.Proto != want {
				t.Errorf("got HTTP/%s, want %s", a.Proto, want)
			}
			var got arrival
			if a.Header.Get("Content-Type") == "application/json" {
				if err := json.Unmarshal(a.Body, &got); err != nil {
					t.Fatalf("%v in %q", err, a.Body)
				}
			}
			if c.check != nil {
				c.check(t, a, got)
			}
		})
	}
}

// TestCurlErrorPage: CloudFront's page as a viewer gets it, in every way (CF-ERR-03,
// CF-ERR-34, CF-ERR-37).
func TestCurlErrorPage(t *testing.T) {
	t.Parallel()
	peers.Need(t, "curl")
	gone := httptest.NewServer(nil)
	gone.Close()
	e := serve(t, "--origin", gone.URL, "--origin-connection-attempts", "1")
	ca := exportCA(t, e)
	for _, tt := range []struct {
		name, proto string
		args        []string
	}{
		{"http1", "1.1", []string{"http://" + e.HTTP + "/"}},
		{"close", "1.1", []string{"-H", "Connection: close", "http://" + e.HTTP + "/"}},
		{"http2", "2", []string{"--cacert", ca, "https://localhost:" + port(e.HTTPS) + "/"}},
		{"proxy", "1.1", []string{"--proxy", "http://" + e.HTTP, "http://www.site.example/"}},
		{"connect", "2", []string{"--proxy", "http://" + e.HTTP, "--cacert", ca, "https://www.site.example/"}},
		{"post", "1.1", []string{"-d", "a=b", "http://" + e.HTTP + "/"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			a := peers.Curl(t, tt.args...)
			if a.Exit != 0 || a.Status != 502 || a.Proto != tt.proto || a.Header.Get("X-Cache") != cacheError ||
				a.Header.Get("X-Edgesim-Cause") != "CF-CONN-08 connect-refused" || a.Header.Get("Content-Length") != strconv.Itoa(len(a.Body)) {
				t.Errorf("got %d over HTTP/%s with %v: %s", a.Status, a.Proto, a.Header, a.Complaint)
			}
			if closes := a.Header.Get("Connection") == "close"; closes != (tt.name == "close") {
				t.Errorf("Connection: %q", a.Header.Get("Connection"))
			}
		})
	}
}

// port returns the port of an address.
func port(address string) string {
	_, p, _ := strings.Cut(address, ":")
	return p
}
