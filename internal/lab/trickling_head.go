package lab

import (
	"context"
	"net"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// tricklingHead is an origin that starts to answer but never finishes the head. Each byte
// arrives in time, so only the limit on the whole fetch ends it.
func tricklingHead() Fault {
	return Fault{
		Name:   "trickling-head",
		Title:  "The head of the response trickles on without end, each byte in time.",
		Cause:  policy.CauseResponseCompletionTimeout,
		Rules:  []policy.RuleID{"CF-TIME-07", "CF-TIME-09"},
		Status: 504,
		Scheme: "https",
		Tune: func(o *distribution.Origin) {
			o.ConnectionAttempts = 1
			o.ResponseTimeout = impatience
			o.ResponseCompletionTimeout = 2 * time.Second
		},
		start: func(ctx context.Context, s *site) error {
			config, err := s.tlsConfig(sound)
			if err != nil {
				return err
			}
			return s.serveRequests(ctx, config, func(ctx context.Context, conn net.Conn) {
				say(conn, "HTTP/1.1 200 OK\r\nX-Trickle: ")
				drip(ctx, conn, "drop ", 200*time.Millisecond)
			})
		},
	}
}
