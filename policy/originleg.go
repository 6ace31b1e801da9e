package policy

import (
	"net/http"

	"github.com/edgesim/edgesim/distribution"
)

// OriginOverHTTPS says whether an origin is asked over HTTPS, by the viewer's
// scheme: as its protocol policy says (CF-CONN-03 to CF-CONN-06), a bucket as the
// viewer asks (CF-S3-12), and always so where the requests to it are signed
// (CF-S3-13). That a control of which only the name is known signs is inferred:
// it is what AWS recommends.
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

// BucketHeader removes from a bucket's response what does not reach viewers
// (CF-S3-28), in place.
func BucketHeader(h http.Header, log *ChangeLog) {
	for _, name := range [...]string{"X-Amz-Id-2", "X-Amz-Request-Id"} {
		if _, ok := h[name]; ok {
			log.responseField(h, name, nil, ByEdge, "CF-S3-28")
		}
	}
}
