package standin_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/edgesimtest"
	"github.com/edgesim/edgesim/internal/peers"
)

// startSPA starts examples/spa as it stands, with its own API.
func startSPA(t *testing.T) *edgesimtest.Edge {
	t.Helper()
	peers.Need(t, "node")
	command := exec.Command("node", "../../examples/spa/api.mjs")
	command.Env = append(command.Environ(), "PORT=0")
	p, at := peers.Start(t, command), ""
	p.AwaitReady(t, "saying where it listens", func() bool {
		_, after, _ := strings.Cut(p.Output(), "The API listens on ")
		line, _, whole := strings.Cut(after, "\n")
		at = line
		return whole
	})
	return edgesimtest.Start(t, edgesimtest.Config{File: "../../examples/spa/edgesim.yaml", Connect: map[string]string{"api.orders.example.com": at}})
}

// TestSinglePageApplication: the example does what its README says.
func TestSinglePageApplication(t *testing.T) {
	t.Parallel()
	e := startSPA(t)
	for path, want := range map[string]struct {
		status     int
		kind, body string
	}{
		"/":                    {200, "text/html", "<title>Orders</title>"},
		"/assets/app-9c41.js":  {200, "text/javascript", "The application"},
		"/orders/7":            {200, "text/html", "<title>Orders</title>"}, // the bucket's 403
		"/api/orders/7":        {200, "application/json", `{"customer":"Ada"}`},
		"/api/orders/13":       {200, "text/html", "<title>Orders</title>"}, // the API's 403
		"/api/nothing":         {404, "application/json", `{"error":"no such order"}`},
		"/assets/%2e%2e/x.txt": {200, "text/html", "<title>Orders</title>"},
	} {
		r, body := ask(t, e, "GET", e.URL+path)
		if r.StatusCode != want.status || !strings.HasPrefix(r.Header.Get("Content-Type"), want.kind) || !strings.Contains(body, want.body) {
			t.Errorf("%s: got %d %s %q", path, r.StatusCode, r.Header.Get("Content-Type"), body)
		}
	}
	r, _ := ask(t, e, "GET", e.URL+"/orders/7")
	if !strings.HasPrefix(sent(e, r, "Authorization"), "AWS4-HMAC-SHA256 ") || r.Header.Get("X-Cache") != "Error from cloudfront" {
		t.Errorf("got %v", r.Header)
	}
}

// TestSinglePageApplicationInBrowser: a browser renders the application, with the API's
// answer, and where the rule has replaced the API's own error.
func TestSinglePageApplicationInBrowser(t *testing.T) {
	t.Parallel()
	peers.Need(t, "chromium")
	e := startSPA(t)
	for path, want := range map[string]string{"/orders/7": "Order 7 of Ada", "/orders/13": "The API answered 200 text/html"} {
		if page := peers.Chromium(t, e.URL+path, "--virtual-time-budget=10000"); !strings.Contains(page, want) {
			t.Errorf("%s: got %s", path, page)
		}
	}
}
