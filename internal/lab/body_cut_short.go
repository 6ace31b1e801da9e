package lab

import (
	"context"
	"net"

	"github.com/edgesim/edgesim/policy"
)

// bodyCutShort is an origin that announces more than it sends. The viewer already has the
// head, so there is no error page: it gets what arrived.
func bodyCutShort() Fault {
	return Fault{
		Name:      "body-cut-short",
		Title:     "The origin closes the connection after 21 of the 1,000 bytes that Content-Length promises.",
		BodyCause: policy.CauseOriginClosed,
		Rules:     []policy.RuleID{"CF-RESP-17"},
		Status:    200,
		Scheme:    "https",
		start: func(ctx context.Context, s *site) error {
			config, err := s.tlsConfig(sound)
			if err != nil {
				return err
			}
			return s.serveRequests(ctx, config, func(_ context.Context, conn net.Conn) {
				say(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nthe first few bytes,\n")
			})
		},
	}
}
