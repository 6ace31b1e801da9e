package lab

import (
	"net/netip"
	"slices"

	"github.com/edgesim/edgesim/distribution"
)

// Distribution returns the distribution of an edge in front of the running origins: for
// each, one origin at API defaults, changed only by its Tune, and one behavior for its path
// and what is below it. A request that no path matches goes to a healthy origin if one
// runs, otherwise to the first origin.
func (l *Lab) Distribution() *distribution.Distribution {
	d := &distribution.Distribution{
		Comment:     "edgesim lab: one origin and one path a fault",
		Enabled:     true,
		HTTPVersion: distribution.DefaultHTTPVersion,
		IPv6:        true,
	}
	for _, o := range l.origins {
		d.Origins = append(d.Origins, o.configured())
		d.Behaviors = append(d.Behaviors, behavior(o.Path()+"*", o.Name))
	}
	// /expired* also matches /expired-intermediate, and the first match wins (CF-PATH-02):
	// the longer pattern goes first.
	slices.SortStableFunc(d.Behaviors, func(a, b distribution.CacheBehavior) int {
		return len(b.PathPattern) - len(a.PathPattern)
	})
	d.DefaultBehavior = behavior("*", l.defaultOrigin())
	return d
}

// NamedDistribution is [Lab.Distribution] for an edge on whose network the
// origins' names resolve, as in docker-compose.yml: each origin has its real
// port, and Connect is not needed.
func (l *Lab) NamedDistribution() *distribution.Distribution {
	d := l.Distribution()
	for i, o := range l.origins {
		at, err := netip.ParseAddrPort(o.Address)
		if err != nil {
			continue // nothing listens: its name does not resolve
		}
		if o.Scheme == "http" {
			d.Origins[i].HTTPPort = int(at.Port())
		} else {
			d.Origins[i].HTTPSPort = int(at.Port())
		}
	}
	return d
}

// Connect returns where to reach the origins: a map from an origin's domain to a host:port
// of this machine. An origin whose name must not resolve is not in it.
func (l *Lab) Connect() map[string]string {
	connect := make(map[string]string, len(l.origins))
	for _, o := range l.origins {
		if o.Address != "" {
			connect[o.Host()] = dialable(o.Address)
		}
	}
	return connect
}

// defaultOrigin returns the id of the origin for all other paths.
func (l *Lab) defaultOrigin() string {
	for _, o := range l.origins {
		if o.Name == defaultHealthy {
			return o.Name
		}
	}
	for _, o := range l.origins {
		if o.Cause == "" && o.Status == 200 {
			return o.Name
		}
	}
	if len(l.origins) > 0 {
		return l.origins[0].Name
	}
	return ""
}

// configured returns the origin as a team would configure it: the standard ports, which
// Connect maps to the real ones, and the API's defaults.
func (o Origin) configured() distribution.Origin {
	c := distribution.NewOrigin(o.Name, o.Host())
	c.ProtocolPolicy = distribution.OriginHTTPSOnly
	if o.Scheme == "http" {
		c.ProtocolPolicy = distribution.OriginHTTPOnly
	}
	c.SSLProtocols = []distribution.SSLProtocol{distribution.TLSv12}
	if o.Tune != nil {
		o.Tune(&c)
	}
	return c
}

// behavior passes everything to one origin and caches nothing.
func behavior(pattern, origin string) distribution.CacheBehavior {
	b := distribution.NewCacheBehavior(origin)
	b.PathPattern = pattern
	b.ViewerProtocolPolicy = distribution.ViewerAllowAll
	b.AllowedMethods = distribution.AllMethods()
	b.CachePolicy, _ = distribution.ManagedCachePolicy("CachingDisabled")
	b.OriginRequestPolicy, _ = distribution.ManagedOriginRequestPolicy("AllViewerExceptHostHeader")
	return b
}
