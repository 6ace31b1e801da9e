package ingest

import (
	"fmt"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// warnings says what is acceptable to the API and yet known to fail, or works
// here but not there.
func (r *reader) warnings(d *distribution.Distribution) {
	warn := func(path, format string, args ...any) { r.notice(distribution.NoticeWarning, path, format, args...) }
	if !d.Enabled {
		warn("Enabled", "the distribution is disabled: CloudFront itself would answer nobody")
	}
	switch root := d.DefaultRootObject; {
	case strings.HasPrefix(root, "/"):
		warn("DefaultRootObject", "%q starts with a slash, which it must not (CF-PATH-05)", root)
	case distribution.InvalidRootObject(root) != "":
		warn("DefaultRootObject", "%s: a viewer who asks for / gets 400 InvalidDefaultRootObject (CF-PATH-06)", distribution.InvalidRootObject(root))
	}
	if d.HTTPVersion == "http3" || d.HTTPVersion == "http2and3" {
		r.notice(distribution.NoticeUnsimulated, "HttpVersion", "HTTP/3 is not simulated: viewers are answered over HTTP/2 and HTTP/1.1")
	}
	if d.HTTPVersion == "http1.1" {
		r.notice(distribution.NoticeUnsimulated, "HttpVersion", "a limit to HTTP/1.1 is not simulated: viewers on HTTPS may use HTTP/2")
	}
	r.grpcWarnings(d)
	for i := range d.Origins {
		o := &d.Origins[i]
		path := fmt.Sprintf("Origins.Items[%d]", i)
		if o.Kind == distribution.OriginCustom && o.ProtocolPolicy != distribution.OriginHTTPOnly && distribution.IsS3Website(o.DomainName) {
			warn(path+".CustomOriginConfig.OriginProtocolPolicy",
				"%q is an S3 website endpoint, which speaks HTTP only: over HTTPS nothing answers, and viewers get a 504 after all attempts (CF-CONN-22); set http-only, with HTTPPort 80", o.DomainName)
		}
		if isPrivateName(o.DomainName) {
			warn(path+".DomainName", "%q is not a public DNS name, which CloudFront itself would need (CF-CONF-13, CF-DNS-02)", o.DomainName)
		}
	}
}
