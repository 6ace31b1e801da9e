package lab

import (
	"context"

	"github.com/edgesim/edgesim/policy"
)

// connectReset is an origin that accepts a connection, reads the ClientHello and
// resets, as a middlebox or a crashing process does.
func connectReset() Fault {
	return Fault{
		Name:   "connect-reset",
		Title:  "The origin resets the connection as soon as the TLS handshake begins.",
		Cause:  policy.CauseConnectReset,
		Rules:  []policy.RuleID{"CF-ERR-03"},
		Status: 502,
		Scheme: "https",
		start: func(ctx context.Context, s *site) error {
			return s.serve(ctx, func(_ context.Context, conn *guest) {
				readHello(conn)
				reset(conn)
			})
		},
	}
}
