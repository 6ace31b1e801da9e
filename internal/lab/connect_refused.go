package lab

import (
	"context"

	"github.com/edgesim/edgesim/policy"
)

// connectRefused is an origin that is down: its port refuses connections.
func connectRefused() Fault {
	return Fault{
		Name:   "connect-refused",
		Title:  "Nothing listens on the port of the origin.",
		Cause:  policy.CauseConnectRefused,
		Rules:  []policy.RuleID{"CF-CONN-08"},
		Status: 502,
		Scheme: "https",
		start: func(ctx context.Context, s *site) error {
			return s.refuse(ctx)
		},
	}
}
