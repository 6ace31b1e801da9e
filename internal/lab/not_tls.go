package lab

import (
	"context"

	"github.com/edgesim/edgesim/policy"
)

// notTLS is an origin that speaks plain HTTP on its HTTPS port. It answers the
// ClientHello as nginx does.
func notTLS() Fault {
	return Fault{
		Name:   "not-tls",
		Title:  "The origin speaks plain HTTP on its HTTPS port.",
		Cause:  policy.CauseTLSNotTLS,
		Rules:  []policy.RuleID{"CF-CONN-24"},
		Status: 502,
		Scheme: "https",
		start: func(ctx context.Context, s *site) error {
			return s.serve(ctx, func(_ context.Context, conn *guest) {
				readHello(conn)
				say(conn, "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 28\r\nConnection: close\r\n\r\n"+
					"this port speaks plain HTTP\n")
			})
		},
	}
}
