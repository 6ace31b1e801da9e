package policy

import (
	"net/http"

	"github.com/edgesim/edgesim/distribution"
)

// OriginOverHTTPS reports whether the edge connects to an origin over HTTPS for
// the viewer's scheme: according to the protocol policy (CF-CONN-03 to
// CF-CONN-06), for a bucket with the viewer's scheme (CF-S3-12), and always if
// requests are signed (CF-S3-13). That a control of which only the name is known
// signs is inferred: it is what AWS recommends.
func OriginOverHTTPS(o *distribution.Origin, viewerScheme string) bool {
	if o.Kind == distribution.OriginS3 && o.AccessControlID != "" && (o.AccessControl == nil || o.AccessControl.SigningBehavior == "always") {
		return true
	}
	switch o.ProtocolPolicy {
	case distribution.OriginHTTPSOnly:
		return true
	case distribution.OriginMatchViewer:
		return viewerScheme == "https"
	case distribution.OriginHTTPOnly:
	}
	return false
}

// BucketHeader removes, in place, the fields of a bucket's response that do not
// reach viewers (CF-S3-28).
func BucketHeader(h http.Header, log *ChangeLog) {
	for _, name := range [...]string{"X-Amz-Id-2", "X-Amz-Request-Id"} {
		if _, ok := h[name]; ok {
			log.responseField(h, name, nil, ByEdge, "CF-S3-28")
		}
	}
}
