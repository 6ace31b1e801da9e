package e2e_test

import (
	"bytes"
	"encoding/pem"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
)

// makeCertificates makes the certificates once for all tests.
var makeCertificates = sync.OnceValues(func() (*peers.Certificates, error) {
	dir := filepath.Join(workshop, "certificates")
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	return peers.MakeCertificates(dir)
})

func certificates(t testing.TB) *peers.Certificates {
	t.Helper()
	peers.Need(t, "openssl")
	all, err := makeCertificates()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// certificateCase is a certificate of peers.MakeCertificates and the verdict on
// an origin that serves it.
type certificateCase struct {
	name string
	// proves names the rules that the row proves, those of the verdict included.
	proves string
	want   verdict
}

// certificateCases are all cases, good and wrong.
var certificateCases = []certificateCase{
	{"good-rsa", "CF-TLS-10 CF-CERT-10 CF-CERT-11 CF-CERT-14 CF-NAME-01", verdict{}},
	{"good-rsa-1024", "CF-CERT-11", verdict{}},
	{"good-rsa-4096", "CF-CERT-11", verdict{}},
	{"good-ecdsa", "CF-TLS-09 CF-CERT-13", verdict{}},
	{"good-p384", "CF-CERT-13", verdict{}},
	{"wildcard", "CF-CERT-14 CF-CERT-17", verdict{}},
	{"cn-only", "CF-CERT-16", verdict{}},
	{"several-names", "CF-CERT-14 CF-NAME-01", verdict{}},
	{"with-root", "CF-CERT-15", verdict{}},
	{"with-stranger", "CF-CERT-15", verdict{}},
	{"expired", "CF-CERT-01 CF-ERR-01", verdict{rule: "CF-CERT-01", cause: "cert-expired"}},
	{"expired-issuer", "CF-CERT-01", verdict{rule: "CF-CERT-01", cause: "cert-expired"}},
	{"not-yet-valid", "CF-CERT-02", verdict{rule: "CF-CERT-02", cause: "cert-not-yet-valid"}},
	{"self-signed", "CF-CERT-03", verdict{rule: "CF-CERT-03", cause: "cert-self-signed"}},
	{"self-signed-rsa", "CF-CERT-03", verdict{rule: "CF-CERT-03", cause: "cert-self-signed"}},
	{"bad-signature", "CF-CERT-04", verdict{rule: "CF-CERT-04", cause: "cert-invalid"}},
	{"wrong-usage", "CF-CERT-04", verdict{rule: "CF-CERT-04", cause: "cert-invalid"}},
	{"issuer-is-no-ca", "CF-CERT-04", verdict{rule: "CF-CERT-04", cause: "cert-invalid"}},
	{"wrong-order", "CF-CERT-05", verdict{rule: "CF-CERT-05", cause: "cert-wrong-order"}},
	{"incomplete", "CF-CERT-06", verdict{rule: "CF-CERT-06", cause: "cert-incomplete-chain"}},
	{"incomplete-upper", "CF-CERT-06", verdict{rule: "CF-CERT-06", cause: "cert-incomplete-chain"}},
	{"untrusted-root", "CF-CERT-07", verdict{rule: "CF-CERT-07", cause: "cert-untrusted-root"}},
	{"private-ca", "CF-CERT-08", verdict{rule: "CF-CERT-08", cause: "cert-untrusted-root"}},
	{"rsa-4104", "CF-CERT-12", verdict{rule: "CF-CERT-12", cause: "cert-invalid"}},
	{"p521", "CF-CERT-13", verdict{rule: "CF-CERT-13", cause: "cert-invalid"}},
	{"wrong-name", "CF-NAME-05", verdict{rule: "CF-NAME-05", cause: "cert-name-mismatch"}},
	{"too-deep-for-wildcard", "CF-NAME-05", verdict{rule: "CF-NAME-05", cause: "cert-name-mismatch"}},
	{"expired-and-wrong-name", "CF-CERT-01", verdict{rule: "CF-CERT-01", cause: "cert-expired"}},
}

// TestCertificatesOpenSSL serves every certificate with openssl s_server.
func TestCertificatesOpenSSL(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	var s site
	for _, c := range certificateCases {
		// Security level 0 lets it serve the RSA key of 1024 bits, too.
		address := peers.OpenSSL(t, all.Get(c.name), pages(t, c.name), "-cipher", "DEFAULT:@SECLEVEL=0")
		s.add(origin{name: c.name, domain: peers.Domain(c.name), address: address})
	}
	checkCertificates(t, s.serve(t))
}

// TestCertificatesNginx serves every certificate with one nginx, which chooses
// by SNI (CF-TLS-23, CF-NAME-04).
func TestCertificatesNginx(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	var conf strings.Builder
	// A name that belongs to no origin is refused.
	conf.WriteString("ssl_protocols TLSv1.2 TLSv1.3;\nssl_ciphers DEFAULT:@SECLEVEL=0;\nserver { listen {{address \"tls\"}} ssl default_server; ssl_reject_handshake on; }\n")
	for _, c := range certificateCases {
		made := all.Get(c.name)
		fmt.Fprintf(&conf, "server { listen {{address \"tls\"}} ssl; server_name %s; ssl_certificate %s; ssl_certificate_key %s; location / { return 200 %q; } }\n",
			peers.Domain(c.name), made.Chain, made.Key, greeting(c.name))
	}
	nginx := peers.Nginx(t, conf.String())
	var s site
	for _, c := range certificateCases {
		s.add(origin{name: c.name, domain: peers.Domain(c.name), address: nginx.Address("tls")})
	}
	checkCertificates(t, s.serve(t))
}

func checkCertificates(t *testing.T, e *edgesim) {
	t.Helper()
	for _, c := range certificateCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			a := e.get(t, "/"+c.name)
			c.want.check(t, a, greeting(c.name))
			e.checkEvidence(t, a, c)
		})
	}
}

// noFinding are rules that no single finding stands for: they say that a whole
// kind of certificate is accepted.
var noFinding = []string{"CF-CERT-10", "CF-CERT-14"}

// checkEvidence: the record of the exchange has the chain as it was sent, and a
// finding for every rule on certificates that the row proves.
func (e *edgesim) checkEvidence(t *testing.T, a *answer, c certificateCase) {
	t.Helper()
	record := e.exchange(t, a)
	if len(record.Attempts) != 1 || record.Attempts[0].Handshake == nil {
		t.Fatalf("recorded: %+v, want one attempt with a handshake", record)
	}
	chain, err := os.ReadFile(certificates(t).Get(c.name).Chain)
	if err != nil {
		t.Fatal(err)
	}
	sent := record.Attempts[0].Handshake.Certificates
	for i, rest := 0, chain; ; i++ {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			if i != len(sent) {
				t.Errorf("recorded: %d certificates, want %d", len(sent), i)
			}
			break
		}
		if i < len(sent) && !bytes.Equal(block.Bytes, sent[i].DER) {
			t.Errorf("recorded: certificate %d is another one", i)
		}
	}
	found := map[string]bool{}
	for _, f := range record.Attempts[0].Findings {
		found[f.Rule] = true
	}
	for _, rule := range strings.Fields(c.proves) {
		onCertificates := strings.HasPrefix(rule, "CF-CERT-") || strings.HasPrefix(rule, "CF-NAME-")
		if onCertificates && !slices.Contains(noFinding, rule) && !found[rule] {
			t.Errorf("recorded: no finding for %s in %v", rule, record.Attempts[0].Findings)
		}
	}
}
