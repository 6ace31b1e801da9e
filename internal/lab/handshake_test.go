package lab_test

import (
	"crypto/tls"
	"testing"
)

// The alerts that these origins send.
const (
	handshakeFailure    = 40
	protocolVersion     = 70
	unrecognizedName    = 112
	certificateRequired = 116
)

// documentedOffer is what CloudFront offers an ECDSA origin in TLS 1.2, as far
// as crypto/tls has it (CF-TLS-09, CF-TLS-16).
func documentedOffer(config *tls.Config) {
	config.MaxVersion = tls.VersionTLS12
	config.CurvePreferences = []tls.CurveID{tls.CurveP256, tls.X25519, tls.CurveP384}
	config.CipherSuites = []uint16{
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
		tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
		tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
	}
}

var handshakeProofs = []proof{
	{"only-old-tls", func(t *testing.T, o stand) {
		_, err := o.shake(t, documentedOffer)
		wantAlert(t, err, protocolVersion)
		for _, version := range []uint16{tls.VersionTLS10, tls.VersionTLS11} {
			if _, err := o.shake(t, only(version)); err != nil {
				t.Errorf("%s: %v", tls.VersionName(version), err)
			}
		}
	}},
	{"only-new-tls", func(t *testing.T, o stand) {
		_, err := o.shake(t, only(tls.VersionTLS10))
		wantAlert(t, err, protocolVersion)
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			if _, err := o.shake(t, only(version)); err != nil {
				t.Errorf("%s: %v", tls.VersionName(version), err)
			}
		}
	}},
	{"no-shared-cipher", func(t *testing.T, o stand) {
		_, err := o.shake(t, documentedOffer)
		wantAlert(t, err, handshakeFailure)
		conn, err := o.shake(t, nil)
		if err != nil {
			t.Fatal(err)
		}
		state := conn.ConnectionState()
		if state.Version != tls.VersionTLS12 || state.CipherSuite != tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256 {
			t.Errorf("got %s with %s", tls.VersionName(state.Version), tls.CipherSuiteName(state.CipherSuite))
		}
	}},
	{"no-shared-curve", func(t *testing.T, o stand) {
		_, err := o.shake(t, documentedOffer)
		wantAlert(t, err, handshakeFailure)
		conn, err := o.shake(t, func(config *tls.Config) {
			documentedOffer(config)
			config.CurvePreferences = append(config.CurvePreferences, tls.CurveP521)
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := conn.ConnectionState().CurveID; got != tls.CurveP521 {
			t.Errorf("got curve %v, want P-521", got)
		}
	}},
	{"handshake-alert", func(t *testing.T, o stand) {
		for _, offer := range []func(*tls.Config){nil, documentedOffer} {
			_, err := o.shake(t, offer)
			wantAlert(t, err, handshakeFailure)
		}
	}},
	{"sni-refused", func(t *testing.T, o stand) {
		_, err := o.shake(t, nil)
		wantAlert(t, err, unrecognizedName)
	}},
	{"client-certificate-tls12", func(t *testing.T, o stand) {
		asked := false
		_, err := o.shake(t, asks(&asked))
		wantAlert(t, err, handshakeFailure)
		if !asked {
			t.Error("no certificate was asked for")
		}
	}},
	{"client-certificate-tls13", func(t *testing.T, o stand) {
		asked := false
		conn, err := o.shake(t, asks(&asked))
		if err != nil {
			t.Fatalf("the handshake itself fails: %v", err)
		}
		_, err = conn.Read(make([]byte, 1))
		wantAlert(t, err, certificateRequired)
		if version := conn.ConnectionState().Version; !asked || version != tls.VersionTLS13 {
			t.Errorf("asked: %v, version: %s", asked, tls.VersionName(version))
		}
	}},
}

// only offers one version.
func only(version uint16) func(*tls.Config) {
	return func(config *tls.Config) { config.MinVersion, config.MaxVersion = version, version }
}

// asks notes that the origin asked for a client certificate, and sends none.
func asks(asked *bool) func(*tls.Config) {
	return func(config *tls.Config) {
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			*asked = true
			return new(tls.Certificate), nil
		}
	}
}
