package edge

import (
	"net/netip"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// viewerCountry is the field that says where the viewer is.
const viewerCountry = "CloudFront-Viewer-Country"

// access says why a viewer is not let in, by the certificate it was shown, its country
// and its signature; nil if it is.
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

// misdirected judges a Host of another distribution than that of the SNI.
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

// signedHosts are the hosts that a signature may be for: the viewer's, with its port
// and without, and, where that is how a local edge is reached, the names that the
// distribution has in its place.
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

// unsigned is the request without what made it a signed one (CF-SIGN-49).
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
