package e2e_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestTransport: the port and scheme by which an origin is reached, and what a plain answer
// on the TLS port means.
func TestTransport(t *testing.T) {
	t.Parallel()
	expired := certificates(t).Get("expired")
	nginx := peers.Nginx(t, fmt.Sprintf(`
		server { listen {{address "plain"}}; location / { return 200 "plain $server_protocol $http_connection\n"; } }
		server { listen {{address "tls"}} ssl; ssl_certificate %s; ssl_certificate_key %s; location / { return 200 "tls\n"; } }
	`, expired.Chain, expired.Key))
	plain, secure := nginx.Address("plain"), nginx.Address("tls")
	var s site
	s.add(origin{name: "http-only", domain: "http-only.peers.example", policy: "http-only", address: plain})
	s.add(origin{name: "not-tls", domain: "not-tls.peers.example", address: plain})
	s.add(origin{name: "match", domain: "expired.peers.example:80", policy: "match-viewer", address: plain})
	e := s.serveBoth(t, "expired.peers.example", secure)

	for _, r := range []struct {
		name, scheme, proves string
		want                 verdict
		body                 string
	}{
		{"http-only", "http", "CF-CONN-03 CF-CONN-18 CF-CONN-19 CF-CERT-20", verdict{}, "plain HTTP/1.1 Keep-Alive\n"},
		{"http-only", "https", "CF-CONN-03", verdict{}, "plain HTTP/1.1 Keep-Alive\n"},
		{"not-tls", "http", "CF-CONN-04 CF-CONN-24", verdict{rule: "CF-CONN-24", cause: "tls-not-tls"}, ""},
		{"match", "http", "CF-CONN-05 CF-CERT-20", verdict{}, "plain HTTP/1.1 Keep-Alive\n"},
		{"match", "https", "CF-CONN-06 CF-CERT-20", verdict{rule: "CF-CERT-01", cause: "cert-expired"}, ""},
	} {
		t.Run(r.name+" "+r.scheme, func(t *testing.T) {
			t.Parallel()
			a := e.get(t, "/"+r.name)
			if r.scheme == "https" {
				a = e.getTLS(t, "/"+r.name)
			}
			r.want.check(t, a, r.body)
		})
	}
}

// serveBoth serves the site; an origin whose domain is given with a port is
// reached there, and at its TLS port at another address.
func (s *site) serveBoth(t testing.TB, domain, secure string) *edgesim {
	t.Helper()
	var args []string
	for i, o := range s.origins {
		if o.domain == domain+":80" {
			args = append(args, "--connect", o.domain+"="+o.address)
			s.origins[i].domain, s.origins[i].address = domain, secure
		}
	}
	return s.serve(t, args...)
}

// getTLS sends a GET over HTTPS, as a viewer that trusts the local CA.
func (e *edgesim) getTLS(t testing.TB, path string) *answer {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(e.State, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(data) {
		t.Fatal("ca.pem holds no certificate")
	}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://"+e.HTTPS+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	viewer := *e
	viewer.client = &http.Client{Transport: &http.Transport{
		DisableKeepAlives: true, TLSClientConfig: &tls.Config{RootCAs: roots, ServerName: "localhost"},
	}}
	return viewer.send(t, r)
}
