package originconn_test

import (
	"context"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// shop makes certificates for origin.example, as files for peers.
type shop struct {
	ca  *pki.Certificate
	dir string
}

var (
	validFrom = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	validAt   = validFrom.AddDate(0, 6, 0)
)

func newShop(t *testing.T) *shop {
	t.Helper()
	ca, err := pki.SelfSign(pki.Template{CommonName: "test root", IsCA: true, NotBefore: validFrom, NotAfter: validFrom.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	return &shop{ca, t.TempDir()}
}

func (s *shop) leaf(t *testing.T, kind pki.KeyKind) peers.Certificate {
	t.Helper()
	return s.leafUntil(t, kind, time.Time{})
}

// leafUntil is leaf with an end; zero is that of the CA.
func (s *shop) leafUntil(t *testing.T, kind pki.KeyKind, end time.Time) peers.Certificate {
	t.Helper()
	leaf, err := s.ca.Issue(pki.Template{CommonName: "origin.example", DNSNames: []string{"origin.example"}, KeyKind: kind, NotAfter: end})
	if err != nil {
		t.Fatal(err)
	}
	file := func(name string, data []byte) string {
		path := filepath.Join(s.dir, name)
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	key, err := leaf.KeyPEM()
	if err != nil {
		t.Fatal(err)
	}
	name := leaf.X509.SerialNumber.String()
	return peers.Certificate{Leaf: file(name+".pem", leaf.PEM()), Key: file(name+".key", key)}
}

func (s *shop) client(t testing.TB, address string) *originconn.Client {
	trust := policy.NewTrustStore([]*x509.Certificate{s.ca.X509}...)
	return conntest.Watch(t, &originconn.Client{
		ConnectTo: map[string]string{"origin.example": address}, Trust: func() *policy.TrustStore { return trust },
		Now: func() time.Time { return validAt }, ExplainWithin: time.Minute,
	})
}

func tlsTarget(versions ...uint16) originconn.Target {
	target := defaults()
	target.Port, target.TLS, target.SNI, target.Attempts = 443, true, "origin.example", 1
	target.AcceptedNames = policy.AcceptedNames{"origin.example"}
	target.Offer = policy.Offer{Versions: versions, Suites: policy.CurrentSnapshot().Suites, Groups: policy.CurrentSnapshot().Groups}
	return target
}

// TestRoads connects to OpenSSL servers that accept one thing only, and checks which client
// succeeds, or why none does.
func TestRoads(t *testing.T) {
	t.Parallel()
	const (
		ssl3, tls10, tls11, tls12, tls13 = policy.VersionSSL30, policy.VersionTLS10, policy.VersionTLS11, policy.VersionTLS12, policy.VersionTLS13
		std, old                         = "crypto/tls", "internal/tlslegacy"
	)
	s := newShop(t)
	rsa, ecdsa := s.leaf(t, pki.RSA2048), s.leaf(t, pki.P256)
	today := []uint16{tls12, tls13}
	for _, row := range []struct {
		name     string
		cert     peers.Certificate
		args     []string
		versions []uint16
		road     string
		version  uint16
		suite    uint16
		cause    policy.CauseName
	}{
		{"TLS 1.3", ecdsa, nil, today, std, tls13, 0, ""},
		{"CF-TLS-07 only TLS 1.3", rsa, []string{"-tls1_3"}, today, std, tls13, 0, ""},
		{"TLS 1.2", ecdsa, []string{"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"}, today, std, tls12, 0xC02B, ""},
		{"CF-TLS-18 RSA signs with PSS where that is offered", rsa, []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"}, today, old, tls12, 0xC02F, ""},
		{"CF-TLS-18 RSA signs without PSS", rsa, []string{"-tls1_2", "-sigalgs", "RSA+SHA256", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"}, today, std, tls12, 0xC02F, ""},
		{"CF-TLS-21 only PSS in TLS 1.2", rsa, []string{"-tls1_2", "-sigalgs", "rsa_pss_rsae_sha256"}, today, std, tls12, 0, "tls-handshake-failure"},
		{"CF-TLS-21 only PSS in TLS 1.2, without TLS 1.3 in the offer", rsa, []string{"-tls1_2", "-sigalgs", "rsa_pss_rsae_sha256"}, []uint16{tls12}, std, tls12, 0, "tls-handshake-failure"},
		{"CF-TLS-21 only PSS in TLS 1.3", rsa, []string{"-tls1_3", "-sigalgs", "rsa_pss_rsae_sha256"}, today, std, tls13, 0, ""},
		{"CF-TLS-10 0xC028, which crypto/tls lacks", rsa, []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA384"}, today, old, tls12, 0xC028, ""},
		{"CF-TLS-09 0xC024, which crypto/tls lacks", ecdsa, []string{"-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-SHA384"}, today, old, tls12, 0xC024, ""},
		{"CF-TLS-20 only SHA-1 signatures", rsa, []string{"-tls1_2", "-sigalgs", "RSA+SHA1", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"}, today, old, tls12, 0xC02F, ""},
		{"CF-TLS-18 only SHA-224 signatures", rsa, []string{"-tls1_2", "-sigalgs", "RSA+SHA224", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0"}, today, old, tls12, 0xC02F, ""},
		{"CF-TLS-01 TLS 1.0", rsa, []string{"-tls1", "-cipher", "ALL:@SECLEVEL=0"}, []uint16{tls10}, std, tls10, 0, ""},
		{"CF-TLS-03 a hole, the server is in it", rsa, []string{"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}, []uint16{tls10, tls12}, "", 0, 0, "tls-protocol-mismatch"},
		{"CF-TLS-04 SSLv3 only, the server does not speak it", rsa, nil, []uint16{ssl3}, "", 0, 0, "tls-protocol-mismatch"},
		{"CF-TLS-06 too old", rsa, []string{"-tls1_1", "-cipher", "ALL:@SECLEVEL=0"}, today, "", 0, 0, "tls-protocol-mismatch"},
		{"CF-TLS-12 only ChaCha20", rsa, []string{"-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"}, today, "", 0, 0, "tls-no-shared-cipher"},
		{"CF-TLS-13 only DHE", rsa, []string{"-tls1_2", "-cipher", "DHE-RSA-AES256-GCM-SHA384"}, today, "", 0, 0, "tls-no-shared-cipher"},
		{"CF-TLS-14 only static RSA with GCM", rsa, []string{"-tls1_2", "-cipher", "AES256-GCM-SHA384"}, today, "", 0, 0, "tls-no-shared-cipher"},
		{"CF-TLS-14 only static RSA with CBC and SHA-256", rsa, []string{"-tls1_2", "-cipher", "AES256-SHA256"}, today, "", 0, 0, "tls-no-shared-cipher"},
		{"CF-TLS-15 only CCM", ecdsa, []string{"-tls1_2", "-cipher", "ECDHE-ECDSA-AES256-CCM"}, today, "", 0, 0, "tls-no-shared-cipher"},
		{"CF-TLS-15 only ARIA", rsa, []string{"-tls1_2", "-cipher", "ECDHE-ARIA256-GCM-SHA384"}, today, "", 0, 0, "tls-no-shared-cipher"},
		{"CF-TLS-15 only Camellia", rsa, []string{"-tls1_2", "-cipher", "CAMELLIA256-SHA"}, today, "", 0, 0, "tls-no-shared-cipher"},
		{"CF-TLS-15 only PSK", rsa, []string{"-tls1_2", "-cipher", "PSK-AES256-GCM-SHA384", "-psk", "0102", "-nocert"}, today, "", 0, 0, "tls-no-shared-cipher"},
		{"CF-TLS-17 only P-521", rsa, []string{"-tls1_2", "-groups", "P-521", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"}, today, "", 0, 0, "tls-no-shared-curve"},
		{"CF-TLS-17 only X448", rsa, []string{"-tls1_2", "-groups", "X448", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256"}, today, "", 0, 0, "tls-no-shared-curve"},
		{"CF-TLS-17 P-521, but static RSA too", rsa, []string{"-tls1_2", "-groups", "P-521", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:AES128-SHA"}, today, std, tls12, 0x002F, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client := s.client(t, peers.OpenSSL(t, row.cert, s.dir, row.args...))
			t.Cleanup(func() { client.Close() })
			conn, a := client.Connect(t.Context(), tlsTarget(row.versions...))
			if conn != nil {
				conn.Close()
			}
			if got := causeName(a.Cause); got != row.cause {
				t.Fatalf("cause %v, want %q", a.Cause, row.cause)
			}
			if row.cause != "" {
				return
			}
			h := a.Handshake
			if h.Road != row.road || h.Version != row.version || row.suite != 0 && h.CipherSuite != row.suite || (h.Why != "") != (row.road == old) {
				t.Errorf("got road %s (%s), version %x, suite %x", h.Road, h.Why, h.Version, h.CipherSuite)
			}
		})
	}
}

func causeName(c *policy.Cause) policy.CauseName {
	if c == nil {
		return ""
	}
	return c.Name
}

// TestRoadIsRemembered: the second connection to a legacy origin uses the legacy client at
// once, and a refusal is scanned once.
func TestRoadIsRemembered(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	rsa := s.leaf(t, pki.RSA2048)
	client := s.client(t, peers.OpenSSL(t, rsa, s.dir, "-tls1_2", "-cipher", "ECDHE-RSA-AES256-SHA384"))
	t.Cleanup(func() { client.Close() })
	for _, why := range []string{"crypto/tls, which lacks", "this origin was reached"} {
		conn, a := client.Connect(t.Context(), tlsTarget(policy.VersionTLS12, policy.VersionTLS13))
		if a.Cause != nil {
			t.Fatal(a.Cause)
		}
		conn.Close()
		if a.Handshake.Road != "internal/tlslegacy" || len(a.Handshake.Why) < len(why) || a.Handshake.Why[:len(why)] != why {
			t.Errorf("road %s, %q", a.Handshake.Road, a.Handshake.Why)
		}
	}
	refusing := s.client(t, peers.OpenSSL(t, rsa, s.dir, "-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"))
	t.Cleanup(func() { refusing.Close() })
	var first *originconn.Explanation
	for range 2 {
		_, a := refusing.Connect(t.Context(), tlsTarget(policy.VersionTLS12))
		if a.Explanation == nil || first != nil && a.Explanation != first {
			t.Errorf("explanation %p, the first was %p", a.Explanation, first)
		}
		first = a.Explanation
	}
	if name, _, report := first.Result(); name != policy.CauseTLSNoSharedCipher || report == nil || report.Connections == 0 {
		t.Errorf("result %s, %+v", name, report)
	}
}

// TestRenegotiation proves CF-TLS-22 on both roads: an OpenSSL server that asks
// for a new handshake once it has the request.
func TestRenegotiation(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	rsa := s.leaf(t, pki.RSA2048)
	for road, cipher := range map[string]string{
		"crypto/tls":         "ECDHE-RSA-AES128-GCM-SHA256",
		"internal/tlslegacy": "ECDHE-RSA-AES256-SHA384",
	} {
		t.Run(road, func(t *testing.T) {
			t.Parallel()
			peers.Need(t, "openssl")
			command := exec.Command("openssl", "s_server", "-accept", "127.0.0.1:0", "-tls1_2", "-sigalgs", "RSA+SHA256", "-cipher", cipher, "-cert", rsa.Leaf, "-key", rsa.Key)
			keyboard, err := command.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			server := peers.Start(t, command)
			var address string
			server.AwaitReady(t, "listening", func() bool {
				_, after, ok := strings.Cut(server.Output(), "ACCEPT ")
				address, _, _ = strings.Cut(after, "\n")
				return ok && address != ""
			})
			client := s.client(t, strings.TrimSpace(address))
			t.Cleanup(func() { client.Close() })
			done := make(chan *originconn.Result, 1)
			go func() { done <- client.Do(t.Context(), tlsTarget(policy.VersionTLS12), get()) }()
			peers.Await(t, "the request at the origin", func() bool { return strings.Contains(server.Output(), "GET / HTTP/1.1") })
			// The legacy client answers a first request with a warning, as the RFC
			// has it; s_server asks again at each "r".
			for {
				io.WriteString(keyboard, "r\n")
				select {
				case result := <-done:
					checkCause(t, result.Cause, policy.CauseTLSHandshakeFailure, "CF-TLS-22")
					if got := result.Attempts[0].Handshake.Road; got != road {
						t.Errorf("road %s", got)
					}
					return
				case <-time.After(50 * time.Millisecond):
				}
			}
		})
	}
}

// TestManyNames: a viewer that forwards ever new Hosts to an origin that refuses them does
// not fill the memory, and starts only a few scans of it at a time.
func TestManyNames(t *testing.T) {
	t.Parallel()
	refuse := []byte{21, 3, 3, 0, 2, 2, 40} // alert handshake_failure
	client := conntest.Watch(t, &originconn.Client{
		Resolver: static{}, ExplainWithin: -1,
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			here, there := net.Pipe()
			go func() {
				defer there.Close()
				there.Read(make([]byte, 4<<10))
				there.Write(refuse)
			}()
			return here, nil
		},
	})
	for i := range originconn.TestOnlyMaxNotes + 200 {
		target := tlsTarget(policy.VersionTLS12)
		target.SNI = fmt.Sprintf("viewer-%d.example", i)
		_, a := client.Connect(t.Context(), target)
		checkCause(t, a.Cause, policy.CauseTLSHandshakeFailure, "CF-ERR-01")
		if targets, scans := client.TestOnlyNotes(); targets > originconn.TestOnlyMaxNotes || scans > originconn.TestOnlyMaxScans {
			t.Fatalf("after %d names %d are remembered and %d scans run", i+1, targets, scans)
		}
	}
	client.Close()
	if _, scans := client.TestOnlyNotes(); scans != 0 {
		t.Errorf("%d scans run after Close", scans)
	}
}
