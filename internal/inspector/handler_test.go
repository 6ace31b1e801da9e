package inspector_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/inspector"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// start serves an inspector on loopback and returns its address.
func start(t *testing.T, c inspector.Config) string {
	t.Helper()
	if c.Recordings == nil {
		c.Recordings = recording.NewRing(recording.RingConfig{})
	}
	server := httptest.NewServer(inspector.Handler(c))
	t.Cleanup(server.Close)
	return server.URL
}

// answer is a response with its body read.
type answer struct {
	*http.Response
	body string
}

// ask sends one request; fields are "Name: value", Host among them.
func ask(t *testing.T, method, url string, fields ...string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range fields {
		name, value, _ := strings.Cut(f, ": ")
		r.Header.Set(name, value)
		if name == "Host" {
			r.Host = value
		}
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{response, string(body)}
}

// decode reads a JSON answer.
func decode[T any](t *testing.T, a answer) T {
	t.Helper()
	if got := a.Header.Get("Content-Type"); got != "application/json" {
		t.Errorf("the content type is %q, want JSON", got)
	}
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%v in %s", err, a.body)
	}
	return v
}

func TestRoutes(t *testing.T) {
	t.Parallel()
	url := start(t, inspector.Config{
		Distribution: func() ([]byte, error) { return []byte(`{"Id":"E1"}`), nil },
		Version:      inspector.Version{Version: "v1.0.0", Go: "go1.26.8", Revision: "abc"},
	})
	broken := start(t, inspector.Config{
		Ready:        func() error { return errors.New("the disk is full") },
		Distribution: func() ([]byte, error) { return []byte("no JSON"), nil },
	})
	bare := start(t, inspector.Config{})
	for _, row := range []struct {
		name, method, url string
		status            int
		want              string // part of the body
	}{
		{"index", "GET", url + "/", 200, "/api/exchanges/{id}"},
		{"health", "GET", url + "/healthz", 200, "ok\n"},
		{"health by HEAD", "HEAD", url + "/healthz", 200, ""},
		{"ready", "GET", url + "/readyz", 200, "ready\n"},
		{"not ready", "GET", broken + "/readyz", 503, "not ready: the disk is full\n"},
		{"version", "GET", url + "/version", 200, `"revision": "abc"`},
		{"rules", "GET", url + "/api/rules", 200, `"id": "CF-CERT-05"`},
		{"distribution", "GET", url + "/api/distribution", 200, `"Id": "E1"`},
		{"no distribution", "GET", bare + "/api/distribution", 404, "no distribution is served here"},
		{"distribution that is not JSON", "GET", broken + "/api/distribution", 500, "writing the answer as JSON"},
		{"no exchanges", "GET", url + "/api/exchanges", 200, `"exchanges": []`},
		{"unknown exchange", "GET", url + "/api/exchanges/nobody", 404, `no exchange has the id \"nobody\"`},
		{"no id", "GET", url + "/api/exchanges/", 404, "GET / lists the addresses"},
		{"below an exchange", "GET", url + "/api/exchanges/a/b", 404, "there is nothing at"},
		{"unknown path", "GET", url + "/api/nothing", 404, `there is nothing at \"/api/nothing\"`},
		{"path with dots", "GET", url + "/api/../healthz", 404, "there is nothing at"},
		{"double slash", "GET", url + "//healthz", 404, "there is nothing at"},
		{"reset", "POST", url + "/api/reset", 200, `"removed": 0`},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			a := ask(t, row.method, row.url)
			if a.StatusCode != row.status || !strings.Contains(a.body, row.want) {
				t.Errorf("got %d %s, want %d with %q", a.StatusCode, a.body, row.status, row.want)
			}
			if a.Header.Get("X-Content-Type-Options") != "nosniff" || a.Header.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("the header is %v", a.Header)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	url := start(t, inspector.Config{})
	for _, row := range []struct{ method, path, want string }{
		{"POST", "/api/exchanges", "GET, HEAD"},
		{"PUT", "/api/exchanges/some", "GET, HEAD, DELETE"},
		{"POST", "/api/events", "GET, HEAD"},
		{"OPTIONS", "/healthz", "GET, HEAD"},
		{"GET", "/api/reset", "POST"},
		{"HEAD", "/api/reset", "POST"},
		{"BREW", "/", "GET, HEAD"},
	} {
		t.Run(row.method+" "+row.path, func(t *testing.T) {
			t.Parallel()
			a := ask(t, row.method, url+row.path)
			if got := a.Header.Get("Allow"); a.StatusCode != 405 || got != row.want {
				t.Errorf("got %d and Allow %q, want 405 and %q", a.StatusCode, got, row.want)
			}
		})
	}
}

func TestHost(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, listen, host string
		want               int
	}{
		{"loopback address", "127.0.0.1:4040", "127.0.0.1:4040", 200},
		{"another port", "127.0.0.1:4040", "127.0.0.1:5050", 200},
		{"no port", "127.0.0.1:4040", "127.0.0.1", 200},
		{"localhost", "127.0.0.1:4040", "LocalHost:4040", 200},
		{"below localhost", "127.0.0.1:4040", "edge.localhost:4040", 200},
		{"localhost with a dot", "127.0.0.1:4040", "localhost.:4040", 200},
		{"IPv6 loopback", "[::1]:4040", "[::1]:4040", 200},
		{"IPv6 loopback without a port", "[::1]:4040", "[::1]", 200},
		{"configured name", "127.0.0.1:4040", "Edge:4040", 200},
		{"foreign name", "127.0.0.1:4040", "evil.example:4040", 421},
		{"foreign name with localhost in it", "127.0.0.1:4040", "localhost.evil.example", 421},
		{"foreign name that begins with an address", "127.0.0.1:4040", "127.0.0.1.evil.example", 421},
		{"another address", "127.0.0.1:4040", "192.0.2.1:4040", 421},
		{"nothing configured", "", "localhost", 200},
		{"listening on one address", "192.0.2.1:4040", "192.0.2.1:4040", 200},
		{"listening on one, asked for another", "192.0.2.1:4040", "192.0.2.2:4040", 421},
		{"listening on a name", "box:4040", "box:4040", 200},
		{"listening everywhere", ":4040", "192.0.2.1:4040", 200},
		{"listening on all of IPv4", "0.0.0.0:4040", "192.0.2.1", 200},
		{"listening on all of IPv6", "[::]:4040", "[2001:db8::1]:4040", 200},
		{"listening everywhere, foreign name", "[::]:4040", "evil.example", 421},
		{"mapped loopback", "127.0.0.1:4040", "[::ffff:127.0.0.1]:4040", 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			url := start(t, inspector.Config{Listen: row.listen, Hosts: []string{"edge"}})
			if a := ask(t, "GET", url+"/healthz", "Host: "+row.host); a.StatusCode != row.want {
				t.Errorf("got %d, want %d: %s", a.StatusCode, row.want, a.body)
			}
		})
	}
}

func TestCrossSite(t *testing.T) {
	t.Parallel()
	url := start(t, inspector.Config{})
	for _, row := range []struct {
		name, method, path, field string
		want                      int
	}{
		{"a program", "POST", "/api/reset", "Accept: */*", 200},
		{"the inspector's page", "POST", "/api/reset", "Sec-Fetch-Site: same-origin\nX-Edgesim-Page: 1", 200},
		{"a page here that is not ours", "POST", "/api/reset", "Sec-Fetch-Site: same-origin", 403},
		{"another site", "POST", "/api/reset", "Sec-Fetch-Site: cross-site", 403},
		{"a neighbor", "POST", "/api/reset", "Sec-Fetch-Site: same-site", 403},
		{"an old browser on its own page", "POST", "/api/reset", "Origin: " + url + "\nX-Edgesim-Page: 1", 200},
		{"an old browser elsewhere", "POST", "/api/reset", "Origin: https://evil.example", 403},
		{"a sandboxed page", "POST", "/api/reset", "Origin: null", 403},
		{"a read", "GET", "/healthz", "Sec-Fetch-Site: cross-site", 200},
		{"a read of data from another site", "GET", "/api/exchanges?whole=true&limit=1000", "Sec-Fetch-Site: cross-site", 403},
		{"its head", "HEAD", "/api/exchanges", "Sec-Fetch-Site: cross-site", 403},
		{"one exchange", "GET", "/api/exchanges/x", "Sec-Fetch-Site: cross-site", 403},
		{"an archive", "GET", "/api/exchanges/x/har", "Sec-Fetch-Site: cross-site", 403},
		{"events", "GET", "/api/events", "Sec-Fetch-Site: same-site", 403},
		{"metrics", "GET", "/metrics", "Sec-Fetch-Site: cross-site", 403},
		{"data for a neighbor", "GET", "/api/stats", "Sec-Fetch-Site: same-site", 403},
		{"data for an old browser elsewhere", "GET", "/api/stats", "Origin: https://evil.example", 403},
		{"data for a sandboxed page", "GET", "/api/stats", "Origin: null", 403},
		{"data for the inspector's page", "GET", "/api/stats", "Sec-Fetch-Site: same-origin", 200},
		{"data for who types the address", "GET", "/api/stats", "Sec-Fetch-Site: none", 200},
		{"data for an old browser on its own page", "GET", "/api/stats", "Origin: " + url, 200},
		{"data for curl", "GET", "/api/stats", "Accept: */*", 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if a := ask(t, row.method, url+row.path, strings.Split(row.field, "\n")...); a.StatusCode != row.want {
				t.Errorf("got %d, want %d: %s", a.StatusCode, row.want, a.body)
			}
		})
	}
}

// failing is a store that has lost something.
type failing struct{ recording.Store }

func (failing) Health() recording.Health {
	return recording.Health{Err: errors.New("the disk is full"), QueueBytes: 7, Recorded: 5, Lost: 2}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	counts := &recording.Counts{}
	counts.Record(&recording.Exchange{Response: recording.Response{Status: 200, BodyBytes: 10}, Duration: time.Second})
	counts.Record(&recording.Exchange{Response: recording.Response{Status: 502}, Cause: policy.NewCause(policy.CauseConnectRefused, "", nil)})
	base := start(t, inspector.Config{Recordings: failing{recording.NewRing(recording.RingConfig{})}, Counts: counts})
	a := ask(t, "GET", base+"/metrics")
	for _, want := range []string{
		`edgesim_exchanges_total{status="200"} 1`, `edgesim_exchanges_total{status="502"} 1`, `edgesim_causes_total{cause="connect-refused"} 1`,
		"edgesim_exchange_duration_seconds_sum 1", `edgesim_exchange_duration_seconds_bucket{le="0.5"} 1`, `edgesim_exchange_duration_seconds_bucket{le="1"} 2`, "edgesim_exchange_duration_seconds_count 2", "edgesim_response_body_bytes_total 10",
		"edgesim_recorded_exchanges_total 5", "edgesim_lost_exchanges_total 2", "edgesim_record_queue_bytes 7", "edgesim_record_failing 1",
		"# TYPE edgesim_record_queue_bytes gauge",
	} {
		if !strings.Contains(a.body, want+"\n") {
			t.Errorf("status %d, no %q in\n%s", a.StatusCode, want, a.body)
		}
	}
}
