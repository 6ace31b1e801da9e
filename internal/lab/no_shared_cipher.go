package lab

import (
	"context"
	"crypto/tls"
	"net/http"

	"github.com/edgesim/edgesim/policy"
)

// noSharedCipher is an origin hardened to a single good cipher suite that CloudFront does
// not offer to origins.
func noSharedCipher() Fault {
	return Fault{
		Name:   "no-shared-cipher",
		Title:  "The origin accepts only ECDHE with ChaCha20-Poly1305 in TLS 1.2, which CloudFront does not offer.",
		Cause:  policy.CauseTLSNoSharedCipher,
		Rules:  []policy.RuleID{"CF-TLS-11", "CF-TLS-12"},
		Status: 502,
		Scheme: "https",
		start: func(ctx context.Context, s *site) error {
			config, err := s.tlsConfig(sound)
			if err != nil {
				return err
			}
			config.MaxVersion = tls.VersionTLS12 // the suites of TLS 1.3 cannot be chosen
			config.CipherSuites = []uint16{tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256}
			return s.serveHTTP(ctx, config, http.HandlerFunc(echo))
		},
	}
}
