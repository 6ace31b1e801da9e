package e2e_test

import (
	"fmt"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// TestNames asks an nginx that chooses its certificate by SNI and returns the name and the
// Host that it was sent.
func TestNames(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	own, shop, several := all.Get("good-rsa"), all.Get("site"), all.Get("several-names")
	nginx := peers.Nginx(t, fmt.Sprintf(`
		ssl_protocols TLSv1.2 TLSv1.3;
		server { listen {{address "strict"}} ssl default_server; ssl_reject_handshake on; }
		server { listen {{address "strict"}} ssl; server_name %s; ssl_certificate %s; ssl_certificate_key %s;
			location / { return 200 "sni=$ssl_server_name host=$http_host server=own\n"; } }
		server { listen {{address "strict"}} ssl; server_name www.site.example; ssl_certificate %s; ssl_certificate_key %s;
			location / { return 200 "sni=$ssl_server_name host=$http_host server=site\n"; } }
		# A load balancer with one certificate, which it shows to everybody.
		server { listen {{address "balancer"}} ssl; ssl_certificate %[4]s; ssl_certificate_key %[5]s;
			location / { return 200 "sni=$ssl_server_name host=$http_host\n"; } }
		server { listen {{address "several"}} ssl; ssl_certificate %[6]s; ssl_certificate_key %[7]s;
			location / { return 200 "sni=$ssl_server_name host=$http_host\n"; } }
	`, peers.Domain("good-rsa"), own.Chain, own.Key, shop.Chain, shop.Key, several.Chain, several.Key))

	const balancer = "lb-123.elb.peers.example"
	mismatch := verdict{rule: "CF-NAME-05", cause: "cert-name-mismatch"}
	rows := []struct {
		name, domain, address string
		forward               bool
		host                  string
		proves                string
		want                  verdict
		body                  string
	}{
		{"plain", peers.Domain("good-rsa"), "strict", false, "www.site.example", "CF-NAME-01 CF-NAME-04 CF-NAME-10 CF-REQ-54", verdict{},
			"sni=good-rsa.peers.example host=good-rsa.peers.example server=own\n"},
		{"upper-case", "GOOD-rsa.Peers.Example", "strict", false, "www.site.example", "CF-NAME-12", verdict{}, ""},
		{"forwarded", peers.Domain("good-rsa"), "strict", true, "www.site.example", "CF-NAME-02 CF-NAME-04 CF-NAME-13", verdict{},
			"sni=www.site.example host=www.site.example server=site\n"},
		{"forwarded-port", peers.Domain("good-rsa"), "strict", true, "www.site.example:8443", "CF-NAME-04", verdict{},
			"sni=www.site.example host=www.site.example:8443 server=site\n"},
		{"forwarded-unknown", peers.Domain("good-rsa"), "strict", true, "elsewhere.example", "CF-NAME-04 CF-ERR-01", verdict{rule: "CF-ERR-01", cause: "tls-handshake-failure"}, ""},
		{"balancer-forwarded", balancer, "balancer", true, "www.site.example", "CF-NAME-02 CF-NAME-14", verdict{},
			"sni=www.site.example host=www.site.example\n"},
		{"balancer-not-forwarded", balancer, "balancer", false, "www.site.example", "CF-NAME-05 CF-NAME-15", mismatch, ""},
		{"balancer-other-host", balancer, "balancer", true, "localhost", "CF-NAME-05", mismatch, ""},
		{"several-by-domain", peers.Domain("several-names"), "several", true, "elsewhere.example", "CF-NAME-02", verdict{},
			"sni=elsewhere.example host=elsewhere.example\n"},
		{"several-by-host", balancer, "several", true, "site.example", "CF-NAME-02", verdict{}, "sni=site.example host=site.example\n"},
	}
	// Two origins may have the same domain; its address is given once per domain, so each
	// address has its own edge.
	edges := map[string]*edgesim{}
	for _, address := range []string{"strict", "balancer", "several"} {
		var s site
		for _, r := range rows {
			if r.address == address {
				s.add(origin{name: r.name, domain: r.domain, address: nginx.Address(address), forwardHost: r.forward})
			}
		}
		edges[address] = s.serve(t)
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.want.check(t, edges[r.address].do(t, "GET", "/"+r.name, r.host), r.body)
		})
	}
}

// TestForwardHostFlag: --origin with --forward-host is AllViewer (CF-NAME-14),
// without it the origin's own name is used (CF-NAME-15).
func TestForwardHostFlag(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	made := all.Get("site")
	nginx := peers.Nginx(t, fmt.Sprintf(`ssl_protocols TLSv1.2 TLSv1.3;
		server { listen {{address "tls"}} ssl; ssl_certificate %s; ssl_certificate_key %s; location / { return 200 "$uri $http_host\n"; } }`, made.Chain, made.Key))
	args := []string{
		"--origin", "https://lb-123.elb.peers.example", "--connect", "lb-123.elb.peers.example=" + nginx.Address("tls"),
		"--origin-ca", all.Root(), "--at", peers.Noon,
	}
	forwarding := serve(t, append(args, "--forward-host", "--origin-path", "/v1")...)
	verdict{}.check(t, forwarding.do(t, "GET", "/x", "www.site.example"), "/v1/x www.site.example\n")
	verdict{rule: "CF-NAME-05", cause: "cert-name-mismatch"}.check(t, serve(t, args...).do(t, "GET", "/x", "www.site.example"), "")
}
