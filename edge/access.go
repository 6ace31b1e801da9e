package edge

import (
	"net/netip"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// viewerCountry is the header field with the viewer's country.
const viewerCountry = "CloudFront-Viewer-Country"

// access returns why a viewer is refused, judging the certificate it was shown, its country
// and its signature; nil if it is admitted.
func (e *Edge) access(l *Location, v *ViewerRequest, b *distribution.CacheBehavior) *policy.Cause {
	if v.TLS != nil {
		if cause := e.misdirected(l, v); cause != nil {
			return cause
		}
	}
	if cause := policy.JudgeCountry(l.Distribution.GeoRestriction, e.Geography[viewerCountry]); cause != nil {
		return cause
	}
	if !policy.NeedsSignature(b) {
		return nil
	}
	return policy.JudgeSigned(policy.SignedFacts{
		Behavior: b, Scheme: v.Scheme, URI: v.URI, Hosts: l.signedHosts(v.Host), Cookies: v.Header["Cookie"], RemoteAddr: v.RemoteAddr, Now: e.Clock.Now(),
	})
}

// misdirected judges a Host that belongs to a different distribution than the SNI.
func (e *Edge) misdirected(l *Location, v *ViewerRequest) *policy.Cause {
	sni := v.TLS.ServerName
	if sni == "" || strings.EqualFold(sni, distribution.Hostname(v.Host)) {
		return nil
	}
	shown := e.locations().choose(sni)
	if shown == nil || shown == l {
		return nil
	}
	return policy.JudgeMisdirected(policy.MisdirectedFacts{SNI: sni, Host: v.Host, Shown: shown.Distribution, Asked: l.Distribution})
}

// signedHosts returns the hosts that a signature may be for: the viewer's, with and without
// its port, and, where a local edge is reached by such a host, the names of the
// distribution.
func (l *Location) signedHosts(host string) []string {
	name := distribution.Hostname(host)
	hosts := []string{host}
	if name != host {
		hosts = append(hosts, name)
	}
	if _, err := netip.ParseAddr(strings.Trim(name, "[]")); err != nil && !strings.EqualFold(name, "localhost") {
		return hosts
	}
	for _, alias := range l.Distribution.Aliases {
		if !strings.HasPrefix(alias, "*") {
			hosts = append(hosts, strings.ToLower(alias))
		}
	}
	if l.Distribution.DomainName != "" {
		hosts = append(hosts, l.Distribution.DomainName)
	}
	return hosts
}

// unsigned returns the request without the parts that make it a signed one (CF-SIGN-49).
func (x *exchange) unsigned(v *ViewerRequest, b *distribution.CacheBehavior) *ViewerRequest {
	var log policy.ChangeLog
	uri := policy.UnsignedURI(v.URI, b, &log)
	if uri == v.URI {
		return v
	}
	x.edited = append(x.edited, log.List()...)
	changed := *v
	changed.URI = uri
	return &changed
}

// ViewerPolicy returns the HTTPS policy for viewers with this SNI ("" for none):
// that of the distribution with this name, or of the first distribution if none
// matches.
func (e *Edge) ViewerPolicy(sni string) policy.ViewerPolicy {
	l := e.first()
	if sni != "" {
		if named := e.locations().choose(sni); named != nil {
			l = named
		}
	}
	return policy.ViewerPolicyOf(l.Distribution)
}
