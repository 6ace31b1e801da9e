package distribution

import "slices"

// geographyHeaders tell an origin the viewer's location (CF-HDR-07 to CF-HDR-09).
var geographyHeaders = []string{
	"CloudFront-Viewer-ASN", "CloudFront-Viewer-City", "CloudFront-Viewer-Country", "CloudFront-Viewer-Country-Name",
	"CloudFront-Viewer-Country-Region", "CloudFront-Viewer-Country-Region-Name", "CloudFront-Viewer-Latitude",
	"CloudFront-Viewer-Longitude", "CloudFront-Viewer-Metro-Code", "CloudFront-Viewer-Postal-Code", "CloudFront-Viewer-Time-Zone",
}

// GeographyHeaders returns the names of the headers whose values depend on the
// viewer's location. edgesim does not know the location; the values can be
// configured.
func GeographyHeaders() []string { return slices.Clone(geographyHeaders) }
