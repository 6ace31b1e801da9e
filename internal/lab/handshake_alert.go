package lab

import (
	"context"

	"github.com/edgesim/edgesim/policy"
)

// handshakeAlert is an origin that answers every ClientHello with the least specific alert.
// Everything else that it supports is in CloudFront's list, so a scan finds no other
// reason.
func handshakeAlert() Fault {
	return Fault{
		Name:   "handshake-alert",
		Title:  "The origin answers every ClientHello with the alert handshake_failure.",
		Cause:  policy.CauseTLSHandshakeFailure,
		Rules:  []policy.RuleID{"CF-ERR-01"},
		Status: 502,
		Scheme: "https",
		start: func(ctx context.Context, s *site) error {
			const handshakeFailure = 40
			return s.serve(ctx, func(_ context.Context, conn *guest) {
				readHello(conn)
				sendAlert(conn, handshakeFailure)
			})
		},
	}
}
