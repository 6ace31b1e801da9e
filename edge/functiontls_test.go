package edge_test

import (
	"crypto/tls"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// TestChosenCertificateNames: which certificates of a real origin are accepted
// after a function chose Host, SNI and names (CF-NAME-07, CF-NAME-08, CF-NAME-09,
// CF-MOD-08, CF-MOD-09, CF-MOD-10).
func TestChosenCertificateNames(t *testing.T) {
	t.Parallel()
	ca, err := pki.NewCA(pki.Template{CommonName: "root", NotBefore: time.Unix(1.7e9, 0), NotAfter: time.Unix(1.8e9, 0)})
	if err != nil {
		t.Fatal(err)
	}
	trust := policy.NewTrustStore(ca.X509)
	for _, row := range []struct {
		name, certificate, call string
		status                  int
		cause                   policy.CauseName
		sni                     string
	}{
		{"the origin's own name", "app.example", "", 200, "", "app.example"},
		{"domainName alone: its name counts, not the old one", "app.example", "domainName: 'blue.example.org'", 502, policy.CauseCertNameMismatch, "blue.example.org"},
		{"domainName, certificate of it", "blue.example.org", "domainName: 'blue.example.org'", 200, "", "blue.example.org"},
		{"wildcard certificate covers one label", "*.example.org", "domainName: 'blue.example.org'", 200, "", "blue.example.org"},
		{"wildcard certificate covers no two labels", "*.example.org", "domainName: 'a.blue.example.org'", 502, policy.CauseCertNameMismatch, "a.blue.example.org"},
		{"Host chosen: certificate of it", "shop.example.org", "hostHeader: 'shop.example.org'", 200, "", "shop.example.org"},
		{"names chosen", "cert.example.net", "domainName: 'blue.example.org', allowedCertificateNames: ['other.example', 'cert.example.net']", 200, "", "blue.example.org"},
		{"names chosen: the domain's own no longer counts", "blue.example.org", "domainName: 'blue.example.org', allowedCertificateNames: ['cert.example.net']", 502, policy.CauseCertNameMismatch, "blue.example.org"},
		{"wildcard name chosen", "any.example.net", "domainName: 'blue.example.org', allowedCertificateNames: ['*.example.net']", 200, "", "blue.example.org"},
		{"wildcard name chosen covers no two labels", "x.any.example.net", "domainName: 'blue.example.org', allowedCertificateNames: ['*.example.net']", 502, policy.CauseCertNameMismatch, "blue.example.org"},
		{"SNI chosen", "blue.example.org", "domainName: 'blue.example.org', sni: 'tls.example.net', allowedCertificateNames: ['blue.example.org']", 200, "", "tls.example.net"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			leaf, err := ca.Issue(pki.Template{DNSNames: []string{row.certificate}})
			if err != nil {
				t.Fatal(err)
			}
			sni := make(chan string, 8)
			server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) }))
			certificate := pki.TLS(leaf)
			server.TLS = &tls.Config{GetCertificate: func(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
				select {
				case sni <- hello.ServerName:
				default:
				}
				return &certificate, nil
			}}
			server.StartTLS()
			t.Cleanup(server.Close)
			s := newSite(t, map[string]http.HandlerFunc{"app": status(500)})
			o := &s.edge.Distribution.Origins[0]
			o.ProtocolPolicy, o.HTTPSPort = distribution.OriginHTTPSOnly, 443
			s.edge.Distribution.DefaultBehavior.TargetOriginID = "app"
			s.edge.Client.Now = func() time.Time { return time.Unix(1.75e9, 0) }
			s.edge.Client.Trust = func() *policy.TrustStore { return trust }
			at := server.Listener.Addr().String()
			s.edge.Client.ConnectTo = map[string]string{"app.example": at, "blue.example.org": at, "a.blue.example.org": at}
			call := ""
			if row.call != "" {
				call = "cf.updateRequestOrigin({ " + row.call + " });"
			}
			s.attach(t, map[string]string{"viewer-request": "import cf from 'cloudfront';\nfunction handler(event) { " + call + " return event.request; }"})
			r, _ := s.ask(t, edge.ViewerRequest{URI: "/"})
			x := s.last(t, r)
			var cause policy.CauseName
			if x.Cause != nil {
				cause = x.Cause.Name
			}
			if r.Status != row.status || cause != row.cause {
				t.Errorf("got %d, %s: %v", r.Status, cause, x.Cause)
			}
			if got := <-sni; got != row.sni {
				t.Errorf("SNI %q, want %q", got, row.sni)
			}
		})
	}
}
