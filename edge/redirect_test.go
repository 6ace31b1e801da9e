package edge_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/edge"
)

// TestRedirectToListener: a redirect to HTTPS names the Host, like CloudFront's
// (CF-ERR-29), but leads from one listener of the edge to the other if the Host is the
// listener. If it leads away from the edge, the hint says how to stay.
func TestRedirectToListener(t *testing.T) {
	t.Parallel()
	here := edge.Listeners{HTTP: "127.0.0.1:8080", HTTPS: "127.0.0.1:8443"}
	everywhere := edge.Listeners{HTTP: "[::]:8080", HTTPS: "[::]:8443"}
	privileged := edge.Listeners{HTTP: "0.0.0.0:80", HTTPS: "0.0.0.0:443"}
	for _, row := range []struct {
		name      string
		listeners edge.Listeners
		form      string
		host      string
		want      string
		hint      string // part of it
	}{
		{"nothing known", edge.Listeners{}, edge.FormOrigin, "127.0.0.1:8080", "127.0.0.1:8080", ""},
		{"an address", here, edge.FormOrigin, "127.0.0.1:8080", "127.0.0.1:8443", ""},
		{"localhost", here, edge.FormOrigin, "LocalHost:8080", "LocalHost:8443", ""},
		{"a name with the listener's port", here, edge.FormOrigin, "pi.example:8080", "pi.example:8443", ""},
		{"another of the machine's addresses", everywhere, edge.FormOrigin, "192.0.2.1:8080", "192.0.2.1:8443", ""},
		{"IPv6", everywhere, edge.FormOrigin, "[::1]:8080", "[::1]:8443", ""},
		{"HTTPS at another address", edge.Listeners{HTTP: "0.0.0.0:8080", HTTPS: "192.0.2.2:8443"}, edge.FormOrigin, "192.0.2.1:8080", "192.0.2.2:8443", ""},
		{"HTTPS not on loopback", edge.Listeners{HTTP: "0.0.0.0:8080", HTTPS: "192.0.2.2:8443"}, edge.FormOrigin, "localhost:8080", "192.0.2.2:8443", ""},
		{"only HTTP at 80", edge.Listeners{HTTP: "127.0.0.1:80", HTTPS: "127.0.0.1:8443"}, edge.FormOrigin, "127.0.0.1", "127.0.0.1:8443", ""},
		{"CloudFront's ports", privileged, edge.FormOrigin, "pi.example", "pi.example", ""},
		{"CloudFront's ports, an address", privileged, edge.FormOrigin, "[::1]", "[::1]", ""},
		{"CloudFront's ports, one named", privileged, edge.FormOrigin, "127.0.0.1:80", "127.0.0.1", ""},
		{"another name", here, edge.FormOrigin, "pi.example", "pi.example", "HTTPS at https://127.0.0.1:8443: follow it with curl -L --connect-to :443:127.0.0.1:8443"},
		{"another name, only HTTP at 80", edge.Listeners{HTTP: "0.0.0.0:80", HTTPS: "0.0.0.0:8443"}, edge.FormOrigin, "pi.example", "pi.example", "--connect-to :443:127.0.0.1:8443"},
		{"a port that a container publishes", everywhere, edge.FormOrigin, "127.0.0.1:18080", "127.0.0.1:18080", "--connect-to :18080:127.0.0.1:8443"},
		{"a proxy's viewer", here, edge.FormAbsolute, "pi.example", "pi.example", ""},
		{"a tunnel's viewer", here, edge.FormConnect, "pi.example:8080", "pi.example:8080", ""},
		{"no HTTPS", edge.Listeners{HTTP: "127.0.0.1:8080"}, edge.FormOrigin, "127.0.0.1:8080", "127.0.0.1:8080", "--listen-tls"},
		{"no HTTPS, another name", edge.Listeners{HTTP: "127.0.0.1:8080"}, edge.FormOrigin, "pi.example", "pi.example", "leaves the edge"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, map[string]http.HandlerFunc{"app": nil})
			protocol("redirect-to-https")(s.edge.Distribution)
			s.edge.Listeners = row.listeners
			r, _ := s.ask(t, edge.ViewerRequest{Host: row.host, URI: "/a?b", Form: row.form})
			if want := "https://" + row.want + "/a?b"; r.Status != 301 || r.Header.Get("Location") != want {
				t.Errorf("got %d to %s, want 301 to %s", r.Status, r.Header.Get("Location"), want)
			}
			if hint := r.Header.Get("X-Edgesim-Hint"); (hint == "") != (row.hint == "") || !strings.Contains(hint, row.hint) {
				t.Errorf("the hint is %q, want %q in it", hint, row.hint)
			}
			if r.Header.Get("X-Edgesim-Cause") != "" {
				t.Error("a redirect has a cause")
			}
		})
	}
}
