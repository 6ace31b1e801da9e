package inspector

import (
	"net/http"
	"net/url"
	"strings"
)

// isData says whether an address gives out what was recorded or configured: all
// but the page, and what a health check asks for.
func isData(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/2020-05-31/") || path == "/metrics"
}

// fromElsewhere says whether a browser sent a request on behalf of another
// site's page: one that cannot read the answer, and could still make the edge
// work for it. A person who types an address, and a program, come from nowhere.
func fromElsewhere(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return true // a neighbor at another port is another site, too
	}
	for _, origin := range r.Header["Origin"] {
		if u, err := url.Parse(origin); err != nil || !strings.EqualFold(u.Host, r.Host) {
			return true
		}
	}
	return false
}
