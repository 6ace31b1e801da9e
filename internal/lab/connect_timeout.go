package lab

import (
	"context"

	"github.com/edgesim/edgesim/policy"
)

// connectTimeout is an origin behind a firewall that drops packets: SYNs to it are never
// answered. Here the kernel drops them, for lack of room in the backlog.
func connectTimeout() Fault {
	return Fault{
		Name:   "connect-timeout",
		Title:  "The packets to the origin vanish: no SYN is ever answered.",
		Cause:  policy.CauseConnectTimeout,
		Rules:  []policy.RuleID{"CF-CONN-09", "CF-CONN-12"},
		Status: 504,
		Scheme: "https",
		Tune:   hasConnectionTimeout,
		start: func(ctx context.Context, s *site) error {
			return s.ignore(ctx)
		},
	}
}
