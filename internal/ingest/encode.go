package ingest

import (
	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/apishape"
)

// EncodeAPIJSON writes the effective distribution as the API's JSON; reading it
// again gives an equal distribution with equal notices.
func EncodeAPIJSON(d *distribution.Distribution) ([]byte, error) { return apishape.EncodeAPIJSON(d) }

// EncodeYAML writes what [EncodeAPIJSON] writes as YAML.
func EncodeYAML(d *distribution.Distribution) ([]byte, error) { return apishape.EncodeYAML(d) }
