package e2e_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestToldWhatIsWrong: a site on a platform that requires its own Host, an API next to it,
// and an error page for both. The program says at its start what will go wrong, in the
// answer what the origin did not get, and in show what was left out of the request and the
// answer, by which policy.
func TestToldWhatIsWrong(t *testing.T) {
	t.Parallel()
	origin := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "2"})
		if r.URL.RawQuery == "" {
			w.WriteHeader(http.StatusForbidden)
		}
	}))
	t.Cleanup(origin.Close)
	custom := object{"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "http-only", "OriginSslProtocols": list("TLSv1.2")}
	data, err := json.Marshal(object{
		"CallerReference": "e2e", "Comment": "a site with an API", "Enabled": true,
		"Origins": list(
			object{"Id": "site", "DomainName": "app.herokuapp.com", "CustomOriginConfig": custom},
			object{"Id": "api", "DomainName": "api.example.com", "CustomOriginConfig": custom},
		),
		"DefaultCacheBehavior": object{
			"TargetOriginId": "site", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", // CachingDisabled
			"OriginRequestPolicyId": "216adef6-5c7f-47e4-b989-5492eafa07d3", // AllViewer
		},
		"CacheBehaviors":       list(object{"PathPattern": "/api/*", "TargetOriginId": "api", "ViewerProtocolPolicy": "allow-all", "CachePolicyId": cachingOptimized}),
		"CustomErrorResponses": list(object{"ErrorCode": 404, "ResponsePagePath": "/index.html", "ResponseCode": "200"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "distribution.json")
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	address := origin.Listener.Addr().String()
	e := serve(t, file, "--connect", "api.example.com="+address, "--connect", "app.herokuapp.com="+address)
	for _, says := range []string{
		`CF-REQ-54: origin "site": it is Heroku, which answers to its own name only`, `viewers get its 404 ("No such app")`,
		"CF-ERR-38: custom error response for 404: every 404 becomes /index.html with status 200, that of the origins behind \"/api/*\" as well",
	} {
		peers.Await(t, "the start to say "+says, func() bool { return strings.Contains(e.Output(), says) })
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+e.HTTP+"/api/search?q=1", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Cookie", "sid=1")
	a := e.send(t, r)
	if a.Status != 403 || len(a.Header["Set-Cookie"]) > 0 || !strings.Contains(a.Header.Get("X-Edgesim-Detail"), "the origin's own, and it did not get the query parameter q") || a.Header.Get("X-Edgesim-Hint") == "" {
		t.Errorf("got %d %v", a.Status, a.Header)
	}
	show, err := exec.Command(program(t), "recordings", "show", "--record", "http://"+e.Inspect, a.Header.Get("X-Edgesim-Exchange")).CombinedOutput()
	for _, says := range []string{"not sent on: the query parameter q, the cookie sid (by cache policy CachingOptimized)", "removed from the answer: Set-Cookie (by cache behavior)"} {
		if err != nil || !strings.Contains(string(show), says) {
			t.Errorf("show does not say %q: %v\n%s", says, err, show)
		}
	}
}
