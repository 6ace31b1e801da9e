package e2e_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRedirect: a viewer that is sent to HTTPS finds the edge there.
func TestRedirect(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "redirect.json")
	if err := os.WriteFile(file, []byte(redirecting), 0o600); err != nil {
		t.Fatal(err)
	}
	e := serve(t, file)
	r := e.do(t, http.MethodGet, "/a?b", "")
	if want := "https://" + e.HTTPS + "/a?b"; r.Status != 301 || r.Header.Get("Location") != want {
		t.Errorf("got %d to %s, want 301 to %s", r.Status, r.Header.Get("Location"), want)
	}
	r = e.do(t, http.MethodGet, "/", "pi.example")
	if hint := r.Header.Get("X-Edgesim-Hint"); r.Header.Get("Location") != "https://pi.example/" || !strings.Contains(hint, "--connect-to :443:"+e.HTTPS) {
		t.Errorf("another Host: got %s, and the hint %q", r.Header.Get("Location"), hint)
	}
}

// redirecting is a distribution that redirects to HTTPS.
const redirecting = `{"CallerReference": "r", "Comment": "", "Enabled": true,
 "Origins": {"Quantity": 1, "Items": [{"Id": "app", "DomainName": "app.invalid",
  "CustomOriginConfig": {"HTTPPort": 80, "HTTPSPort": 443, "OriginProtocolPolicy": "https-only",
   "OriginSslProtocols": {"Quantity": 1, "Items": ["TLSv1.2"]}}}]},
 "DefaultCacheBehavior": {"TargetOriginId": "app", "ViewerProtocolPolicy": "redirect-to-https",
  "CachePolicyId": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}}
`
