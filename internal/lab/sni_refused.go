package lab

import (
	"context"

	"github.com/edgesim/edgesim/policy"
)

// sniRefused is an origin that has no certificate for the requested name and says so, as
// strict virtual hosting does.
func sniRefused() Fault {
	return Fault{
		Name:   "sni-refused",
		Title:  "The origin does not know the name in the SNI and answers with the alert unrecognized_name.",
		Cause:  policy.CauseTLSHandshakeFailure,
		Rules:  []policy.RuleID{"CF-ERR-01", "CF-NAME-04"},
		Status: 502,
		Scheme: "https",
		start: func(ctx context.Context, s *site) error {
			const unrecognizedName = 112
			return s.serve(ctx, func(_ context.Context, conn *guest) {
				readHello(conn)
				sendAlert(conn, unrecognizedName)
			})
		},
	}
}
