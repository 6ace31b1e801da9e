package policy

import (
	"net/http"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// ViewerHeader returns the fields of the origin's response that go to the
// viewer, in a new map: connection-bound ones are removed (CF-RESP-03 to
// CF-RESP-05), and Set-Cookie where cookies are not forwarded (CF-COOKIE-01).
// The values are shared with the origin's header.
func ViewerHeader(origin http.Header, b *distribution.CacheBehavior) http.Header {
	out := make(http.Header, len(origin)+4)
	for name, values := range origin {
		if !removedFromResponse(name) {
			out[name] = values
		}
	}
	if len(out["Set-Cookie"]) > 0 && !ForwardsCookies(b) {
		delete(out, "Set-Cookie")
	}
	for _, value := range origin["Connection"] {
		for _, name := range strings.Split(value, ",") { // RFC 9110 section 7.6.1
			delete(out, http.CanonicalHeaderKey(strings.TrimSpace(name)))
		}
	}
	return out
}

// removedFromResponse names the fields of an origin's response that never reach
// the viewer, and those that the edge writes itself.
func removedFromResponse(name string) bool {
	switch name {
	case "Connection", "Keep-Alive", "Proxy-Connection", "Proxy-Authenticate", "Te", "Trailer", "Transfer-Encoding", "Upgrade",
		"X-Cache", "X-Amz-Cf-Pop", "X-Amz-Cf-Id":
		return true
	}
	return strings.HasPrefix(name, "X-Edgesim-")
}
