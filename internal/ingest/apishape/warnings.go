package apishape

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/ingest/tree"
)

// Warnings returns the notices on a distribution that no file describes, such as that of
// --origin.
func Warnings(d *distribution.Distribution) []distribution.Notice {
	r := (&mapper{set: &tree.Set{}}).newReader("")
	r.warnings(d)
	return r.notices
}

// warnings reports what the API accepts but is known to fail, what works here but not in
// CloudFront, and what is not simulated.
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
	r.grpcWarnings(d)
	r.hostWarning("DefaultCacheBehavior", &d.DefaultBehavior)
	for i := range d.Behaviors {
		r.hostWarning(fmt.Sprintf("CacheBehaviors.Items[%d]", i), &d.Behaviors[i])
	}
	for i := range d.Origins {
		o := &d.Origins[i]
		path := fmt.Sprintf("Origins.Items[%d]", i)
		if o.Kind == distribution.OriginCustom && o.ProtocolPolicy != distribution.OriginHTTPOnly && distribution.IsS3Website(o.DomainName) {
			warn(path+".CustomOriginConfig.OriginProtocolPolicy",
				"%q is an S3 website endpoint, which speaks HTTP only: over HTTPS nothing answers, and viewers get a 504 after all attempts (CF-CONN-22); set http-only, with HTTPPort 80", o.DomainName)
		}
		if IsPrivateName(o.DomainName) && !distribution.IsPlaceholder(o.DomainName) && !hasParameter(o.DomainName) {
			warn(path+".DomainName", "%q is not a public DNS name, which CloudFront itself would need (CF-CONF-13, CF-DNS-02)", o.DomainName)
			r.notices[len(r.notices)-1].Loopback = distribution.IsLoopback(o.DomainName)
		}
	}
	r.unsimulated(d)
}

// hostWarning warns that the viewer's Host goes to the origin although the origin request
// policy omits it, because the cache policy lists it.
func (r *reader) hostWarning(path string, b *distribution.CacheBehavior) {
	if b.CachePolicy == nil || b.OriginRequestPolicy == nil {
		return
	}
	host := func(name string) bool { return strings.EqualFold(name, "Host") }
	key, left := b.CachePolicy.Headers, b.OriginRequestPolicy.Headers
	if key.Behavior != distribution.SelectWhitelist || !slices.ContainsFunc(key.Items, host) ||
		left.Behavior != distribution.SelectAllExcept || !slices.ContainsFunc(left.Items, host) {
		return
	}
	r.notice(distribution.NoticeWarning, path+".OriginRequestPolicyId",
		"the origin request policy %s leaves Host out, but the cache policy %s lists it: the origin gets the viewer's Host (CF-NAME-10); take Host out of the cache policy, or set host and SNI by cf.updateRequestOrigin in a function",
		b.OriginRequestPolicy.Name, b.CachePolicy.Name)
}

// hasParameter reports whether a text has a tenant's parameter, {{name}}.
func hasParameter(s string) bool { return strings.Contains(s, "{{") && strings.Contains(s, "}}") }

// privateSuffixes are top-level names that are never public (RFC 6761, RFC 6762, RFC 8375,
// and those customary in private networks).
var privateSuffixes = []string{".localhost", ".local", ".internal", ".test", ".example", ".invalid", ".home.arpa", ".lan", ".intranet", ".private", ".corp", ".home"}

// IsPrivateName reports whether a name does not belong in public DNS: an address, a single
// label, or a name below a private suffix.
func IsPrivateName(name string) bool {
	if _, err := netip.ParseAddr(name); err == nil || !strings.Contains(name, ".") {
		return true
	}
	for _, suffix := range privateSuffixes {
		if strings.HasSuffix(strings.ToLower(name), suffix) {
			return true
		}
	}
	return false
}
