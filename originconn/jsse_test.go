package originconn_test

import (
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/peers"
	"github.com/edgesim/edgesim/internal/pki"
	"github.com/edgesim/edgesim/policy"
)

// oldOrigin is an origin that speaks one protocol with one suite only.
type oldOrigin struct {
	name            string
	protocol, suite string // as JSSE spells them
	allowed         []distribution.SSLProtocol
	// want is what the client must see; a version of 0 is a refusal.
	road    string
	version uint16
	id      uint16
	cause   policy.CauseName
}

var (
	onlySSLv3  = []distribution.SSLProtocol{distribution.SSLv3}
	everyTLS   = []distribution.SSLProtocol{distribution.TLSv1, distribution.TLSv11, distribution.TLSv12}
	everything = append([]distribution.SSLProtocol{distribution.SSLv3}, everyTLS...)
)

const (
	rc4MD5  = "SSL_RSA_WITH_RC4_128_MD5"
	des3SHA = "SSL_RSA_WITH_3DES_EDE_CBC_SHA"
	aes128  = "TLS_RSA_WITH_AES_128_CBC_SHA"
	std     = "crypto/tls"
	legacy  = "internal/tlslegacy"
)

// oldOrigins have no SSLv3 origin under a set with TLSv1: after a hello of that, JSSE in SSLv3 expects
// the key exchange in the form of the hello's version and gives up.
var oldOrigins = []oldOrigin{
	{"CF-TLS-04 SSLv3, RC4-MD5", "SSLv3", rc4MD5, onlySSLv3, legacy, policy.VersionSSL30, 0x0004, ""},
	{"CF-TLS-04 SSLv3, 3DES", "SSLv3", des3SHA, onlySSLv3, legacy, policy.VersionSSL30, 0x000A, ""},
	{"CF-TLS-04 SSLv3, AES-128", "SSLv3", aes128, onlySSLv3, legacy, policy.VersionSSL30, 0x002F, ""},
	{"CF-TLS-06 SSLv3, not allowed", "SSLv3", aes128, everyTLS, "", 0, 0, "tls-protocol-mismatch"},
	{"CF-TLS-04 TLS, but only SSLv3 is allowed", "TLSv1", aes128, onlySSLv3, "", 0, 0, "tls-protocol-mismatch"},
	{"CF-TLS-10 RC4-MD5 in TLSv1", "TLSv1", rc4MD5, everyTLS, legacy, policy.VersionTLS10, 0x0004, ""},
	{"CF-TLS-10 RC4-MD5 in TLSv1.1", "TLSv1.1", rc4MD5, everyTLS, legacy, policy.VersionTLS11, 0x0004, ""},
	{"CF-TLS-10 RC4-MD5 in TLSv1.2", "TLSv1.2", rc4MD5, everyTLS, legacy, policy.VersionTLS12, 0x0004, ""},
	{"CF-TLS-10 RC4-MD5 in TLSv1.2, the usual set", "TLSv1.2", rc4MD5, everyTLS[2:], legacy, policy.VersionTLS12, 0x0004, ""},
	// crypto/tls still has 3DES, if it is asked for by name.
	{"CF-TLS-10 3DES in TLSv1", "TLSv1", des3SHA, everyTLS, std, policy.VersionTLS10, 0x000A, ""},
	{"CF-TLS-10 3DES in TLSv1.1", "TLSv1.1", des3SHA, everyTLS, std, policy.VersionTLS11, 0x000A, ""},
	{"CF-TLS-10 3DES in TLSv1.2", "TLSv1.2", des3SHA, everyTLS, std, policy.VersionTLS12, 0x000A, ""},
	{"CF-TLS-03 TLSv1.1, all allowed", "TLSv1.1", rc4MD5, everything, legacy, policy.VersionTLS11, 0x0004, ""},
	{"CF-TLS-11 RC4-SHA, which is not listed", "TLSv1.2", "SSL_RSA_WITH_RC4_128_SHA", everyTLS, "", 0, 0, "tls-no-shared-cipher"},
}

// TestJSSE gets responses from origins that only a JVM still imitates, with the configured
// OriginSslProtocols and the current list.
func TestJSSE(t *testing.T) {
	t.Parallel()
	peers.Need(t, "javac")
	s := newShop(t)
	leaf := s.leaf(t, pki.RSA2048)
	args := []string{"-XX:TieredStopAtLevel=1", "-Xshare:auto", "testdata/Origins.java", leaf.Leaf, leaf.Key}
	for _, o := range oldOrigins {
		args = append(args, o.protocol+"/"+o.suite)
	}
	jvm := peers.Start(t, exec.Command("java", args...))
	var ports []string
	jvm.AwaitReady(t, "printing its ports", func() bool {
		_, after, ok := strings.Cut(jvm.Output(), "PORTS ")
		line, _, whole := strings.Cut(after, "\n")
		ports = strings.Fields(line)
		return ok && whole
	})
	// The subtests end before the JVM does.
	t.Run("origin", func(t *testing.T) {
		for i, o := range oldOrigins {
			t.Run(o.name, func(t *testing.T) {
				t.Parallel()
				o.check(t, s, "127.0.0.1:"+ports[i])
			})
		}
	})
}

// check makes two requests: the second one goes over the kept connection.
func (o oldOrigin) check(t *testing.T, s *shop, address string) {
	client := s.client(t, address)
	t.Cleanup(func() { client.Close() })
	target := tlsTarget()
	target.Offer = policy.OfferFor(o.allowed, policy.CurrentSnapshot())
	for round := range 2 {
		result := client.Do(t.Context(), target, get())
		if got := causeName(result.Cause); got != o.cause {
			t.Fatalf("cause %v, want %q", result.Cause, o.cause)
		}
		if o.cause != "" {
			return
		}
		body, err := io.ReadAll(result.Response.Body)
		result.Response.Body.Close()
		if want := o.protocol + " " + o.suite; err != nil || result.Response.Status != 200 || string(body) != want {
			t.Errorf("status %d, the origin says %q, %v; want %q", result.Response.Status, body, err, want)
		}
		a := result.Attempts[0]
		if h := a.Handshake; h.Road != o.road || h.Version != o.version || h.CipherSuite != o.id || (h.Why != "") != (o.road == legacy) {
			t.Errorf("road %s (%s), version %x, suite %04x", h.Road, h.Why, h.Version, h.CipherSuite)
		}
		if a.Reused != (round == 1) {
			t.Errorf("round %d: reused %t", round, a.Reused)
		}
	}
}
