package inspector

import (
	"net/http"
	"net/url"
	"strings"
)

// isData reports whether a path returns recorded or configured data: all except the page
// and health checks.
func isData(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/2020-05-31/") || path == "/metrics"
}

// fromElsewhere reports whether a browser sent a request on behalf of another site's page:
// it cannot read the answer, but could still make the edge work for it. Typed addresses and
// programs come from no site.
func fromElsewhere(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "none", "same-origin":
	default:
		return true // another port on the same host is another site, too
	}
	for _, origin := range r.Header["Origin"] {
		if u, err := url.Parse(origin); err != nil || !strings.EqualFold(u.Host, r.Host) {
			return true
		}
	}
	return false
}
