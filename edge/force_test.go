package edge_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/faults"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// TestForce proves that every cause that an origin can have can be forced: the
// viewer gets its status, sentence and page, the record says that it was forced,
// and the origin is not asked.
func TestForce(t *testing.T) {
	t.Parallel()
	for _, name := range faults.Causes() {
		t.Run(string(name), func(t *testing.T) {
			t.Parallel()
			var asked atomic.Int32
			s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, _ *http.Request) { asked.Add(1) }})
			s.edge.Faults = faults.For(s.edge.Distribution)
			err := s.edge.Faults.Add(faults.Fault{Cause: name, Path: "/a*", Next: 1, Latency: faults.Duration(time.Millisecond)})
			if err != nil {
				t.Fatal(err)
			}
			if r, _ := s.ask(t, edge.ViewerRequest{URI: "/b"}); r.Status != 200 {
				t.Errorf("another path: got %d", r.Status)
			}
			r, body := s.ask(t, edge.ViewerRequest{URI: "/a?x=1"})
			spec := name.Spec()
			if r.Status != spec.Status || !strings.Contains(body, spec.Sentence) ||
				r.Header.Get("X-Cache") != "Error from cloudfront" || r.Header.Get("X-Edgesim-Cause") != string(spec.Rule)+" "+string(name) {
				t.Errorf("got %d %v %s", r.Status, r.Header, body)
			}
			if n := asked.Load(); n != 1 {
				t.Errorf("the origin was asked %d times, want once", n)
			}
			if r, _ := s.ask(t, edge.ViewerRequest{URI: "/a"}); r.Status != 200 {
				t.Errorf("after the one: got %d", r.Status)
			}
			page, err := s.ring.List(t.Context(), recording.Filter{Cause: name})
			list := page.Exchanges
			if err != nil || len(list) != 1 || list[0].Forced != "fault-1" || list[0].DetailedResultType != spec.DetailedResultType {
				t.Errorf("the record is %+v, %v", list, err)
			}
		})
	}
}

// TestForceFailover proves that a group fails over from a forced failure as from
// a real one (CF-FAILOVER-05), and that the secondary can be forced to fail, too.
func TestForceFailover(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"first": status(200), "second": status(201)})
	s.edge.Distribution.OriginGroups = []distribution.OriginGroup{{ID: "both", Members: []string{"first", "second"}, StatusCodes: []int{503}}}
	s.edge.Distribution.DefaultBehavior.TargetOriginID = "both"
	s.edge.Faults = faults.For(s.edge.Distribution)
	if err := s.edge.Faults.Add(faults.Fault{Cause: policy.CauseConnectRefused, Origin: "first"}); err != nil {
		t.Fatal(err)
	}
	if r, body := s.ask(t, edge.ViewerRequest{}); r.Status != 201 {
		t.Errorf("got %d %q, want the secondary's", r.Status, body)
	}
	if err := s.edge.Faults.Add(faults.Fault{Cause: policy.CauseCertExpired, Origin: "second"}); err != nil {
		t.Fatal(err)
	}
	r, _ := s.ask(t, edge.ViewerRequest{})
	if got := r.Header.Get("X-Edgesim-Cause"); r.Status != 502 || got != "CF-CERT-01 cert-expired" {
		t.Errorf("both forced: got %d %q", r.Status, got)
	}
}

// TestForceScope proves that the edge passes everything to a fault that its scope needs.
func TestForceScope(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		fault faults.Fault
		want  int
	}{
		"its origin":       {faults.Fault{Origin: "app"}, 502},
		"another origin":   {faults.Fault{Origin: "other"}, 200},
		"its behavior":     {faults.Fault{Behavior: "/api/*"}, 502},
		"another behavior": {faults.Fault{Behavior: "*"}, 200},
		"its method":       {faults.Fault{Method: "HEAD"}, 502},
		"another method":   {faults.Fault{Method: "GET"}, 200},
		"its path":         {faults.Fault{Path: "/api/users"}, 502},
		"another path":     {faults.Fault{Path: "/api/users/1"}, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]http.HandlerFunc{"app": status(200), "other": status(200)})
			d := s.edge.Distribution
			d.DefaultBehavior.TargetOriginID = "app"
			behavior := d.DefaultBehavior
			behavior.PathPattern = "/api/*"
			d.Behaviors = append(d.Behaviors, behavior)
			s.edge.Faults = faults.For(d)
			row.fault.Cause = policy.CauseConnectRefused
			if err := s.edge.Faults.Add(row.fault); err != nil {
				t.Fatal(err)
			}
			if r, _ := s.ask(t, edge.ViewerRequest{Method: "HEAD", URI: "/api/users?id=1"}); r.Status != row.want {
				t.Errorf("got %d, want %d", r.Status, row.want)
			}
		})
	}
}
