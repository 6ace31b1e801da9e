package edge_test

import (
	"crypto/tls"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// TestMisdirectedConnection: Host chooses the distribution, not SNI (CF-VIEW-57), and a
// connection of another account's distribution is refused (CF-ERR-23), but not one
// without SNI (CF-VIEW-46) or with Host for SNI (CF-VIEW-60); what viewers may speak is by
// SNI (CF-VIEW-59).
func TestMisdirectedConnection(t *testing.T) {
	t.Parallel()
	site := newSite(t, map[string]http.HandlerFunc{"app": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }})
	a, b := *site.edge.Distribution, *site.edge.Distribution
	a.Aliases, b.Aliases = []string{"a.example.com"}, []string{"b.example.com"}
	a.ViewerCertificate = distribution.ViewerCertificate{ACMCertificateARN: "arn:aws:acm:us-east-1:111122223333:certificate/1", MinimumProtocolVersion: "TLSv1.2_2021"}
	b.ViewerCertificate = distribution.ViewerCertificate{ACMCertificateARN: "arn:aws:acm:us-east-1:444455556666:certificate/2", MinimumProtocolVersion: "TLSv1.3_2025"}
	site.edge.Replace([]*edge.Location{{Distribution: &a}, {Distribution: &b}})
	for _, row := range []struct {
		sni, host string
		status    int
	}{
		{"a.example.com", "a.example.com", 204}, {"B.example.com", "b.example.com:8443", 204}, {"", "b.example.com", 204},
		{"a.example.com", "b.example.com", 421}, {"other.example.com", "b.example.com", 204},
	} {
		r, body := site.ask(t, edge.ViewerRequest{Scheme: "https", Host: row.host, Proto: "HTTP/1.1", Header: http.Header{}, TLS: &tls.ConnectionState{ServerName: row.sni}})
		if r.Status != row.status || row.status == 421 && !strings.Contains(body, "does not match the certificate for which the HTTPS connection was established") {
			t.Errorf("%+v: got %d %q", row, r.Status, body)
		}
	}
	for sni, want := range map[string]string{"": "TLSv1.2_2021", "b.example.com": "TLSv1.3_2025", "other.example.com": "TLSv1.2_2021"} {
		if got := site.edge.ViewerPolicy(sni); got.Name != want {
			t.Errorf("%q: got %s", sni, got.Name)
		}
	}
}

// TestSignedAfterFunctions: a viewer-request function sees the viewer's Authorization;
// the origin gets the signature, which comes later (CF-OAC-45), over what the function
// made of the request.
func TestSignedAfterFunctions(t *testing.T) {
	t.Parallel()
	var got atomic.Pointer[http.Request]
	s := newSite(t, map[string]http.HandlerFunc{"app": seenBy(&got)})
	s.edge.Distribution.Origins[0].AccessControlID = "E1"
	s.edge.Distribution.Origins[0].AccessControl = &distribution.OriginAccessControl{ID: "E1", OriginType: "s3", SigningBehavior: "always"}
	s.attach(t, map[string]string{"viewer-request": `function handler(event) {
  var r = event.request;
  r.headers['x-seen'] = {value: r.headers.authorization.value};
  return r;
}`})
	r, _ := s.ask(t, edge.ViewerRequest{Host: "a.example", Proto: "HTTP/1.1", Header: http.Header{"Authorization": {"Bearer viewer"}}})
	o := got.Load()
	if o == nil || o.Header.Get("X-Seen") != "Bearer viewer" || !strings.HasPrefix(o.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") {
		t.Fatalf("got %d, %v", r.Status, o)
	}
	changed := false
	for _, c := range s.last(t, r).Changes {
		changed = changed || c.Field == "Authorization" && c.By == policy.ByAccessControl
	}
	if !changed {
		t.Errorf("got the changes %v", s.last(t, r).Changes)
	}
}
