package tests_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/lab"
	"github.com/edgesim/edgesim/recording"
)

// TestHTTPS proves that a viewer that trusts the CA of the shared volume speaks
// HTTPS with the edge, over HTTP/2.
func TestHTTPS(t *testing.T) {
	t.Parallel()
	a := ask(t, "GET", edgeHTTPS+"/healthy-ecdsa", "")
	if a.StatusCode != 200 || a.ProtoMajor != 2 || a.Header.Get("X-Cache") != "Miss from cloudfront" {
		t.Errorf("got %d over %s, X-Cache %q", a.StatusCode, a.Proto, a.Header.Get("X-Cache"))
	}
}

// TestForced forces failures on paths of a healthy origin over the API, sees
// them and ends them.
func TestForced(t *testing.T) {
	const path = "/healthy-rsa/forced"
	a := ask(t, "PUT", edgeAPI+"/api/faults", `{"faults": [
		{"cause": "response-timeout", "path": "`+path+`/*", "latency": "100ms", "next": 1},
		{"cause": "cert-expired", "path": "`+path+`/*", "next": 1}]}`)
	if a.StatusCode != 200 {
		t.Fatalf("got %d %s", a.StatusCode, a.body)
	}
	for _, want := range []string{"504 CF-TIME-04 response-timeout", "502 CF-CERT-01 cert-expired", "200 "} {
		a := ask(t, "GET", edgeHTTP+path+"/x", "")
		if got := strings.TrimSuffix(a.Status[:4], " ") + " " + a.Header.Get("X-Edgesim-Cause"); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		e := decode[recording.Exchange](t, ask(t, "GET", edgeAPI+"/api/exchanges/"+a.Header.Get("X-Edgesim-Exchange"), ""))
		if (e.Forced != "") != (a.StatusCode != 200) {
			t.Errorf("the exchange with %d has %q as what forced it", a.StatusCode, e.Forced)
		}
	}
	if a := ask(t, "DELETE", edgeAPI+"/api/faults", ""); a.StatusCode != 200 || !strings.Contains(a.body, `"removed": 2`) {
		t.Errorf("DELETE: got %d %s", a.StatusCode, a.body)
	}
}

// TestAPI asks for what runs: the distribution with the origins' real ports.
func TestAPI(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"/healthz", "/readyz", "/version", "/api/rules"} {
		if a := ask(t, "GET", edgeAPI+path, ""); a.StatusCode != 200 {
			t.Errorf("%s: got %d %s", path, a.StatusCode, a.body)
		}
	}
	config := decode[struct {
		Origins struct{ Items []struct{ DomainName string } }
	}](t, ask(t, "GET", edgeAPI+"/api/distribution", ""))
	if n := len(config.Origins.Items); n != len(lab.Faults()) {
		t.Errorf("the distribution has %d origins", n)
	}
}
