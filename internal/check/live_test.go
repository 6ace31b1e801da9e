package check_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// standIn is a TLS server instead of a real distribution. It answers like the simulation,
// except for what the test changes.
func standIn(t *testing.T, e *edge.Edge, change func(path string, r *edge.Response)) (*originconn.Client, string) {
	t.Helper()
	const name = "d111111abcdef8.cloudfront.net"
	root, err := pki.NewCA(pki.Template{CommonName: "stand-in", NotBefore: noon.AddDate(-1, 0, 0), NotAfter: noon.AddDate(9, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := root.Issue(pki.Template{DNSNames: []string{name}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := e.Serve(r.Context(), &edge.ViewerRequest{
			Method: r.Method, Scheme: "https", Host: r.Host, URI: r.RequestURI, Proto: r.Proto, Header: r.Header, RemoteAddr: r.RemoteAddr, TLS: r.TLS,
		})
		defer answer.Body.Close()
		change(r.URL.Path, answer)
		for name, values := range answer.Header {
			w.Header()[name] = values
		}
		w.WriteHeader(answer.Status)
		io.Copy(w, answer.Body)
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{pki.TLS(leaf)}}
	server.StartTLS()
	t.Cleanup(server.Close)
	trust := policy.NewTrustStore(root.X509)
	client := conntest.Watch(t, &originconn.Client{
		ConnectTo: map[string]string{name: server.Listener.Addr().String()}, Now: clock,
		Trust: func() *policy.TrustStore { return trust },
	})
	t.Cleanup(func() { client.Close() })
	return client, "https://" + name
}

// TestLive: the same request goes to both; what differs is named and nothing
// else, and the pair survives as a case file.
func TestLive(t *testing.T) {
	t.Parallel()
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain")
		w.Header().Set("Set-Cookie", "session=secret; Path=/")
		io.WriteString(w, "ok")
	})
	s := newSite(t, handler, nil, "app.example.com")
	broken := s.Origins[0]
	broken.ID, broken.DomainName = "broken", "other.example.com"
	bad := behavior("/broken", "AllViewerExceptHostHeader")
	bad.TargetOriginID = "broken"
	s.Origins = append(s.Origins, broken)
	s.Behaviors = append(s.Behaviors, bad)
	simulated := func() *edge.Edge { return &edge.Edge{Distribution: s.Distribution, Client: s.client} }
	client, url := standIn(t, simulated(), func(path string, r *edge.Response) {
		switch path {
		case "/status":
			r.Status = 504
			r.Header["X-Cache"] = []string{"Error from cloudfront"}
		case "/field":
			r.Header["X-Real"] = []string{"only there"}
			r.Header["X-Cache"] = []string{"Hit from cloudfront"}
		case "/broken":
			r.Body = io.NopCloser(bytes.NewReader([]byte(policy.ErrorPage(502, policy.CauseDNSFailure.Spec().Sentence, "id"))))
		}
	})
	cases, err := check.Live(t.Context(), check.LiveConfig{Edge: simulated(), Client: client, URL: url, Paths: []string{"/same", "/status", "/field", "/broken"}})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]check.Difference{
		{},
		{{What: "status", Live: "504", Simulated: "200"}, {What: "X-Cache", Live: "Error from cloudfront", Simulated: "served"}},
		{{What: "X-Real", Live: "only there", Simulated: ""}},
		{{What: "sentence", Live: policy.CauseDNSFailure.Spec().Sentence, Simulated: policy.CauseCertNameMismatch.Spec().Sentence}},
	}
	for i, c := range cases {
		if !reflect.DeepEqual(c.Differences, want[i]) {
			t.Errorf("%s: %+v, want %+v", c.Path, c.Differences, want[i])
		}
		data, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte("secret")) {
			t.Errorf("%s: a cookie's value is in the case", c.Path)
		}
		replay(t, data)
	}
}

// replay reads a case file and wants the differences that it was made with.
func replay(t *testing.T, data []byte) {
	t.Helper()
	c, err := check.ReadCase(data)
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Compare(); !reflect.DeepEqual(got, c.Differences) {
		t.Errorf("%s%s: %+v, the file has %+v", c.URL, c.Path, got, c.Differences)
	}
}

// TestCases replays the case files in testdata/cases, which --save made.
func TestCases(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "cases", "*.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no case files (%v)", err)
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		replay(t, data)
	}
}

// TestLiveUnreachable: a real distribution that cannot be reached is a cause,
// and no difference.
func TestLiveUnreachable(t *testing.T) {
	t.Parallel()
	s := newSite(t, ok, nil, "app.example.com")
	s.dials.routes = nil
	cases, err := check.Live(t.Context(), check.LiveConfig{
		Edge: &edge.Edge{Distribution: s.Distribution, Client: s.client}, Client: s.client, URL: "https://d111111abcdef8.cloudfront.net", Paths: []string{"/"},
	})
	var cause *policy.Cause
	if len(cases) != 0 || !errors.As(err, &cause) || cause.Name != policy.CauseConnectRefused {
		t.Errorf("got %v, %v; want connect-refused", cases, err)
	}
}

// TestTimingClass: the limits of the classes.
func TestTimingClass(t *testing.T) {
	t.Parallel()
	for took, want := range map[time.Duration]check.Timing{
		999 * time.Millisecond: check.TimingAtOnce, time.Second: check.TimingSeconds, 10 * time.Second: check.TimingTimeout, 90 * time.Second: check.TimingTimeout,
	} {
		if got := check.TimingOf(took); got != want {
			t.Errorf("%s: %s, want %s", took, got, want)
		}
	}
}

// TestTimingTells: an origin that was slow once is no difference; waiting for a
// timeout is one, and so is how long a failure takes.
func TestTimingTells(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		status          int
		live, simulated check.Timing
		differ          bool
	}{
		{200, check.TimingSeconds, check.TimingAtOnce, false},
		{404, check.TimingAtOnce, check.TimingSeconds, false},
		{200, check.TimingTimeout, check.TimingAtOnce, true},
		{200, check.TimingSeconds, check.TimingTimeout, true},
		{502, check.TimingSeconds, check.TimingAtOnce, true},
		{504, check.TimingAtOnce, check.TimingSeconds, true},
		{502, check.TimingAtOnce, check.TimingAtOnce, false},
	} {
		c := check.Case{Live: check.Answer{Status: row.status, Timing: row.live}, Simulated: check.Answer{Status: row.status, Timing: row.simulated}}
		if got := c.Compare(); (len(got) > 0) != row.differ {
			t.Errorf("%d, live %q, simulated %q: %v, want a difference: %t", row.status, row.live, row.simulated, got, row.differ)
		}
	}
}

// FuzzReadCase: no case file, however broken, does more than fail.
func FuzzReadCase(f *testing.F) {
	f.Add([]byte(`{"format":"edgesim-case-1","live":{"status":200,"header":{"X-Cache":["Hit from cloudfront"]}},"simulated":{"status":502,"header":null}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := check.ReadCase(data)
		if err != nil {
			return
		}
		for _, d := range c.Compare() {
			if d.Live == d.Simulated {
				t.Errorf("%+v is not a difference", d)
			}
		}
	})
}
