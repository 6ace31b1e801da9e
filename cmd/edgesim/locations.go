package main

import (
	"crypto/tls"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/internal/ingest"
)

// locations returns what the edge serves of a configuration: all its distributions, the
// chosen one first, each with the client certificates of its origins.
func (s *settings) locations(result *ingest.Result) ([]*edge.Location, error) {
	all := locationsOf(result, false)
	for _, l := range all {
		l.ClientCertificates = s.certificatesFor(l.Distribution)
		if l.Distribution == s.distribution { // made when the settings were read
			l.Functions = s.functions
			continue
		}
		var err error
		if l.Functions, err = s.functionsOf(l.Distribution, result.Overlay); err != nil {
			closeFunctions(all)
			return nil, err
		}
	}
	return all, nil
}

// closeFunctions ends the processes of functions that are no longer needed.
func closeFunctions(all []*edge.Location) {
	for _, l := range all {
		l.Functions.Close()
	}
}

// certificatesFor returns the client certificates of a distribution's origins, by id: one
// for all origins applies to those of every distribution.
func (s *settings) certificatesFor(d *distribution.Distribution) map[string]*tls.Certificate {
	if len(s.clientCertificates) == 0 {
		return nil
	}
	own := map[string]*tls.Certificate{}
	for i := range d.Origins {
		id := d.Origins[i].ID
		if s.certificateForAll != nil {
			own[id] = s.certificateForAll
		} else if c, ok := s.clientCertificates[id]; ok {
			own[id] = c
		}
	}
	return own
}
