package main

import (
	"slices"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest"
	"github.com/edgesim/edgesim/recording"
)

// encode returns a distribution for the API.
func (k *keeping) encode(d *distribution.Distribution) ([]byte, error) {
	text, err := ingest.EncodeAPIJSON(k.withoutSecrets(d))
	if err != nil {
		return nil, err
	}
	return []byte(k.redactor.Text(string(text))), nil
}

// withoutSecrets returns a distribution for the API: the values of its origin custom
// headers, which are the usual shared secret with an origin, are hidden as in recordings.
func (k *keeping) withoutSecrets(d *distribution.Distribution) *distribution.Distribution {
	if k.redactor.KeepSecrets {
		return d
	}
	hidden := *d
	hidden.Origins = slices.Clone(d.Origins)
	for i := range hidden.Origins {
		o := &hidden.Origins[i]
		o.CustomHeaders = slices.Clone(o.CustomHeaders)
		for j := range o.CustomHeaders {
			o.CustomHeaders[j].Value = recording.Hidden(o.CustomHeaders[j].Value)
		}
	}
	return &hidden
}
