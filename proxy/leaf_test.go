package proxy_test

import (
	"crypto/ecdsa"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/edgesim/edgesim/proxy"
)

// handshake makes a TLS connection and returns the certificate it was shown.
func handshake(t testing.TB, c net.Conn, ca *proxy.CA, sni string) (*x509.Certificate, error) {
	t.Helper()
	defer c.Close()
	config := &tls.Config{ServerName: sni, MinVersion: tls.VersionTLS12, InsecureSkipVerify: true} // verified by the test
	conn := tls.Client(c, config)
	if err := conn.Handshake(); err != nil {
		return nil, err
	}
	return conn.ConnectionState().PeerCertificates[0], nil
}

// TestCertificateNames: the certificate that a viewer gets for the name it asks for.
func TestCertificateNames(t *testing.T) {
	t.Parallel()
	s := start(t, proxy.Config{Serve: echoHost})
	long := strings.Repeat("a", 63) + "." + strings.Repeat("b", 63) + ".example"
	tests := []struct {
		name, sni, connect string
		want               []string // the names it is good for
	}{
		{"SNI", "a.example", "", []string{"a.example"}},
		{"SNI in capitals", "A.EXAMPLE", "", []string{"a.example"}},
		{"SNI with underscore", "_a.example", "", []string{"_a.example"}},
		{"longer than a CN", long, "", []string{long}},
		{"none", "", "", []string{"localhost", "127.0.0.1", "[::1]"}},
		{"localhost", "localhost", "", []string{"localhost"}},
		{"none in a tunnel", "", "b.example:443", []string{"b.example"}},
		{"none in a tunnel to an address", "", "192.0.2.7:443", []string{"192.0.2.7"}},
		{"none in a tunnel to an IPv6 address", "", "[2001:db8::1]:443", []string{"[2001:db8::1]"}},
		{"SNI in a tunnel", "c.example", "b.example:443", []string{"c.example"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := dial(t, s.https)
			if test.connect != "" {
				c = dial(t, s.http)
				tunnel(t, c, test.connect)
			}
			cert, err := handshake(t, c, s.CA(), test.sni)
			must(t, err)
			for _, name := range test.want {
				if _, err := cert.Verify(x509.VerifyOptions{Roots: s.CA().Pool(), DNSName: name}); err != nil {
					t.Errorf("%q: %v", name, err)
				}
			}
			if got := len(cert.DNSNames) + len(cert.IPAddresses); got != len(test.want) {
				t.Errorf("good for %v %v, want %v", cert.DNSNames, cert.IPAddresses, test.want)
			}
			if life := cert.NotAfter.Sub(cert.NotBefore); life > 397*24*time.Hour || len(cert.Subject.CommonName) > 64 {
				t.Errorf("valid for %v, CN %q", life, cert.Subject.CommonName)
			}
			if _, ok := cert.PublicKey.(*ecdsa.PublicKey); !ok {
				t.Errorf("key: got %T, want ECDSA", cert.PublicKey)
			}
		})
	}
}

// TestBadNames: no certificate is minted for anything but a host name.
func TestBadNames(t *testing.T) {
	t.Parallel()
	s := start(t, proxy.Config{Serve: echoHost})
	for _, name := range []string{"a b", "../../etc", "a..b", "-a.example", "*.example", "a\x00b", "ä.example", strings.Repeat("a", 64) + ".example", strings.Repeat("a.", 130) + "b"} {
		t.Run(fmt.Sprintf("%.20q", name), func(t *testing.T) {
			t.Parallel()
			_, err := handshake(t, dial(t, s.https), s.CA(), name)
			if err == nil || !strings.Contains(err.Error(), "unrecognized name") { // crypto/tls has no type for a remote alert
				t.Errorf("got %v, want the alert unrecognized_name", err)
			}
		})
	}
}

// TestMintedOnce: a hundred concurrent viewers get one certificate, which is replaced
// before it expires.
func TestMintedOnce(t *testing.T) {
	t.Parallel()
	var days atomic.Int64
	now := time.Now()
	s := start(t, proxy.Config{Serve: echoHost, Now: func() time.Time { return now.AddDate(0, 0, int(days.Load())) }})
	serial := func() string {
		cert, err := handshake(t, dial(t, s.https), s.CA(), "a.example")
		if err != nil {
			t.Error(err)
			return ""
		}
		return cert.SerialNumber.String()
	}
	serials := make([]string, 100)
	var wg sync.WaitGroup
	for i := range serials {
		wg.Go(func() { serials[i] = serial() })
	}
	wg.Wait()
	for _, got := range serials {
		if got != serials[0] {
			t.Fatalf("got different certificates")
		}
	}
	days.Store(88)
	if serial() != serials[0] {
		t.Error("replaced too early")
	}
	days.Store(90)
	if got := serial(); got == serials[0] || got != serial() {
		t.Error("want another certificate, once")
	}
}

// TestCacheIsBounded: the least recently used certificate goes first.
func TestCacheIsBounded(t *testing.T) {
	t.Parallel()
	ca, err := proxy.NewCA()
	must(t, err)
	tests := []struct {
		names     string
		wantFirst bool
	}{
		{"a b c", true},
		{"a b c d", false},
		{"a b c a d", true},
		{"a b c d e f g a", true},
	}
	for _, test := range tests {
		names := strings.Fields(test.names)
		held, hasFirst, err := proxy.CacheForTest(ca, 3, names...)
		must(t, err)
		if held != 3 || hasFirst != test.wantFirst {
			t.Errorf("%q: got %d held, first %v, want 3, %v", test.names, held, hasFirst, test.wantFirst)
		}
	}
}
