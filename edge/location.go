package edge

import (
	"cmp"
	"crypto/tls"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/functions"
	"github.com/edgesim/edgesim/policy"
)

// Location is a distribution being served, together with everything derived from
// it. It must not be changed once an edge has it. To change a distribution, make a
// new Location and pass the whole set to [Edge.Replace].
type Location struct {
	// Distribution is the distribution to serve; required.
	Distribution *distribution.Distribution
	// ClientCertificates are the certificates that the edge presents to origins
	// that request one (origin mTLS), by origin id. Default: none.
	ClientCertificates map[string]*tls.Certificate
	// Functions are the distribution's edge functions. Default: none.
	Functions *functions.Set

	// targets holds a *originconn.Target for each targetKey.
	targets sync.Map
}

// Name returns the distribution's name in the files, or else its id; "" if it has
// neither.
func (l *Location) Name() string { return cmp.Or(l.Distribution.Name, l.Distribution.ID) }

// locations is everything that an edge serves; the first one serves Hosts that name none.
type locations struct {
	all []*Location
	// byName holds the locations by alias and cloudfront.net name, in lower case.
	byName map[string]*Location
	// wildcards are the wildcard aliases without the leading wildcard, the longest first.
	wildcards []wildcard
	// named means that every distribution's cloudfront.net name is known.
	named bool
}

type wildcard struct {
	suffix string
	at     *Location
}

func newLocations(all []*Location) *locations {
	s := &locations{all: all, byName: map[string]*Location{}, named: true}
	add := func(name string, l *Location) {
		if _, taken := s.byName[name]; !taken {
			s.byName[name] = l
		}
	}
	for _, l := range all {
		d := l.Distribution
		if d.DomainName == "" {
			s.named = false
		} else {
			add(strings.ToLower(d.DomainName), l)
		}
		for _, alias := range d.Aliases {
			if suffix, ok := strings.CutPrefix(strings.ToLower(alias), "*"); ok {
				s.wildcards = append(s.wildcards, wildcard{suffix, l})
			} else {
				add(strings.ToLower(alias), l)
			}
		}
	}
	slices.SortStableFunc(s.wildcards, func(a, b wildcard) int { return len(b.suffix) - len(a.suffix) })
	return s
}

// choose returns the location that a Host names, or nil. Aliases come first, exact ones
// before wildcards and longer wildcards before shorter ones, then cloudfront.net names. IP
// addresses and localhost select the first location, as they are how a local edge is
// reached; so does an unknown cloudfront.net name if some distribution's own is not known.
// A distribution without aliases takes every other Host.
func (s *locations) choose(host string) *Location {
	if len(s.all) == 1 {
		if s.all[0].Distribution.ServesHost(host) {
			return s.all[0]
		}
		return nil
	}
	name := strings.ToLower(distribution.Hostname(host))
	if l := s.byName[name]; l != nil {
		return l
	}
	for _, w := range s.wildcards {
		if len(name) > len(w.suffix) && strings.HasSuffix(name, w.suffix) {
			return w.at
		}
	}
	if _, err := netip.ParseAddr(name); err == nil || name == "localhost" {
		return s.all[0]
	}
	if strings.HasSuffix(name, ".cloudfront.net") {
		if s.named {
			return nil
		}
		i := slices.IndexFunc(s.all, func(l *Location) bool { return l.Distribution.DomainName == "" })
		return s.all[i]
	}
	if i := slices.IndexFunc(s.all, func(l *Location) bool { return len(l.Distribution.Aliases) == 0 }); i >= 0 {
		return s.all[i]
	}
	return nil
}

// aliases returns the aliases of all distributions.
func (s *locations) aliases() []string {
	if len(s.all) == 1 {
		return s.all[0].Distribution.Aliases
	}
	var all []string
	for _, l := range s.all {
		all = append(all, l.Distribution.Aliases...)
	}
	return all
}

// Replace replaces the distributions being served, starting with the next request.
// The first in the set receives requests whose Host matches none. Requests in
// progress finish with the set that they started with. The set must not be empty.
func (e *Edge) Replace(all []*Location) {
	if len(all) == 0 {
		panic("edge: no location to serve")
	}
	e.served.Store(newLocations(slices.Clone(all)))
}

// Locations returns the distributions being served. The first one receives requests
// whose Host matches none. The slice is shared and must not be modified.
func (e *Edge) Locations() []*Location { return e.locations().all }

// locations returns what is served, made from Distribution if nothing else was set.
func (e *Edge) locations() *locations {
	if s := e.served.Load(); s != nil {
		return s
	}
	e.served.CompareAndSwap(nil, newLocations([]*Location{{Distribution: e.Distribution, ClientCertificates: e.ClientCertificates, Functions: e.Functions}}))
	return e.served.Load()
}

// first returns the location for Hosts that name none.
func (e *Edge) first() *Location { return e.locations().all[0] }

// ServesHost reports whether a Host, with or without a port, belongs to a
// distribution being served.
func (e *Edge) ServesHost(host string) bool { return e.locations().choose(host) != nil }

// locate returns the location for a request's Host, or why there is none (CF-ERR-18).
func (e *Edge) locate(host string) (*Location, *policy.Cause) {
	s := e.locations()
	l := s.choose(host)
	switch {
	case l != nil:
		return l, nil
	case e.AnyHost:
		return s.all[0], nil
	}
	return nil, policy.UnknownHost(host, s.aliases())
}
