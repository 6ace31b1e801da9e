package edge_test

import (
	"crypto/tls"
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// TestTellsWhatWasDropped: an answer tells the viewer what the origin did not get, if that
// may be why it refused, and that a browser hides the answer from a page of another site,
// regardless of its status. A successful answer says nothing.
func TestTellsWhatWasDropped(t *testing.T) {
	t.Parallel()
	s := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, r *http.Request) {
		refuse := map[string]bool{
			"/auth": r.Header.Get("Authorization") == "", "/cookie": r.Header.Get("Cookie") == "", "/query": r.URL.RawQuery == "",
			"/key": r.Header.Get("X-Api-Key") == "", "/preflight": r.Header.Get("Access-Control-Request-Method") == "",
		}[r.URL.Path]
		if o := r.Header.Get("Origin"); o != "" {
			w.Header().Set("Access-Control-Allow-Origin", o)
		}
		http.SetCookie(w, &http.Cookie{Name: "sid", Value: "1"})
		if refuse {
			w.WriteHeader(http.StatusForbidden)
		}
	}})
	across := http.Header{"Origin": {"https://b.example"}}
	for _, row := range []struct {
		name   string
		v      edge.ViewerRequest
		says   string
		field  string // which a change of the request names
		policy string // that the hint advises
	}{
		{"Authorization", edge.ViewerRequest{URI: "/auth", Header: http.Header{"Authorization": {"Bearer x"}}}, "the viewer sent Authorization and the origin got none", "Authorization", "AllViewerExceptHostHeader"},
		{"a cookie", edge.ViewerRequest{URI: "/cookie", Header: http.Header{"Cookie": {"sid=1"}}}, "did not get the cookie sid (by cache policy CachingDisabled)", "cookie sid", "AllViewerExceptHostHeader"},
		{"a query", edge.ViewerRequest{URI: "/query?q=1"}, "did not get the query parameter q (by cache policy CachingDisabled)", "query q", "AllViewerExceptHostHeader"},
		{"a field", edge.ViewerRequest{URI: "/key", Header: http.Header{"X-Api-Key": {"k"}}}, "did not get X-Api-Key (by cache policy CachingDisabled)", "X-Api-Key", "AllViewerExceptHostHeader"},
		{"a preflight", edge.ViewerRequest{URI: "/preflight", Method: "OPTIONS", Header: http.Header{"Origin": {"https://b.example"}, "Access-Control-Request-Method": {"PUT"}}}, "a browser keeps it from the page", "Access-Control-Request-Method", "CORS-CustomOrigin"},
		{"a page of another site", edge.ViewerRequest{URI: "/", Header: across}, "which the origin did not get", "Origin", "CORS-CustomOrigin"},
		{"nothing", edge.ViewerRequest{URI: "/"}, "", "", ""},
	} {
		for _, orp := range []string{"", "AllViewer"} {
			b := &s.edge.Distribution.DefaultBehavior
			*b = behaviorWith(t, "AllViewer")
			if orp == "" {
				b.OriginRequestPolicy = nil
			}
			v := row.v
			v.Scheme, v.Host, v.TLS = "https", "app.example", &tls.ConnectionState{Version: tls.VersionTLS13}
			r, _ := s.ask(t, v)
			x := s.recorded(t, r)
			detail, hint := r.Header.Get("X-Edgesim-Detail"), r.Header.Get("X-Edgesim-Hint")
			dropped := map[string]bool{}
			for _, c := range x.Changes {
				dropped[string(c.Leg)+" "+c.Field] = c.Kind == policy.ChangeDropped
			}
			switch {
			case orp != "" && (hint != "" || row.field != "" && dropped["request "+row.field]):
				t.Errorf("%s with everything sent: %q, %q, changes %+v", row.name, detail, hint, x.Changes)
			case orp == "" && (!strings.Contains(detail, row.says) || !strings.Contains(hint, row.policy) || row.says == "" && hint != ""):
				t.Errorf("%s: %d %q, %q", row.name, r.Status, detail, hint)
			case orp == "" && row.field != "" && !dropped["request "+row.field]:
				t.Errorf("%s: changes %+v", row.name, x.Changes)
			}
			if got := len(r.Header["Set-Cookie"]) == 0; got != (orp == "") || dropped["response Set-Cookie"] != got {
				t.Errorf("%s with %q: Set-Cookie %v, changes %+v", row.name, orp, r.Header["Set-Cookie"], x.Changes)
			}
		}
	}
}
