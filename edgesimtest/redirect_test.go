package edgesimtest_test

import (
	"net/http"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edgesimtest"
)

// TestRedirect: a redirect to HTTPS leads to TLSURL.
func TestRedirect(t *testing.T) {
	t.Parallel()
	e := edgesimtest.Start(t, edgesimtest.Config{
		Handler: http.NotFoundHandler(),
		Tune: func(d *distribution.Distribution) {
			d.DefaultBehavior.ViewerProtocolPolicy = distribution.ViewerRedirectToHTTPS
		},
	})
	r, err := e.Client.Get(e.URL + "/a")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	if got := r.Header.Get("Location"); r.StatusCode != 301 || got != e.TLSURL+"/a" {
		t.Errorf("got %d to %s, want 301 to %s/a", r.StatusCode, got, e.TLSURL)
	}
}
