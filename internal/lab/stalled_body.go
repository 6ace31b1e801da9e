package lab

import (
	"context"
	"net"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// stalledBody is an origin that stops in the middle of a body and keeps the
// connection open.
func stalledBody() Fault {
	return Fault{
		Name:      "stalled-body",
		Title:     "The origin stops in the middle of the body and sends nothing more.",
		BodyCause: policy.CauseResponseTimeout,
		Rules:     []policy.RuleID{"CF-TIME-03", "CF-RESP-17"},
		Status:    200,
		Scheme:    "https",
		Tune: func(o *distribution.Origin) {
			o.ConnectionAttempts = 1
			o.ResponseTimeout = impatience
		},
		start: func(ctx context.Context, s *site) error {
			config, err := s.tlsConfig(sound)
			if err != nil {
				return err
			}
			return s.serveRequests(ctx, config, func(_ context.Context, conn net.Conn) {
				say(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 1000\r\n\r\nthe first few bytes,\n")
				hold(conn)
			})
		},
	}
}
