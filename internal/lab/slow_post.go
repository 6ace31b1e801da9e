package lab

import (
	"context"
	"net"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// slowPOST is slowFirstByte for a method that is never retried, no matter how many attempts
// are allowed.
func slowPOST() Fault {
	return Fault{
		Name:   "slow-post",
		Title:  "The origin takes a POST and sends no first byte in time; a POST is not retried.",
		Cause:  policy.CauseResponseTimeout,
		Rules:  []policy.RuleID{"CF-TIME-05"},
		Status: 504,
		Method: "POST",
		Scheme: "https",
		Tune: func(o *distribution.Origin) {
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
