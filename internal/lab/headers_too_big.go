package lab

import (
	"context"
	"net"
	"strings"

	"github.com/edgesim/edgesim/policy"
)

// headersTooBig is an origin that sets one cookie after another.
func headersTooBig() Fault {
	return Fault{
		Name:   "headers-too-big",
		Title:  "The headers of the response are larger than 32,768 bytes in all.",
		Cause:  policy.CauseResponseHeadersTooBig,
		Rules:  []policy.RuleID{"CF-RESP-23", "CF-LIMIT-01"},
		Status: 502,
		Scheme: "http",
		start: func(ctx context.Context, s *site) error {
			return s.serveRequests(ctx, nil, func(_ context.Context, conn net.Conn) {
				cookie := "Set-Cookie: session=" + strings.Repeat("x", 1000) + "\r\n"
				say(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n"+strings.Repeat(cookie, 40)+"\r\n")
			})
		},
	}
}
