package main

import (
	"bytes"
	"fmt"
	"maps"
	"net"
	"slices"
	"strings"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/edge"
	"github.com/edgesim/edgesim/policy"
)

// remarks warns of what is allowed, but may not be intended. Several arguments result in
// several settings with the same flags.
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

// notices returns the remarks of a configuration's reader, one per line. A person at a
// terminal who names this machine needs no warning about that.
func (p *program) notices(d *distribution.Distribution) []string {
	told := slices.DeleteFunc(slices.Clone(d.Notices), func(n distribution.Notice) bool { return n.Loopback && p.watched })
	lines := distribution.NoticeLines(told)
	for _, f := range append(policy.JudgePlatforms(d), policy.JudgeErrorPages(d)...) {
		lines = append(lines, fmt.Sprintf("warning: %s: %s: %s; %s", f.Rule, f.Subject, f.Observed, f.Hint))
	}
	return lines
}

// servingRemarks warns about unexpected behavior of an edge that listens.
func (p *program) servingRemarks(s *settings, st *station, all []*distribution.Distribution) {
	if s.cache.Mode != edge.CacheOff {
		var lines repeated
		for _, d := range all {
			cachesNothing(&lines, s.cache.Mode, d)
		}
		p.noteOnce(&lines)
	}
	if len(all) == 1 && len(all[0].Aliases) == 0 && (!isLoopback(st.http) || !isLoopback(st.https)) {
		p.out.note("warning: other machines reach this edge, and it answers whatever name they ask for, as the distribution has no aliases")
	}
}

// cachesNothing warns of behaviors whose settings prevent caching.
func cachesNothing(lines *repeated, mode edge.CacheMode, d *distribution.Distribution) {
	var order []string
	behaviors := map[string][]string{}
	for i := range len(d.Behaviors) + 1 {
		b := &d.DefaultBehavior
		if i < len(d.Behaviors) {
			b = &d.Behaviors[i]
		}
		k := policy.Cacheable("GET", b)
		if k.Rule == "" {
			continue
		}
		why := fmt.Sprintf("%s (%s)", k.Why, k.Rule)
		if behaviors[why] == nil {
			order = append(order, why)
		}
		behaviors[why] = append(behaviors[why], b.PathPattern)
	}
	for _, why := range order {
		lines.add(fmt.Sprintf("warning: --cache %s keeps nothing for %s: %s", mode, few(behaviors[why], "behavior", "behaviors"), why), d.Name)
	}
}
