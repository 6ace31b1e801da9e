package lab

import (
	"context"
	"net"

	"github.com/edgesim/edgesim/policy"
)

// malformedHeader is an origin whose program prints into the response head.
func malformedHeader() Fault {
	return Fault{
		Name:   "malformed-header",
		Title:  "A header line of the response has no colon.",
		Cause:  policy.CauseResponseInvalid,
		Rules:  []policy.RuleID{"CF-RESP-24"},
		Status: 502,
		Scheme: "http",
		start: func(ctx context.Context, s *site) error {
			return s.serveRequests(ctx, nil, func(_ context.Context, conn net.Conn) {
				say(conn, "HTTP/1.1 200 OK\r\nWarning in line 42 of index.php\r\nContent-Length: 0\r\n\r\n")
			})
		},
	}
}
