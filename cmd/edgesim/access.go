package main

import (
	"fmt"
	"maps"
	"strings"

	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/internal/sigv4"
)

// readAccess reads the viewers' location and the credentials for signing requests to
// origins.
func (s *settings) readAccess(g given, o *ingest.Overlay) error {
	if country := strings.ToUpper(g.text("viewer-country")); country != "" {
		if len(country) != 2 || strings.Trim(country, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
			return usage{err: fmt.Errorf("--viewer-country %q is not a country of two letters (ISO 3166-1)", country), hint: "for example --viewer-country DE"}
		}
		if s.geography = maps.Clone(s.geography); s.geography == nil {
			s.geography = map[string]string{}
		}
		s.geography["CloudFront-Viewer-Country"] = country
	}
	if o == nil {
		return nil
	}
	s.credentials = make(map[string]sigv4.Credentials, len(o.AccessCredentials))
	for id, c := range o.AccessCredentials {
		s.credentials[id] = sigv4.Credentials(c)
	}
	return nil
}
