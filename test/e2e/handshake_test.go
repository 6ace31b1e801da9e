package e2e_test

import (
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// handshakeCase is an s_server that speaks TLS in one way, and the verdict.
type handshakeCase struct {
	name string
	// certificate is the case of peers.MakeCertificates that it serves.
	certificate string
	// proves names the rules that the row proves.
	proves string
	// server are s_server's arguments.
	server []string
	want   verdict
}

var (
	protocolMismatch  = verdict{rule: "CF-TLS-06", cause: "tls-protocol-mismatch"}
	noSharedCipher    = verdict{rule: "CF-TLS-11", cause: "tls-no-shared-cipher"}
	noSharedCurve     = verdict{rule: "CF-TLS-17", cause: "tls-no-shared-curve"}
	clientCertificate = verdict{rule: "CF-MTLS-08", cause: "tls-client-certificate-required"}
)

// tls12 are the arguments for one cipher suite of TLS 1.2.
func tls12(suite string, more ...string) []string {
	return append([]string{"-tls1_2", "-cipher", suite + ":@SECLEVEL=0"}, more...)
}

var handshakeCases = []handshakeCase{
	// Versions.
	{"only-tls10", "good-rsa", "CF-TLS-06", []string{"-tls1", "-cipher", "DEFAULT:@SECLEVEL=0"}, protocolMismatch},
	{"only-tls11", "good-rsa", "CF-TLS-06", []string{"-tls1_1", "-cipher", "DEFAULT:@SECLEVEL=0"}, protocolMismatch},
	{"only-tls12", "good-rsa", "CF-TLS-01", []string{"-tls1_2"}, verdict{}},
	{"only-tls13", "good-rsa", "CF-TLS-07 CF-TLS-31", []string{"-tls1_3"}, verdict{}},

	// The documented suites, one at a time.
	{"ecdsa-aes256-gcm", "good-ecdsa", "CF-TLS-09", tls12("ECDHE-ECDSA-AES256-GCM-SHA384"), verdict{}},
	{"ecdsa-aes256-sha", "good-ecdsa", "CF-TLS-09", tls12("ECDHE-ECDSA-AES256-SHA"), verdict{}},
	{"ecdsa-aes128-gcm", "good-ecdsa", "CF-TLS-09", tls12("ECDHE-ECDSA-AES128-GCM-SHA256"), verdict{}},
	{"ecdsa-aes128-sha256", "good-ecdsa", "CF-TLS-09", tls12("ECDHE-ECDSA-AES128-SHA256"), verdict{}},
	{"ecdsa-aes128-sha", "good-ecdsa", "CF-TLS-09", tls12("ECDHE-ECDSA-AES128-SHA"), verdict{}},
	{"rsa-aes256-gcm", "good-rsa", "CF-TLS-10", tls12("ECDHE-RSA-AES256-GCM-SHA384"), verdict{}},
	{"rsa-aes256-sha", "good-rsa", "CF-TLS-10", tls12("ECDHE-RSA-AES256-SHA"), verdict{}},
	{"rsa-aes128-gcm", "good-rsa", "CF-TLS-10", tls12("ECDHE-RSA-AES128-GCM-SHA256"), verdict{}},
	{"rsa-aes128-sha256", "good-rsa", "CF-TLS-10", tls12("ECDHE-RSA-AES128-SHA256"), verdict{}},
	{"rsa-aes128-sha", "good-rsa", "CF-TLS-10", tls12("ECDHE-RSA-AES128-SHA"), verdict{}},
	{"static-aes256-sha", "good-rsa", "CF-TLS-10", tls12("AES256-SHA"), verdict{}},
	{"static-aes128-sha", "good-rsa", "CF-TLS-10", tls12("AES128-SHA"), verdict{}},

	// Suites that are on no list.
	{"chacha20-rsa", "good-rsa", "CF-TLS-11 CF-TLS-12", tls12("ECDHE-RSA-CHACHA20-POLY1305"), noSharedCipher},
	{"chacha20-ecdsa", "good-ecdsa", "CF-TLS-12", tls12("ECDHE-ECDSA-CHACHA20-POLY1305"), noSharedCipher},
	{"dhe-gcm", "good-rsa", "CF-TLS-13", tls12("DHE-RSA-AES128-GCM-SHA256"), noSharedCipher},
	{"dhe-sha", "good-rsa", "CF-TLS-13", tls12("DHE-RSA-AES256-SHA"), noSharedCipher},
	{"static-gcm", "good-rsa", "CF-TLS-14", tls12("AES128-GCM-SHA256"), noSharedCipher},
	{"static-gcm-256", "good-rsa", "CF-TLS-14", tls12("AES256-GCM-SHA384"), noSharedCipher},
	{"static-sha256", "good-rsa", "CF-TLS-14", tls12("AES128-SHA256:AES256-SHA256"), noSharedCipher},
	{"ccm", "good-ecdsa", "CF-TLS-15", tls12("ECDHE-ECDSA-AES128-CCM"), noSharedCipher},
	{"ccm8", "good-ecdsa", "CF-TLS-15", tls12("ECDHE-ECDSA-AES256-CCM8"), noSharedCipher},
	{"aria", "good-rsa", "CF-TLS-15", tls12("ECDHE-ARIA128-GCM-SHA256"), noSharedCipher},
	{"camellia", "good-rsa", "CF-TLS-15", tls12("ECDHE-RSA-CAMELLIA128-SHA256"), noSharedCipher},
	{"ecdsa-suites-rsa-key", "good-rsa", "CF-TLS-11", tls12("ECDHE-ECDSA-AES128-GCM-SHA256:DHE-RSA-AES128-SHA"), noSharedCipher},

	// Groups.
	{"p256", "good-rsa", "CF-TLS-16", []string{"-groups", "P-256"}, verdict{}},
	{"p384", "good-rsa", "CF-TLS-16", []string{"-groups", "P-384"}, verdict{}},
	{"x25519", "good-rsa", "CF-TLS-16", []string{"-groups", "X25519"}, verdict{}},
	{"p384-tls12", "good-ecdsa", "CF-TLS-16", tls12("ECDHE", "-groups", "P-256:P-384"), verdict{}},
	{"p521-tls13", "good-rsa", "CF-TLS-17", []string{"-tls1_3", "-groups", "P-521"}, noSharedCurve},
	{"p521-any", "good-rsa", "CF-TLS-17", []string{"-groups", "P-521"}, noSharedCurve},
	{"p521-ecdhe", "good-rsa", "CF-TLS-17", tls12("ECDHE", "-groups", "P-521"), noSharedCurve},
	{"p521-static", "good-rsa", "CF-TLS-17", tls12("ECDHE:AES128-SHA", "-groups", "P-521"), verdict{}},
	{"x448-ecdhe", "good-rsa", "CF-TLS-17", tls12("ECDHE", "-groups", "X448"), noSharedCurve},

	// Signatures of the key exchange.
	{"signs-sha1", "good-rsa", "CF-TLS-20", tls12("ECDHE", "-sigalgs", "RSA+SHA1"), verdict{}},
	{"signs-sha512", "good-rsa", "CF-TLS-18", tls12("ECDHE", "-sigalgs", "RSA+SHA512"), verdict{}},

	// Client certificates.
	{"wants-client-tls12", "good-rsa", "CF-MTLS-08 CF-REQ-73", []string{"-tls1_2", "-Verify", "1"}, clientCertificate},
	{"wants-client-tls13", "good-rsa", "CF-MTLS-08 CF-REQ-73", []string{"-tls1_3", "-Verify", "1"}, clientCertificate},
	{"asks-client-tls12", "good-rsa", "CF-MTLS-02", []string{"-tls1_2", "-verify", "1"}, verdict{}},
	{"asks-client-tls13", "good-rsa", "CF-MTLS-02", []string{"-tls1_3", "-verify", "1"}, verdict{}},

	// What an origin may do beyond that.
	{"no-tickets", "good-rsa", "CF-TLS-26", []string{"-no_ticket"}, verdict{}},
	{"other-name", "good-rsa", "CF-TLS-23", []string{"-servername", "other.peers.example", "-servername_fatal"}, verdict{rule: "CF-ERR-01", cause: "tls-handshake-failure"}},
}

// TestHandshakes starts an s_server for each row, all behind one edge.
func TestHandshakes(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	var s site
	for _, c := range handshakeCases {
		server := c.server
		if c.name == "other-name" {
			// A second certificate is what s_server needs to look at the name.
			other := all.Get("wrong-name")
			server = append(server, "-cert2", other.Leaf, "-key2", other.Key)
		}
		s.add(origin{
			name: c.name, domain: c.name + ".peers.example",
			address: peers.OpenSSL(t, wild(all, c.certificate), pages(t, c.name), server...),
		})
	}
	e := s.serve(t)
	for _, c := range handshakeCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.want.check(t, e.explained(t, "/"+c.name, c.want), greeting(c.name))
		})
	}
}

// explained is get for a refusal that says nothing of its reason. The edge asks
// the origin for it; an origin like s_server, which takes its time after each
// connection, may answer too late for the first response, not for the next.
func (e *edgesim) explained(t testing.TB, path string, want verdict) *answer {
	t.Helper()
	a := e.get(t, path)
	if want.cause != "" && want.cause != "tls-handshake-failure" && a.cause() == "CF-ERR-01 tls-handshake-failure" {
		peers.Await(t, "an explanation of "+a.String(), func() bool {
			a = e.get(t, path)
			return a.cause() != "CF-ERR-01 tls-handshake-failure"
		})
	}
	return a
}

// TestSuitesThatGoLacks: an origin that requires a suite which CloudFront supports and
// edgesim does not (README, "What it does not simulate") must not be blamed (CF-TLS-09,
// CF-TLS-10).
func TestSuitesThatGoLacks(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	suites := map[string]string{"rsa": "ECDHE-RSA-AES256-SHA384", "ecdsa": "ECDHE-ECDSA-AES256-SHA384"}
	var s site
	for kind, suite := range suites {
		s.add(origin{
			name: kind, domain: kind + ".peers.example",
			address: peers.OpenSSL(t, wild(all, "good-"+kind), pages(t, kind), tls12(suite)...),
		})
	}
	e := s.serve(t)
	for kind := range suites {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			a := e.get(t, "/"+kind)
			if a.Status == 200 {
				return
			}
			if detail := a.Header.Get("X-Edgesim-Detail"); a.cause() != "CF-ERR-01 tls-handshake-failure" || !strings.Contains(detail, "edgesim") {
				t.Errorf("got %v, want a detail that names the limit as edgesim's", a)
			}
		})
	}
}

// wild returns the certificate for all these origins with a key of the same
// kind as the case's.
func wild(all *peers.Certificates, name string) peers.Certificate {
	if name == "good-ecdsa" {
		return all.Get("wildcard")
	}
	return all.Get("wildcard-rsa")
}

// TestTLS13Before2024 judges by the list of 2023, which had no TLS 1.3
// (CF-TLS-07).
func TestTLS13Before2024(t *testing.T) {
	t.Parallel()
	var s site
	s.add(origin{
		name: "old", domain: "old.peers.example",
		address: peers.OpenSSL(t, wild(certificates(t), "good-rsa"), pages(t, "old"), "-tls1_3"),
	})
	e := s.serve(t, "--policy", "2023-03-31")
	protocolMismatch.check(t, e.explained(t, "/old", protocolMismatch), "")
}

// TestOlderVersions: the edge offers what the origin's OriginSslProtocols list, including
// old versions and sets with gaps (CF-TLS-01, CF-TLS-03).
func TestOlderVersions(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	var s site
	type row struct {
		name      string
		protocols []string
		server    string
		want      verdict
	}
	rows := []row{
		{"tls10-allowed", []string{"TLSv1"}, "-tls1", verdict{}},
		{"tls11-allowed", []string{"TLSv1.1", "TLSv1.2"}, "-tls1_1", verdict{}},
		{"tls11-in-the-hole", []string{"TLSv1", "TLSv1.2"}, "-tls1_1", protocolMismatch},
		{"tls12-above", []string{"TLSv1"}, "-tls1_2", protocolMismatch},
		{"tls13-above", []string{"TLSv1.1"}, "-tls1_3", protocolMismatch},
	}
	for _, r := range rows {
		s.add(origin{
			name: r.name, domain: r.name + ".peers.example", protocols: r.protocols,
			address: peers.OpenSSL(t, wild(all, "good-rsa"), pages(t, r.name), r.server, "-cipher", "DEFAULT:@SECLEVEL=0"),
		})
	}
	e := s.serve(t)
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			t.Parallel()
			r.want.check(t, e.explained(t, "/"+r.name, r.want), greeting(r.name))
		})
	}
}
