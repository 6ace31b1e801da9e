package lab

import (
	"context"
	"net"

	"github.com/edgesim/edgesim/policy"
)

// resetBeforeResponse is hangUp with a RST instead of a FIN.
func resetBeforeResponse() Fault {
	return Fault{
		Name:   "reset-before-response",
		Title:  "The origin takes the request and resets the connection without a response.",
		Cause:  policy.CauseOriginClosed,
		Rules:  []policy.RuleID{"CF-ERR-04", "CF-ERR-03"},
		Status: 502,
		Scheme: "http",
		start: func(ctx context.Context, s *site) error {
			return s.serveRequests(ctx, nil, func(_ context.Context, conn net.Conn) {
				if direct, ok := conn.(*guest); ok {
					reset(direct)
				}
			})
		},
	}
}
