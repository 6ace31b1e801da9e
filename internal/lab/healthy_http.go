package lab

import (
	"context"
	"net/http"

	"github.com/edgesim/edgesim/policy"
)

// healthyHTTP is an origin without TLS.
func healthyHTTP() Fault {
	return Fault{
		Name:   "healthy-http",
		Title:  "Nothing is wrong: plain HTTP, reached as configured.",
		Rules:  []policy.RuleID{"CF-CONN-03", "CF-CERT-20"},
		Status: 200,
		Scheme: "http",
		start: func(ctx context.Context, s *site) error {
			return s.serveHTTP(ctx, nil, http.HandlerFunc(echo))
		},
	}
}
