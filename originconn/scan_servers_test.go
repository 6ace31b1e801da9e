package originconn_test

import (
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

var noon = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// scanTarget is an origin with the protocols that the console suggests.
func scanTarget() originconn.Target {
	t := defaults()
	t.Host, t.Port, t.TLS, t.SNI, t.ConnectTimeout = "origin.example", 443, true, peers.Domain("good-rsa"), 5*time.Second
	t.Offer = policy.OfferFor([]distribution.SSLProtocol{"TLSv1.2"}, policy.CurrentSnapshot())
	return t
}

var scanCertificatesOnce = sync.OnceValues(func() (*peers.Certificates, error) {
	dir, err := os.MkdirTemp("", "edgesim-scan")
	if err != nil {
		return nil, err
	}
	return peers.MakeCertificates(dir)
})

// scanCertificates makes the certificates of the servers, once.
func scanCertificates(t testing.TB) *peers.Certificates {
	t.Helper()
	peers.Need(t, "openssl")
	c, err := scanCertificatesOnce()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// found is what a scan is expected to find, in names, so that a row reads like
// the configuration of the server. It leaves out what a version does not have.
type found struct {
	versions   string
	suites     string // of the newest version up to TLS 1.2, or of TLS 1.3 alone
	preference string
	groups     string
	signatures string // those that CloudFront lists, of TLS 1.2
	keys       string
	cause      policy.CauseName
}

// check scans a server within the default limits and compares. The order of the
// suites counts where it is the server's.
func (want found) check(t *testing.T, address string) *originconn.ScanReport {
	t.Helper()
	client, n := counted(t, address, 0)
	r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if opened := n.count(); opened != r.Connections || opened > 40 {
		t.Errorf("%d connections, reported %d", opened, r.Connections)
	}
	if !r.Complete() {
		t.Errorf("cut short: %q", r.Limits)
	}
	var got found
	var names []string
	for _, version := range r.Spoken() {
		names = append(names, tlswire.VersionName(version))
	}
	got.versions = strings.Join(names, " ")
	v := r.Version(policy.VersionTLS13)
	for _, version := range []uint16{policy.VersionTLS10, policy.VersionTLS11, policy.VersionTLS12} {
		if older := r.Version(version); older != nil {
			v = older
		}
	}
	if v == nil {
		t.Fatalf("no version: %+v", r)
	}
	if !v.SuitesComplete || !v.GroupsComplete || v.Version == policy.VersionTLS12 && !v.SignaturesComplete {
		t.Errorf("not complete: suites %v, groups %v, signatures %v", v.SuitesComplete, v.GroupsComplete, v.SignaturesComplete)
	}
	got.suites, got.groups, got.preference = opensslNames(v.SuiteNames, v.Preference == originconn.PreferenceServer), sorted(v.GroupNames), v.Preference
	if len(v.Suites) == len(strings.Fields(want.suites)) && v.Preference != originconn.PreferenceServer {
		want.suites = sorted(strings.Fields(want.suites))
	}
	shared := r.Shared(scanTarget().Offer)
	got.signatures = hex(shared.Signatures)
	var keys []string
	for _, chain := range r.Certificates {
		if chain.SNI == r.SNI {
			keys = append(keys, fmt.Sprintf("%s/%d", chain.KeyType, len(chain.Chain)))
		}
	}
	got.keys = strings.Join(keys, " ")
	got.cause, _ = r.Explain(scanTarget().Offer)
	want.groups = sorted(strings.Fields(want.groups))
	if got != want {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	return r
}

func sorted(list []string) string {
	list = slices.Clone(list)
	slices.Sort(list)
	return strings.Join(list, " ")
}

// opensslNames shortens IANA's names as far as rows need.
func opensslNames(names []string, ordered bool) string {
	short := make([]string, len(names))
	for i, name := range names {
		short[i] = strings.TrimPrefix(strings.Replace(name, "_WITH", "", 1), "TLS_")
	}
	if !ordered {
		return sorted(short)
	}
	return strings.Join(short, " ")
}

func hex(list []uint16) string {
	var out []string
	for _, v := range list {
		out = append(out, fmt.Sprintf("%04x", v))
	}
	return strings.Join(out, " ")
}

const (
	openSSLGroups   = "X25519 prime256v1 X448 secp521r1 secp384r1"
	openSSLGroups13 = openSSLGroups + " ffdhe2048 ffdhe3072 ffdhe4096 ffdhe6144 ffdhe8192"
	pkcs1Schemes    = "0401 0501 0601 0301"
	ecdsaSchemes    = "0403 0503 0603 0303"
)

// TestScanOpenSSL scans servers of OpenSSL and compares with how each was
// configured.
func TestScanOpenSSL(t *testing.T) {
	t.Parallel()
	both := []string{"-dcert", "", "-dkey", ""}
	for _, row := range []struct {
		name        string
		certificate string
		args        []string
		want        found
	}{
		{"one suite", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-SHA256"},
			found{"TLSv1.2", "ECDHE_RSA_AES_128_CBC_SHA256", "", openSSLGroups, pkcs1Schemes, "RSA/3", ""}},
		{"CF-TLS-12 only ChaCha20", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE-RSA-CHACHA20-POLY1305"},
			found{"TLSv1.2", "ECDHE_RSA_CHACHA20_POLY1305_SHA256", "", openSSLGroups, pkcs1Schemes, "RSA/3", "tls-no-shared-cipher"}},
		{"CF-TLS-13 only DHE", "good-rsa", []string{"-tls1_2", "-cipher", "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-SHA"},
			found{"TLSv1.2", "DHE_RSA_AES_128_GCM_SHA256 DHE_RSA_AES_256_CBC_SHA", "client", "", pkcs1Schemes, "RSA/3", "tls-no-shared-cipher"}},
		{"CF-TLS-14 only static RSA, with GCM and SHA-256", "good-rsa", []string{"-tls1_2", "-cipher", "AES256-GCM-SHA384:AES128-SHA256"},
			found{"TLSv1.2", "RSA_AES_256_GCM_SHA384 RSA_AES_128_CBC_SHA256", "client", "", "", "RSA/3", "tls-no-shared-cipher"}},
		{"CF-TLS-15 only CCM", "good-ecdsa", []string{"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-CCM:ECDHE-ECDSA-AES256-CCM8"},
			found{"TLSv1.2", "ECDHE_ECDSA_AES_128_CCM ECDHE_ECDSA_AES_256_CCM_8", "client", openSSLGroups, ecdsaSchemes, "ECDSA/3", "tls-no-shared-cipher"}},
		{"CF-TLS-15 only ARIA and Camellia", "good-rsa", []string{"-tls1_2", "-cipher", "ARIA128-GCM-SHA256:ECDHE-RSA-CAMELLIA128-SHA256"},
			found{"TLSv1.2", "RSA_ARIA_128_GCM_SHA256 ECDHE_RSA_CAMELLIA_128_CBC_SHA256", "client", openSSLGroups, pkcs1Schemes, "RSA/3", "tls-no-shared-cipher"}},
		{"CF-TLS-15 only PSK", "", []string{"-tls1_2", "-psk", "00ff", "-cipher", "PSK-AES128-CBC-SHA256"},
			found{"TLSv1.2", "PSK_AES_128_CBC_SHA256", "", "", "", "", "tls-no-shared-cipher"}},
		{"CF-TLS-16 only P-384", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256", "-curves", "P-384"},
			found{"TLSv1.2", "ECDHE_RSA_AES_128_GCM_SHA256", "", "secp384r1", pkcs1Schemes, "RSA/3", ""}},
		{"CF-TLS-17 only P-521", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE+AESGCM", "-curves", "P-521"},
			found{"TLSv1.2", "ECDHE_RSA_AES_256_GCM_SHA384 ECDHE_RSA_AES_128_GCM_SHA256", "client", "secp521r1", pkcs1Schemes, "RSA/3", "tls-no-shared-curve"}},
		{"CF-TLS-17 only X448, with an ECDSA certificate", "good-ecdsa", []string{"-tls1_2", "-cipher", "ECDHE+AESGCM", "-curves", "X448:P-256"},
			found{"TLSv1.2", "ECDHE_ECDSA_AES_256_GCM_SHA384 ECDHE_ECDSA_AES_128_GCM_SHA256", "client", "X448 prime256v1", ecdsaSchemes, "ECDSA/3", ""}},
		{"CF-TLS-17 a key on P-521", "p521", []string{"-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"},
			found{"TLSv1.2", "ECDHE_ECDSA_AES_128_GCM_SHA256", "", openSSLGroups, ecdsaSchemes, "ECDSA/3", "tls-no-shared-curve"}},
		{"CF-TLS-20 only SHA-1", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0", "-sigalgs", "RSA+SHA1"},
			found{"TLSv1.2", "ECDHE_RSA_AES_128_GCM_SHA256", "", openSSLGroups, "0201", "RSA/3", ""}},
		{"CF-TLS-21 only PSS", "good-rsa", []string{"-tls1_2", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256", "-sigalgs", "rsa_pss_rsae_sha256"},
			found{"TLSv1.2", "ECDHE_RSA_AES_128_GCM_SHA256", "", openSSLGroups, "", "RSA/3", "tls-handshake-failure"}},
		{"the server's order", "good-rsa", []string{"-tls1_2", "-serverpref", "-cipher", "AES128-SHA:ECDHE-RSA-AES128-GCM-SHA256:AES256-GCM-SHA384"},
			found{"TLSv1.2", "RSA_AES_128_CBC_SHA ECDHE_RSA_AES_128_GCM_SHA256 RSA_AES_256_GCM_SHA384", "server", openSSLGroups, pkcs1Schemes, "RSA/3", ""}},
		{"the server's order, mostly curves", "good-rsa", []string{"-tls1_2", "-serverpref", "-cipher", "ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-GCM-SHA384:AES256-SHA"},
			found{"TLSv1.2", "ECDHE_RSA_AES_128_CBC_SHA ECDHE_RSA_AES_256_GCM_SHA384 RSA_AES_256_CBC_SHA", "server", openSSLGroups, pkcs1Schemes, "RSA/3", ""}},
		{"CF-TLS-07 only TLS 1.3", "good-rsa", []string{"-tls1_3"},
			found{"TLSv1.3", "AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256", "client", openSSLGroups13, "", "RSA/3", ""}},
		{"TLS 1.3, its order, with CCM", "good-ecdsa", []string{"-tls1_3", "-serverpref", "-ciphersuites", "TLS_AES_128_CCM_SHA256:TLS_AES_128_GCM_SHA256"},
			found{"TLSv1.3", "AES_128_CCM_SHA256 AES_128_GCM_SHA256", "server", openSSLGroups13, "", "ECDSA/3", ""}},
		{"CF-TLS-17 TLS 1.3 with P-521 alone", "good-rsa", []string{"-tls1_3", "-curves", "P-521"},
			found{"TLSv1.3", "AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256", "client", "secp521r1", "", "RSA/3", "tls-no-shared-curve"}},
		{"two certificates, TLS 1.2", "good-rsa", append(slices.Clone(both), "-tls1_2", "-cipher", "ECDHE+AESGCM"),
			found{"TLSv1.2", "ECDHE_ECDSA_AES_256_GCM_SHA384 ECDHE_RSA_AES_256_GCM_SHA384 ECDHE_ECDSA_AES_128_GCM_SHA256 ECDHE_RSA_AES_128_GCM_SHA256",
				"client", openSSLGroups, pkcs1Schemes + " " + ecdsaSchemes, "ECDSA/1 RSA/3", ""}},
		{"two certificates, the server's order", "good-rsa", append(slices.Clone(both), "-tls1_2", "-serverpref", "-cipher", "ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256"),
			found{"TLSv1.2", "ECDHE_RSA_AES_128_GCM_SHA256 ECDHE_ECDSA_AES_128_GCM_SHA256", "server", openSSLGroups, pkcs1Schemes + " " + ecdsaSchemes, "ECDSA/1 RSA/3", ""}},
		{"two certificates, TLS 1.3", "good-rsa", append(slices.Clone(both), "-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"),
			found{"TLSv1.3", "AES_128_GCM_SHA256", "", openSSLGroups13, "", "ECDSA/1 RSA/3", ""}},
		{"CF-TLS-06 TLS 1.0 and 1.1 alone", "good-rsa", []string{"-no_tls1_2", "-no_tls1_3", "-cipher", "ECDHE-RSA-AES128-SHA:AES256-SHA:@SECLEVEL=0"},
			found{"TLSv1.1 TLSv1", "ECDHE_RSA_AES_128_CBC_SHA RSA_AES_256_CBC_SHA", "client", openSSLGroups, "", "RSA/3", "tls-protocol-mismatch"}},
		{"CF-TLS-06 TLS 1.0 alone", "good-rsa", []string{"-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"},
			found{"TLSv1", "RSA_AES_128_CBC_SHA", "", "", "", "RSA/3", "tls-protocol-mismatch"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			all := scanCertificates(t)
			args := slices.Clone(row.args)
			if args[0] == "-dcert" {
				args[1], args[3] = all.Get("good-ecdsa").Leaf, all.Get("good-ecdsa").Key
			}
			certificate := all.Get("good-rsa")
			if row.certificate != "" {
				certificate = all.Get(row.certificate)
			} else {
				args = append(args, "-nocert")
			}
			row.want.check(t, peers.OpenSSL(t, certificate, t.TempDir(), args...))
		})
	}
}

// TestScanNginx scans an nginx as it is installed, its thirty suites in two
// versions included, and one with a virtual host for a name.
func TestScanNginx(t *testing.T) {
	t.Parallel()
	for _, preferring := range []string{"off", "on"} {
		t.Run("ssl_prefer_server_ciphers "+preferring, func(t *testing.T) {
			t.Parallel()
			address := nginxOrigin(t, "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20:ECDHE+AES:RSA+AES128; ssl_prefer_server_ciphers "+preferring+";")
			client, n := counted(t, address, 0)
			r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if n.count() > 40 || !r.Complete() {
				t.Errorf("%d connections, %q", n.count(), r.Limits)
			}
			if got := r.Shared(scanTarget().Offer); len(got.Versions) != 2 || len(got.Suites) != 3+6+1 || len(got.Groups) != 3 {
				t.Errorf("shared: %+v", got)
			}
			want := map[string]string{"off": "client", "on": "server"}[preferring]
			if got := r.Version(policy.VersionTLS12).Preference; got != want {
				t.Errorf("preference %q, want %q", got, want)
			}
			if !r.SessionTickets || !r.SecureRenegotiation || r.Compression || r.ClientCertificateRequested {
				t.Errorf("facts: %+v", r)
			}
		})
	}
	t.Run("CF-TLS-23 a host by its name alone", func(t *testing.T) {
		t.Parallel()
		all := scanCertificates(t)
		rsa, ecdsa := all.Get("good-rsa"), all.Get("good-ecdsa")
		server := peers.Nginx(t, `ssl_protocols TLSv1.2;
			server { listen {{address "tls"}} ssl default_server; ssl_certificate `+ecdsa.Chain+`; ssl_certificate_key `+ecdsa.Key+`; ssl_verify_client optional_no_ca; return 200 ok; }
			server { listen {{address "tls"}} ssl; server_name `+peers.Domain("good-rsa")+`; ssl_ciphers ECDHE-RSA-AES128-GCM-SHA256; ssl_certificate `+rsa.Chain+`; ssl_certificate_key `+rsa.Key+`; return 200 ok; }
			server { listen {{address "strict"}} ssl default_server; ssl_reject_handshake on; }
			server { listen {{address "strict"}} ssl; server_name `+peers.Domain("good-rsa")+`; ssl_certificate `+rsa.Chain+`; ssl_certificate_key `+rsa.Key+`; return 200 ok; }`)
		client, _ := counted(t, server.Address("tls"), 0)
		r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(r.Certificates); got != 3 || r.Certificates[0].KeyType != "RSA" || r.Certificates[1].KeyType != "ECDSA" {
			t.Errorf("%d chains, the first of %s", got, r.Certificates[0].KeyType)
		}
		if got := r.Version(policy.VersionTLS12).Suites; !slices.Equal(got, []uint16{0xc02f}) {
			t.Errorf("suites %#x: those of another host are among them", got)
		}
		client, _ = counted(t, server.Address("strict"), 0)
		r, err = client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for name, got := range map[string]originconn.NameAnswer{"without a name": r.WithoutSNI, "a wrong name": r.WrongSNI} {
			if !got.Asked || got.Accepted || got.Alert == nil || got.Alert.Description != 112 {
				t.Errorf("%s: %+v", name, got)
			}
		}
	})
}

// TestScanGnuTLS scans a stack of another family, with suites that OpenSSL does
// not have (CF-TLS-15).
func TestScanGnuTLS(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, priority string
		want           found
	}{
		{"3DES, RC4 and CBC", "NONE:+VERS-TLS1.2:+RSA:+3DES-CBC:+ARCFOUR-128:+MD5:+SHA1:+COMP-NULL:+SIGN-ALL:+GROUP-ALL:+CTYPE-X509",
			found{"TLSv1.2", "RSA_3DES_EDE_CBC_SHA RSA_RC4_128_MD5 RSA_RC4_128_SHA", "client", "", "", "RSA/3", ""}},
		{"Camellia with GCM", "NONE:+VERS-TLS1.2:+ECDHE-RSA:+CAMELLIA-128-GCM:+AEAD:+COMP-NULL:+SIGN-RSA-SHA256:+GROUP-SECP256R1:+CTYPE-X509",
			found{"TLSv1.2", "ECDHE_RSA_CAMELLIA_128_GCM_SHA256", "", "prime256v1", "0401", "RSA/3", "tls-no-shared-cipher"}},
		{"TLS 1.3", "NONE:+VERS-TLS1.3:+AES-128-GCM:+CHACHA20-POLY1305:+AEAD:+COMP-NULL:+SIGN-ALL:+GROUP-X25519:+GROUP-SECP521R1:+CTYPE-X509",
			found{"TLSv1.3", "AES_128_GCM_SHA256 CHACHA20_POLY1305_SHA256", "client", "X25519 secp521r1", "", "RSA/3", ""}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.want.check(t, gnutls(t, scanCertificates(t).Get("good-rsa"), row.priority))
		})
	}
}

// gnutls starts a gnutls-serv. It cannot choose a port itself, so a free one is
// found for it, and another one where that was taken in between.
func gnutls(t *testing.T, c peers.Certificate, priority string) string {
	t.Helper()
	peers.Need(t, "gnutls-serv")
	for range 5 {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address := ln.Addr().String()
		ln.Close()
		_, port, _ := net.SplitHostPort(address)
		p := peers.Start(t, exec.Command("gnutls-serv", "--port", port, "--x509certfile", c.Chain, "--x509keyfile", c.Key, "--priority", priority, "--http"))
		peers.Await(t, "gnutls-serv to listen or to give up", func() bool {
			return p.Ended() || strings.Contains(p.Output(), "listening on") && strings.Contains(p.Output(), "done")
		})
		if !p.Ended() {
			return address
		}
	}
	t.Fatal("gnutls-serv finds no port")
	return ""
}

// TestScanCryptoTLS scans the server of crypto/tls, which has an order of its
// own for suites and groups and follows the client's for signatures.
func TestScanCryptoTLS(t *testing.T) {
	t.Parallel()
	leaf, err := pki.SelfSign(pki.Template{CommonName: "o.example", NotBefore: noon, NotAfter: noon.AddDate(1, 0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		config *tls.Config
		want   found
	}{
		{"TLS 1.2", &tls.Config{
			MaxVersion: tls.VersionTLS12, CurvePreferences: []tls.CurveID{tls.CurveP256, tls.CurveP384},
			CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA},
		}, found{"TLSv1.2", "ECDHE_ECDSA_AES_128_GCM_SHA256 ECDHE_ECDSA_AES_128_CBC_SHA", "server", "prime256v1 secp384r1", "0403 0503 0603", "ECDSA/1", ""}},
		{"TLS 1.3 with a hybrid group", &tls.Config{
			MinVersion: tls.VersionTLS13, CurvePreferences: []tls.CurveID{tls.X25519MLKEM768, tls.CurveP384},
		}, found{"TLSv1.3", "AES_128_GCM_SHA256 AES_256_GCM_SHA384 CHACHA20_POLY1305_SHA256", "server", "X25519MLKEM768 secp384r1", "", "ECDSA/1", ""}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.config.Certificates = []tls.Certificate{pki.TLS(leaf)}
			ln, err := tls.Listen("tcp", "127.0.0.1:0", row.config)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { ln.Close() })
			go shakeHandsForever(ln)
			row.want.check(t, ln.Addr().String())
		})
	}
}

// shakeHandsForever serves until the listener is closed.
func shakeHandsForever(ln net.Listener) {
	for {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		go func() {
			conn.(*tls.Conn).Handshake()
			conn.Close()
		}()
	}
}
