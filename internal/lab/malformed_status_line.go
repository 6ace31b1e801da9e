package lab

import (
	"context"
	"net"

	"github.com/edgesim/edgesim/policy"
)

// malformedStatusLine is an origin that answers with a status that is not a number.
func malformedStatusLine() Fault {
	return Fault{
		Name:   "malformed-status-line",
		Title:  "The status line of the response is malformed.",
		Cause:  policy.CauseResponseInvalid,
		Rules:  []policy.RuleID{"CF-RESP-24"},
		Status: 502,
		Scheme: "http",
		start: func(ctx context.Context, s *site) error {
			return s.serveRequests(ctx, nil, func(_ context.Context, conn net.Conn) {
				say(conn, "HTTP/1.1 fine OK\r\nContent-Length: 0\r\n\r\n")
			})
		},
	}
}
