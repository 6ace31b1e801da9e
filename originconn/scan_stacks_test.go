package originconn_test

import (
	"crypto/tls"
	"net"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// TestScanNginx scans an nginx as installed, including its thirty suites in two versions,
// and one with a virtual host for a name.
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
	t.Run("as installed, in two versions", func(t *testing.T) {
		t.Parallel()
		client, n := counted(t, nginxOrigin(t, "ssl_protocols TLSv1.2 TLSv1.3;"), 0)
		r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
		if err != nil {
			t.Fatal(err)
		}
		v := r.Version(policy.VersionTLS12)
		if n.count() > 40 || !r.Complete() || !v.SuitesComplete || !v.GroupsComplete || !v.SignaturesComplete {
			t.Errorf("%d connections, %q, %+v", n.count(), r.Limits, v)
		}
		if len(v.Suites) < 20 {
			t.Errorf("%d suites", len(v.Suites))
		}
	})
	t.Run("CF-TLS-23 a host by its name alone", func(t *testing.T) {
		t.Parallel()
		all := scanCertificates{t}
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
			row.want.check(t, gnutls(t, scanCertificates{t}.Get("good-rsa"), row.priority))
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

// TestScanCryptoTLS scans the server of crypto/tls, which has its own order for suites and
// groups and follows the client's for signatures.
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

// TestScanClientCertificate: a server's request for a certificate is detected, also in TLS
// 1.3, where it is encrypted (CF-MTLS-08).
func TestScanClientCertificate(t *testing.T) {
	t.Parallel()
	for _, version := range []string{"-tls1_2", "-tls1_3"} {
		t.Run(version, func(t *testing.T) {
			t.Parallel()
			all := scanCertificates{t}
			address := peers.OpenSSL(t, all.Get("good-rsa"), t.TempDir(), version, "-cipher", "ECDHE+AESGCM", "-Verify", "1")
			client, _ := counted(t, address, 0)
			r, err := client.Scan(t.Context(), scanTarget(), originconn.ScanOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if !r.ClientCertificateRequested {
				t.Error("the request was not seen")
			}
		})
	}
}
