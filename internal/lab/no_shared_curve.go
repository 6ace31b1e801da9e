package lab

import (
	"context"
	"crypto/tls"
	"net/http"

	"github.com/edgesim/edgesim/policy"
)

// noSharedCurve is an origin that supports only P-521, with suites that require a curve.
func noSharedCurve() Fault {
	return Fault{
		Name:   "no-shared-curve",
		Title:  "The origin agrees on keys only over the curve P-521, which CloudFront does not offer.",
		Cause:  policy.CauseTLSNoSharedCurve,
		Rules:  []policy.RuleID{"CF-TLS-17", "CF-TLS-16"},
		Status: 502,
		Scheme: "https",
		start: func(ctx context.Context, s *site) error {
			config, err := s.tlsConfig(sound)
			if err != nil {
				return err
			}
			config.MaxVersion = tls.VersionTLS12
			config.CurvePreferences = []tls.CurveID{tls.CurveP521}
			config.CipherSuites = []uint16{
				tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
				tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
			}
			return s.serveHTTP(ctx, config, http.HandlerFunc(echo))
		},
	}
}
