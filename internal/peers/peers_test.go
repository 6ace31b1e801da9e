package peers_test

import (
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/peers"
)

var made = sync.OnceValues(func() (*peers.Certificates, error) {
	dir, err := os.MkdirTemp("", "edgesim-peers-")
	if err != nil {
		return nil, err
	}
	cleanup = func() { os.RemoveAll(dir) }
	return peers.MakeCertificates(dir)
})

var cleanup = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	cleanup()
	os.Exit(code)
}

func certificates(t *testing.T) *peers.Certificates {
	t.Helper()
	peers.Need(t, "openssl")
	c, err := made()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCertificates asks crypto/x509 about the cases: the good ones are good,
// and each wrong one is wrong.
func TestCertificates(t *testing.T) {
	t.Parallel()
	all := certificates(t)
	for _, tt := range []struct {
		name, host string
		want       string // part of the refusal
	}{
		{"good-rsa", "", ""},
		{"good-rsa-1024", "", ""},
		{"good-rsa-4096", "", ""},
		{"good-ecdsa", "", ""},
		{"good-p384", "", ""},
		{"wildcard", "", ""},
		{"several-names", "", ""},
		{"several-names", "www.site.example", ""},
		{"with-root", "", ""},
		{"with-stranger", "", ""},
		{"p521", "", ""},
		{"rsa-4104", "", ""},
		{"site", "www.site.example", ""},
		{"wrong-order", "", ""}, // crypto/x509 fixes the order
		{"cn-only", "", "Common Name"},
		{"expired", "", "expired or is not yet valid"},
		{"expired-issuer", "", "expired or is not yet valid"},
		{"not-yet-valid", "", "expired or is not yet valid"},
		{"self-signed", "", "unknown authority"},
		{"incomplete", "", "unknown authority"},
		{"incomplete-upper", "", "unknown authority"},
		{"untrusted-root", "", "unknown authority"},
		{"private-ca", "", "unknown authority"},
		{"issuer-is-no-ca", "", "cannot sign this kind"},
		{"wrong-name", "", "not wrong-name.peers.example"},
		{"too-deep-for-wildcard", "", "not too-deep-for-wildcard.peers.example"},
		{"wrong-usage", "", "incompatible key usage"},
		{"bad-signature", "", "unknown authority"},
	} {
		t.Run(tt.name+" "+tt.host, func(t *testing.T) {
			t.Parallel()
			host := tt.host
			if host == "" {
				host = peers.Domain(tt.name)
			}
			err := verify(t, all, tt.name, host)
			if tt.want == "" && err != nil {
				t.Errorf("got %v, want a good chain", err)
			}
			if tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

func verify(t *testing.T, all *peers.Certificates, name, host string) error {
	t.Helper()
	noon, err := time.Parse(time.RFC3339, peers.Noon)
	if err != nil {
		t.Fatal(err)
	}
	chain := read(t, all.Get(name).Chain)
	options := x509.VerifyOptions{DNSName: host, Roots: x509.NewCertPool(), Intermediates: x509.NewCertPool(), CurrentTime: noon}
	options.Roots.AddCert(read(t, all.Root())[0])
	for _, c := range chain[1:] {
		options.Intermediates.AddCert(c)
	}
	_, err = chain[0].Verify(options)
	return err
}

func read(t *testing.T, file string) []*x509.Certificate {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, c)
	}
	return all
}

// TestServers lets curl ask both servers.
func TestServers(t *testing.T) {
	t.Parallel()
	c := certificates(t).Get("good-rsa-4096")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "hello"), []byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, address := range map[string]string{
		"openssl": peers.OpenSSL(t, c, dir),
		"nginx": peers.Nginx(t, `server { listen {{address "tls"}} ssl; ssl_certificate `+c.Chain+`; ssl_certificate_key `+c.Key+`;
			location / { return 200 hello; } }`).Address("tls"),
	} {
		a := peers.Curl(t, "-k", "https://"+address+"/hello")
		if a.Exit != 0 || a.Status != 200 || string(a.Body) != "hello" {
			t.Errorf("%s: got %+v", name, a)
		}
	}
}

// TestNeed: if a peer is missing, the test is skipped, and fails under CI.
func TestNeed(t *testing.T) {
	for _, tt := range []struct {
		ci, want string
	}{
		{"", "skipped"},
		{"true", "failed"},
	} {
		t.Run("CI="+tt.ci, func(t *testing.T) {
			t.Setenv("CI", tt.ci)
			t.Setenv("PATH", t.TempDir())
			spy := &spy{TB: t}
			func() {
				defer func() { _ = recover() }()
				peers.Need(spy, "gnutls-serv")
			}()
			if spy.outcome != tt.want {
				t.Errorf("got %q, want %q", spy.outcome, tt.want)
			}
		})
	}
}

// spy notes what is done to a test, without doing it.
type spy struct {
	testing.TB
	outcome string
}

// Fatalf notes a failure.
func (s *spy) Fatalf(string, ...any) { s.outcome = "failed"; panic("end of the test") }

// Skipf notes a skip.
func (s *spy) Skipf(string, ...any) { s.outcome = "skipped"; panic("end of the test") }
