package lab

import (
	"context"
	"net"

	"github.com/edgesim/edgesim/policy"
)

// hangUp is an origin that reads a request and closes the connection, like a process that
// crashes on it.
func hangUp() Fault {
	return Fault{
		Name:   "hang-up",
		Title:  "The origin takes the request and closes the connection without a response.",
		Cause:  policy.CauseOriginClosed,
		Rules:  []policy.RuleID{"CF-ERR-04", "CF-ERR-03"},
		Status: 502,
		Scheme: "http",
		start: func(ctx context.Context, s *site) error {
			return s.serveRequests(ctx, nil, func(context.Context, net.Conn) {})
		},
	}
}
