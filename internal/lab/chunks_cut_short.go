package lab

import (
	"context"
	"net"

	"github.com/edgesim/edgesim/policy"
)

// chunksCutShort is bodyCutShort for a body in chunks: the last chunk never comes.
func chunksCutShort() Fault {
	return Fault{
		Name:      "chunks-cut-short",
		Title:     "The origin closes the connection before the last chunk of the body.",
		BodyCause: policy.CauseOriginClosed,
		Rules:     []policy.RuleID{"CF-RESP-18"},
		Status:    200,
		Scheme:    "https",
		start: func(ctx context.Context, s *site) error {
			config, err := s.tlsConfig(sound)
			if err != nil {
				return err
			}
			return s.serveRequests(ctx, config, func(_ context.Context, conn net.Conn) {
				say(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n14\r\nthe first few bytes\n\r\n")
			})
		},
	}
}
