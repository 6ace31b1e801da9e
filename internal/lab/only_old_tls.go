package lab

import (
	"context"
	"crypto/tls"
	"net/http"

	"github.com/edgesim/edgesim/policy"
)

// onlyOldTLS is an origin that was never updated: it ends at TLS 1.1, and the
// distribution allows TLSv1.2.
func onlyOldTLS() Fault {
	return Fault{
		Name:   "only-old-tls",
		Title:  "The origin speaks only TLS 1.0 and 1.1, and the distribution allows only TLSv1.2.",
		Cause:  policy.CauseTLSProtocolMismatch,
		Rules:  []policy.RuleID{"CF-TLS-06", "CF-TLS-01"},
		Status: 502,
		Scheme: "https",
		start: func(ctx context.Context, s *site) error {
			config, err := s.tlsConfig(sound)
			if err != nil {
				return err
			}
			config.MinVersion, config.MaxVersion = tls.VersionTLS10, tls.VersionTLS11
			return s.serveHTTP(ctx, config, http.HandlerFunc(echo))
		},
	}
}
