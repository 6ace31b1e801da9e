package main

import (
	"bytes"
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
)

// remarks says what is allowed, but may not be what was meant. Several settings
// come of several arguments under the same flags.
func (p *program) remarks(all ...*settings) {
	s := all[0]
	for _, domain := range slices.Sorted(maps.Keys(s.connect)) {
		host := domain
		if name, _, err := net.SplitHostPort(domain); err == nil {
			host = name
		}
		known := func(o distribution.Origin) bool {
			return strings.EqualFold(strings.TrimSuffix(o.DomainName, "."), host)
		}
		if !slices.ContainsFunc(all, func(s *settings) bool { return slices.ContainsFunc(s.distribution.Origins, known) }) {
			p.out.note("warning: --connect %s: no origin has this domain, so nothing is reached there", domain)
		}
	}
	for _, ca := range s.trust {
		if !bytes.Equal(ca.RawSubject, ca.RawIssuer) {
			p.out.note("warning: --origin-ca: %q is an intermediate, not a root: a chain that leaves it out passes here and fails in CloudFront", ca.Subject)
		}
	}
}
