package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// JudgeCountry returns why the distribution's geographic restriction refuses a
// viewer from this country; nil if it does not. The restriction applies to all
// behaviors (CF-VIEW-69). An unknown country, "", is allowed (CF-VIEW-70).
func JudgeCountry(g distribution.GeoRestriction, country string) *Cause {
	country = strings.ToUpper(country)
	listed := slices.Contains(g.Countries, country) // CF-VIEW-73
	switch {
	case country == "":
		return nil
	case g.Type == "whitelist" && !listed:
		return NewCause(CauseViewerCountryBlocked, fmt.Sprintf("viewers from %s are not among those that are let in: %s", country, strings.Join(g.Countries, ", ")), nil).
			hinted("add %s to the locations of the restriction, or say that the viewer is elsewhere (--viewer-country)", country)
	case g.Type == "blacklist" && listed:
		return NewCause(CauseViewerCountryBlocked, fmt.Sprintf("viewers from %s are kept out", country), nil).
			hinted("take %s off the locations of the restriction, or say that the viewer is elsewhere (--viewer-country)", country)
	}
	return nil
}
