package lab

import (
	"context"

	"github.com/edgesim/edgesim/policy"
)

// handshakeHangUp is an origin that closes the connection after reading the ClientHello,
// without an alert.
func handshakeHangUp() Fault {
	return Fault{
		Name:   "handshake-hang-up",
		Title:  "The origin hangs up in the TLS handshake without an alert.",
		Cause:  policy.CauseTLSHandshakeFailure,
		Rules:  []policy.RuleID{"CF-ERR-01"},
		Status: 502,
		Scheme: "https",
		start: func(ctx context.Context, s *site) error {
			return s.serve(ctx, func(_ context.Context, conn *guest) {
				readHello(conn)
			})
		},
	}
}
