package lab

import (
	"context"

	"github.com/edgesim/edgesim/policy"
)

// handshakeSilent is an origin that accepts connections and never answers the
// ClientHello, as an overloaded process does.
func handshakeSilent() Fault {
	return Fault{
		Name:   "handshake-silent",
		Title:  "The origin accepts the connection and never answers the ClientHello.",
		Cause:  policy.CauseConnectTimeout,
		Rules:  []policy.RuleID{"CF-CONN-09", "CF-CONN-12"},
		Status: 504,
		Scheme: "https",
		Tune:   hasConnectionTimeout,
		start: func(ctx context.Context, s *site) error {
			return s.serve(ctx, func(_ context.Context, conn *guest) {
				hold(conn)
			})
		},
	}
}
