package check_test

import (
	"io"
	"reflect"
	"slices"
	"testing"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/edgesimtest"
	"github.com/edgesim/edgesim/internal/check"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// TestCheckAgreesWithProxy visits every origin of the lab by check and by the proxy and
// wants the same cause, rule and findings from both. It keeps check from growing its own
// connection code.
func TestCheckAgreesWithProxy(t *testing.T) {
	t.Parallel()
	l, client := newLab(t)
	front := edgesimtest.Start(t, edgesimtest.Config{Distribution: l.Distribution(), Client: client})
	report := checkLabOf(t, &edge.Edge{Distribution: l.Distribution(), Client: client})
	for _, origin := range l.Origins() {
		t.Run(origin.Name, func(t *testing.T) {
			t.Parallel()
			i := slices.IndexFunc(report.Checks, func(c check.Check) bool { return c.Behavior == origin.Path()+"*" })
			if i < 0 {
				t.Fatal("not checked")
			}
			c := &report.Checks[i]
			x := throughProxy(t, front, origin.Path())
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

// throughProxy asks for a path and returns what was recorded.
func throughProxy(t *testing.T, front *edgesimtest.Edge, path string) *recording.Exchange {
	t.Helper()
	r, err := front.Client.Get(front.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	io.Copy(io.Discard, r.Body) // a body that is cut short is recorded as such
	r.Body.Close()
	return front.Exchange(r)
}
