package policy_test

import (
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// TestNotFailedOver: another origin cannot help with a failure of the viewer or the edge
// itself (CF-FAILOVER-03 to CF-FAILOVER-06 only speak of origins).
func TestNotFailedOver(t *testing.T) {
	t.Parallel()
	group := &distribution.OriginGroup{ID: "group", StatusCodes: []int{400, 403, 404, 500, 502, 503, 504}}
	b := distribution.NewCacheBehavior("group")
	for _, spec := range policy.Causes() {
		facts := policy.FailoverFacts{Group: group, Behavior: &b, Method: "GET", Cause: policy.NewCause(spec.Name, "", nil)}
		if got, want := policy.FailsOver(facts), spec.Name.OfOrigin(); got != want {
			t.Errorf("%s: fails over %t, want %t", spec.Name, got, want)
		}
	}
	if (policy.CauseViewerAborted).OfOrigin() || !(policy.CauseConnectRefused).OfOrigin() {
		t.Error("a viewer that left is taken for its origin, or the other way round")
	}
}
