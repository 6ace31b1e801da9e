package lab

import (
	"context"
	"crypto/tls"
	"net/http"

	"github.com/edgesim/edgesim/policy"
)

// clientCertificateTLS13 is an origin that demands a client certificate. In TLS 1.3
// the client has finished its handshake before the refusal comes: it shows at the
// first read.
func clientCertificateTLS13() Fault {
	return Fault{
		Name:   "client-certificate-tls13",
		Title:  "The origin demands a client certificate in a TLS 1.3 handshake, and none is configured.",
		Cause:  policy.CauseTLSClientCertificateRequired,
		Rules:  []policy.RuleID{"CF-MTLS-08", "CF-REQ-73"},
		Status: 502,
		Scheme: "https",
		start: func(ctx context.Context, s *site) error {
			config, err := s.tlsConfig(sound)
			if err != nil {
				return err
			}
			config.MinVersion, config.MaxVersion = tls.VersionTLS13, tls.VersionTLS13
			config.ClientAuth = tls.RequireAnyClientCert
			return s.serveHTTP(ctx, config, http.HandlerFunc(echo))
		},
	}
}
