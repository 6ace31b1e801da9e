package inspector_test

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/inspector"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
	"github.com/edgesim/edgesim/recording"
)

// exposition is a line of Prometheus' text format.
var exposition = regexp.MustCompile(`^(#.*|[a-z_]+(\{([a-z]+="([^"\\\n]|\\[\\n"])*",?)*\})? [0-9.e+-]+)$`)

func TestOriginMetrics(t *testing.T) {
	t.Parallel()
	counts := &recording.Counts{}
	attempt := &originconn.Attempt{Phases: originconn.Phases{Resolve: time.Millisecond, Dial: 20 * time.Millisecond, Wait: 3 * time.Minute}}
	for _, origin := range []string{"app", "app", "with \"quotes\", \\ and\na line"} {
		counts.Record(&recording.Exchange{Origin: origin, Attempts: []*originconn.Attempt{attempt, attempt}, Cause: policy.NewCause(policy.CauseResponseTimeout, "", nil)})
	}
	counts.Record(&recording.Exchange{Origin: "app", Attempts: []*originconn.Attempt{attempt}, Replayed: "another"})
	for i := range 300 {
		counts.Record(&recording.Exchange{Origin: fmt.Sprint("many-", i)})
	}
	body := ask(t, "GET", start(t, inspector.Config{Recordings: recording.NewRing(recording.RingConfig{}), Counts: counts})+"/metrics").body
	for _, want := range []string{
		`edgesim_origin_exchanges_total{origin="app"} 3`, `edgesim_origin_attempts_total{origin="app"} 4`,
		`edgesim_origin_causes_total{origin="app",cause="response-timeout"} 2`,
		`edgesim_origin_phase_seconds_bucket{origin="app",phase="connect",le="0.01"} 0`,
		`edgesim_origin_phase_seconds_bucket{origin="app",phase="connect",le="0.025"} 4`,
		`edgesim_origin_phase_seconds_bucket{origin="app",phase="wait",le="120"} 0`,
		`edgesim_origin_phase_seconds_bucket{origin="app",phase="wait",le="+Inf"} 4`,
		`edgesim_origin_phase_seconds_sum{origin="app",phase="resolve"} 0.004`, `edgesim_origin_phase_seconds_count{origin="app",phase="resolve"} 4`,
		`edgesim_origin_exchanges_total{origin="with \"quotes\", \\ and\na line"} 1`,
		`edgesim_origin_exchanges_total{origin="(other)"} 202`,
	} {
		if !strings.Contains(body, want+"\n") {
			t.Errorf("no %q", want)
		}
	}
	if strings.Contains(body, `phase="handshake"`) {
		t.Error("a phase that never was is shown")
	}
	for line := range strings.Lines(body) {
		if line = strings.TrimSuffix(line, "\n"); !exposition.MatchString(line) {
			t.Errorf("not in the format: %q", line)
		}
	}
}

// TestDashboard: the example dashboard asks for metrics that there are, and no
// metric of an edge's own is left out of it.
func TestDashboard(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("../../docs/grafana-dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Panels []struct {
			Title   string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(data, &dashboard); err != nil {
		t.Fatal(err)
	}
	body := ask(t, "GET", start(t, inspector.Config{Recordings: recording.NewRing(recording.RingConfig{})})+"/metrics").body
	name := regexp.MustCompile(`(edgesim|go)_[a-z_]+`)
	asked := map[string]bool{}
	for _, p := range dashboard.Panels {
		if len(p.Targets) == 0 {
			t.Errorf("the panel %q asks for nothing", p.Title)
		}
		for _, target := range p.Targets {
			for _, metric := range name.FindAllString(target.Expr, -1) {
				family := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(metric, "")
				asked[family] = true
				if !strings.Contains(body, "# TYPE "+family+" ") {
					t.Errorf("the panel %q asks for %s, which there is not", p.Title, metric)
				}
			}
		}
	}
	for _, m := range regexp.MustCompile(`# TYPE (\S+) `).FindAllStringSubmatch(body, -1) {
		if !asked[m[1]] {
			t.Errorf("%s is in no panel", m[1])
		}
	}
}
