package lab

import (
	"context"
	"net"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// slowFirstByte is an origin that reads a request but does not start to answer. A GET is
// tried again on a new connection, hence two attempts of a second each.
func slowFirstByte() Fault {
	return Fault{
		Name:   "slow-first-byte",
		Title:  "The origin takes the request and sends no first byte in time.",
		Cause:  policy.CauseResponseTimeout,
		Rules:  []policy.RuleID{"CF-TIME-04", "CF-TIME-02", "CF-TIME-01"},
		Status: 504,
		Scheme: "https",
		Tune: func(o *distribution.Origin) {
			o.ConnectionAttempts = 2
			o.ResponseTimeout = impatience
		},
		start: func(ctx context.Context, s *site) error {
			config, err := s.tlsConfig(sound)
			if err != nil {
				return err
			}
			return s.serveRequests(ctx, config, func(_ context.Context, conn net.Conn) {
				hold(conn)
			})
		},
	}
}
