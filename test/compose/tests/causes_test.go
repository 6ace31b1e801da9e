package tests_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/recording"
)

// TestCauses asks the edge for every origin of the lab, each found by its name
// in the network: status, cause and evidence must be the declared ones.
func TestCauses(t *testing.T) {
	t.Parallel()
	for _, f := range lab.Faults() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			method := f.Method
			if method == "" {
				method = http.MethodGet
			}
			a := ask(t, method, edgeHTTP+f.Path(), "")
			cause, _ := strings.CutPrefix(a.Header.Get("X-Edgesim-Cause"), string(f.Rules[0])+" ")
			if a.StatusCode != f.Status || cause != string(f.Cause) {
				t.Fatalf("got %d %q (%s), want %d %s %s", a.StatusCode, a.Header.Get("X-Edgesim-Cause"),
					a.Header.Get("X-Edgesim-Detail"), f.Status, f.Rules[0], f.Cause)
			}
			e := decode[recording.Exchange](t, ask(t, "GET", edgeAPI+"/api/exchanges/"+a.Header.Get("X-Edgesim-Exchange"), ""))
			if e.Origin != f.Name || e.Sent == nil || !strings.HasPrefix(e.Sent.Host, f.Host()+":") || len(e.Attempts) == 0 {
				t.Errorf("the exchange went to %q as %+v in %d attempts", e.Origin, e.Sent, len(e.Attempts))
			}
			if f.Cause != "" && (e.Cause == nil || e.Cause.Name != f.Cause) {
				t.Errorf("the exchange has the cause %v, want %s", e.Cause, f.Cause)
			}
			if strings.HasPrefix(f.Name, "healthy") && a.bodyErr != nil {
				t.Errorf("the body was cut short: %v", a.bodyErr)
			}
		})
	}
}
