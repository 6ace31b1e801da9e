package check_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/edgesim/edgesim/check"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/proxy"
	"github.com/edgesim/edgesim/recording"
)

// TestCheckAgreesWithProxy visits every origin of the lab by check and by the
// proxy and wants the same cause, rule and findings from both. It is what keeps
// check from growing a road of its own.
func TestCheckAgreesWithProxy(t *testing.T) {
	t.Parallel()
	l, client := newLab(t)
	ring := recording.NewRing(recording.RingConfig{})
	address := serve(t, &edge.Edge{Distribution: l.Distribution(), Client: client, Recorder: ring, BodyLimit: 1})
	report := checkLabOf(t, &edge.Edge{Distribution: l.Distribution(), Client: client})
	for _, origin := range l.Origins() {
		t.Run(origin.Name, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(report.Checks, func(c check.Check) bool { return c.Behavior == origin.Path()+"*" })
			if i < 0 {
				t.Fatal("not checked")
			}
			c := &report.Checks[i]
			x := throughProxy(t, address, origin.Path(), ring)
			agree(t, c, x)
			if origin.Cause != "" && origin.Method == "" && (c.Cause == nil || c.Cause.Name != origin.Cause || c.Cause.Rule != origin.Rules[0] || c.Outcome.Status != origin.Status) {
				t.Errorf("cause %+v, outcome %+v; want %s %s, status %d", c.Cause, c.Outcome, origin.Rules[0], origin.Cause, origin.Status)
			}
		})
	}
}

func checkLabOf(t *testing.T, e *edge.Edge) *check.Report {
	t.Helper()
	return run(t, check.Config{Subjects: []check.Subject{{Name: "lab", Edge: e}}})
}

// agree compares a check with an exchange of the proxy.
func agree(t *testing.T, c *check.Check, x *recording.Exchange) {
	t.Helper()
	if (c.Cause == nil) != (x.Cause == nil) {
		t.Fatalf("check's cause %v, the proxy's %v", c.Cause, x.Cause)
	}
	if x.Cause != nil {
		got := []any{c.Cause.Name, c.Cause.Rule, c.Cause.Stage, c.Cause.Status, c.Cause.Sentence, c.Cause.Inferred}
		want := []any{x.Cause.Name, x.Cause.Rule, x.Cause.Stage, x.Cause.Status, x.Cause.Sentence, x.Cause.Inferred}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("check's cause %v, the proxy's %v", got, want)
		}
		if c.Verdict != check.Fail || len(c.Rules) == 0 || c.Rules[0].Rule != x.Cause.Rule || c.Rules[0].Verdict != policy.Fail {
			t.Errorf("verdict %s, first rule %+v; want fail, %s", c.Verdict, c.Rules[0], x.Cause.Rule)
		}
	} else if c.Verdict == check.Fail {
		t.Errorf("check failed: %+v", c.Rules[0])
	}
	if c.Outcome.Status != x.Response.Status {
		t.Errorf("check's status %d, the proxy's %d", c.Outcome.Status, x.Response.Status)
	}
	if len(x.Attempts) != c.Outcome.Attempts {
		t.Errorf("check says %d attempts, the proxy made %d", c.Outcome.Attempts, len(x.Attempts))
	}
	want := x.Attempts[len(x.Attempts)-1].Findings
	for _, f := range want {
		if !slices.ContainsFunc(c.Rules, func(j check.Judgement) bool { return j.Finding == f }) {
			t.Errorf("check lacks the proxy's finding %+v", f)
		}
	}
	for _, j := range c.Rules {
		fails := j.Verdict == policy.Fail && !slices.Contains(want, j.Finding)
		if fails && (x.Cause == nil || j.Rule != x.Cause.Rule) {
			t.Errorf("check has a failure that the proxy has not: %+v", j)
		}
	}
}

// serve runs a proxy for an edge and returns its address.
func serve(t *testing.T, e *edge.Edge) string {
	t.Helper()
	ca, err := proxy.LoadOrCreateCA(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	front, err := proxy.New(proxy.Config{Serve: e.Serve, CA: ca, ServesHost: e.Distribution.ServesHost})
	if err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- front.Serve(ln, nil) }()
	t.Cleanup(func() {
		front.Shutdown(context.Background())
		<-served
	})
	return ln.Addr().String()
}

// throughProxy asks for a path and returns what was recorded.
func throughProxy(t *testing.T, address, path string, ring *recording.Ring) *recording.Exchange {
	t.Helper()
	client := &http.Client{
		Transport: &http.Transport{DisableKeepAlives: true}, Timeout: time.Minute,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	r, err := client.Get("http://" + address + path)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, r.Body) // a body that is cut short is recorded as such
	r.Body.Close()
	x, err := ring.Get(t.Context(), r.Header.Get("X-Edgesim-Exchange"))
	if err != nil {
		t.Fatalf("the exchange was not recorded: %v", err)
	}
	return x
}
