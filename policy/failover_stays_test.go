package policy_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestStaysWithOrigin: if a group does not fail over, the missing criterion is reported
// (CF-FAILOVER-03, CF-FAILOVER-05, CF-FAILOVER-06, CF-FAILOVER-07).
func TestStaysWithOrigin(t *testing.T) {
	t.Parallel()
	group := &distribution.OriginGroup{ID: "g", StatusCodes: []int{500, 502}}
	for _, row := range []struct {
		method string
		status int
		cause  policy.CauseName
		rule   policy.RuleID
		says   string
	}{
		{"GET", 0, policy.CauseConnectRefused, "CF-FAILOVER-05", "connect-refused counts as 503"},
		{"GET", 0, policy.CauseCertExpired, "CF-FAILOVER-05", "counts as 503"},
		{"GET", 0, policy.CauseResponseTimeout, "CF-FAILOVER-06", "counts as 504"},
		{"GET", 404, "", "CF-FAILOVER-03", "status 404 counts as 404"},
		{"POST", 502, "", "CF-FAILOVER-07", "does not fail over for POST"},
		{"GET", 200, "", "", ""},
		{"GET", 0, policy.CauseViewerAborted, "", ""},
	} {
		f := policy.FailoverFacts{Group: group, Behavior: &distribution.CacheBehavior{}, Method: row.method, Status: row.status}
		if row.cause != "" {
			f.Cause = policy.NewCause(row.cause, "", nil)
		}
		got, ok := policy.StaysWithOrigin(f, "o")
		if ok != (row.rule != "") || ok && (got.Rule != row.rule || !strings.Contains(got.Observed, row.says) || got.Hint == "") {
			t.Errorf("%+v: got %v %+v", row, ok, got)
		}
	}
}
