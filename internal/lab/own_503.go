package lab

import (
	"context"
	"net/http"

	"github.com/edgesim/edgesim/policy"
)

// own503 is an origin that answers with an error of its own. It is passed on unmodified: no
// page of the edge, no cause.
func own503() Fault {
	return Fault{
		Name:   "own-503",
		Title:  "The origin itself answers 503 with a page of its own.",
		Rules:  []policy.RuleID{"CF-ERR-08", "CF-ERR-09"},
		Status: 503,
		Scheme: "https",
		start: func(ctx context.Context, s *site) error {
			config, err := s.tlsConfig(sound)
			if err != nil {
				return err
			}
			return s.serveHTTP(ctx, config, http.HandlerFunc(unavailable))
		},
	}
}

// unavailable answers like an origin that is being restarted.
func unavailable(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Retry-After", "30")
	http.Error(w, "the origin is down for maintenance", http.StatusServiceUnavailable)
}
