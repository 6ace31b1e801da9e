package recording_test

import (
	"testing"
	"time"

	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

func TestFilter(t *testing.T) {
	t.Parallel()
	// A success with a warning of its own and, in an attempt, one rule that
	// passed and one that failed before the retry.
	e := success(0)
	e.Viewer.Host = "www.example.com:8443"
	e.Findings = []policy.Finding{{Rule: "CF-WARN", Verdict: policy.Warn}}
	e.Attempts = []*originconn.Attempt{{
		Findings: []policy.Finding{{Rule: "CF-PASS", Verdict: policy.Pass}, {Rule: "CF-FAIL", Verdict: policy.Fail}},
		Cause:    &policy.Cause{Rule: "CF-TRY"},
	}}
	bad := failure(0)
	for _, row := range []struct {
		name string
		f    recording.Filter
		e    *recording.Exchange
		want bool
	}{
		{"empty", recording.Filter{}, e, true},
		{"status", recording.Filter{Status: 200}, e, true},
		{"other status", recording.Filter{Status: 502}, e, false},
		{"cause", recording.Filter{Cause: policy.CauseConnectRefused}, bad, true},
		{"other cause", recording.Filter{Cause: policy.CauseDNSFailure}, bad, false},
		{"cause of a success", recording.Filter{Cause: policy.CauseConnectRefused}, e, false},
		{"rule of the cause", recording.Filter{Rule: "CF-CONN-08"}, bad, true},
		{"rule that warned", recording.Filter{Rule: "CF-WARN"}, e, true},
		{"rule that failed in an attempt", recording.Filter{Rule: "CF-FAIL"}, e, true},
		{"rule of an attempt's cause", recording.Filter{Rule: "CF-TRY"}, e, true},
		{"rule that passed", recording.Filter{Rule: "CF-PASS"}, e, false},
		{"host without the port", recording.Filter{Host: "WWW.example.com"}, e, true},
		{"host with the port", recording.Filter{Host: "www.example.com:8443"}, e, true},
		{"host with another port", recording.Filter{Host: "www.example.com:443"}, e, false},
		{"other host", recording.Filter{Host: "example.com"}, e, false},
		{"path", recording.Filter{Path: "/a/b"}, e, true},
		{"path with the query", recording.Filter{Path: "/a/b?x=1"}, e, true},
		{"path with another query", recording.Filter{Path: "/a/b?x=2"}, e, false},
		{"beginning of a path", recording.Filter{Path: "/a/*"}, e, true},
		{"beginning without a star", recording.Filter{Path: "/a/"}, e, false},
		{"method", recording.Filter{Method: "get"}, e, true},
		{"other method", recording.Filter{Method: "POST"}, e, false},
		{"since its start", recording.Filter{Since: e.Start}, e, true},
		{"since later", recording.Filter{Since: e.Start.Add(time.Nanosecond)}, e, false},
		{"all at once", recording.Filter{Status: 502, Cause: policy.CauseConnectRefused, Method: "GET", Path: "/a/*"}, bad, true},
		{"one of them wrong", recording.Filter{Status: 502, Cause: policy.CauseConnectRefused, Method: "PUT"}, bad, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			if got := row.f.Match(row.e); got != row.want {
				t.Errorf("got %t, want %t", got, row.want)
			}
		})
	}
}

// TestFilterIPv6 checks hosts that have brackets.
func TestFilterIPv6(t *testing.T) {
	t.Parallel()
	e := success(0)
	e.Viewer.Host = "[::1]:8080"
	for _, host := range []string{"::1", "[::1]", "[::1]:8080"} {
		f := recording.Filter{Host: host}
		if !f.Match(e) {
			t.Errorf("host %q does not match %q", host, e.Viewer.Host)
		}
	}
}
