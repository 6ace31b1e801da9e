package originconn

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/policy"
)

// endpoint is one address to dial.
type endpoint struct {
	addr netip.Addr
	port int
	// judged is the verdict of CF-CONN-10 on the address; zero for one set by ConnectTo,
	// which is intentional.
	judged policy.Finding
}

// turn returns which endpoint an attempt dials: the attempts take them in turn. How
// CloudFront chooses among several is not published.
func turn(a *Attempt, endpoints []endpoint) int { return (a.Number - 1) % len(endpoints) }

// String is ip:port.
func (e endpoint) String() string { return netip.AddrPortFrom(e.addr, uint16(e.port)).String() }

// resolve returns the addresses of the target, in the order in which attempts use them, or
// the cause of a failed lookup.
func (c *Client) resolve(ctx context.Context, t *Target, a *Attempt) ([]endpoint, *policy.Cause) {
	started := time.Now()
	defer func() { a.Phases.Resolve = time.Since(started) }()

	host, port, mapped := c.mapped(t)
	addrs, err := c.lookup(ctx, host, t.IPAddressType, mapped)
	if err != nil || len(addrs) == 0 {
		elsewhere := mapped && !strings.EqualFold(host, t.Host) // a name may be mapped to itself
		facts := lookupFacts(host, t.IPAddressType, elsewhere, err)
		facts.OtherFamily = !mapped && ctx.Err() == nil && !facts.NoAnswer && c.onlyOtherFamily(ctx, host, t.IPAddressType)
		return nil, policy.JudgeLookup(facts)
	}
	endpoints := make([]endpoint, len(addrs))
	for i, addr := range addrs {
		endpoints[i] = endpoint{addr: addr.Unmap(), port: port}
		a.Addresses = append(a.Addresses, addr.Unmap().String())
	}
	if !mapped {
		judgeAddresses(t, endpoints, a)
	}
	return endpoints, nil
}

// judgeAddresses judges every address of a name: for the ones that this attempt does not
// dial, the result is at most a warning.
func judgeAddresses(t *Target, endpoints []endpoint, a *Attempt) {
	for i := range endpoints {
		f := policy.JudgeAddress(t.Host, endpoints[i].addr)
		endpoints[i].judged = f
		if i != turn(a, endpoints) {
			if f.Verdict == policy.Pass {
				continue
			}
			f.Verdict, f.Cause = policy.Warn, ""
			f.Observed = "the name has another address: " + f.Observed
		}
		a.Findings = append(a.Findings, f)
	}
}

// mapped returns where the target is actually reached: at its own name, or where ConnectTo
// says.
func (c *Client) mapped(t *Target) (host string, port int, mapped bool) {
	to, ok := c.ConnectTo[strings.ToLower(t.Address())]
	if !ok {
		to, ok = c.ConnectTo[strings.ToLower(t.Host)]
	}
	if !ok {
		return t.Host, t.Port, false
	}
	host, text, err := net.SplitHostPort(to)
	if err != nil {
		return to, t.Port, true
	}
	if port, err = strconv.Atoi(text); err != nil {
		port = t.Port
	}
	return host, port, true
}

// lookup resolves a name. Names that RFC 6761 keeps out of the DNS are answered here:
// .invalid never exists, and no server is asked for it.
func (c *Client) lookup(ctx context.Context, host string, family distribution.IPAddressType, mapped bool) ([]netip.Addr, error) {
	if addr, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return []netip.Addr{addr}, nil
	}
	if name := strings.ToLower(strings.TrimSuffix(host, ".")); name == "invalid" || strings.HasSuffix(name, ".invalid") {
		return nil, &net.DNSError{Err: "no such host (RFC 6761)", Name: host, IsNotFound: true}
	}
	network := "ip4"
	switch {
	case mapped || family == distribution.DualStack:
		network = "ip"
	case family == distribution.IPv6:
		network = "ip6"
	}
	return c.resolver().LookupNetIP(ctx, network, host)
}

// onlyOtherFamily reports whether a name without an address of the requested family has one
// of the other.
func (c *Client) onlyOtherFamily(ctx context.Context, host string, family distribution.IPAddressType) bool {
	other := distribution.IPv6
	switch family {
	case distribution.DualStack:
		return false
	case distribution.IPv6:
		other = distribution.IPv4
	}
	addrs, err := c.lookup(ctx, host, other, false)
	return err == nil && len(addrs) > 0
}

// lookupFacts returns the facts of a name without an address.
func lookupFacts(host string, family distribution.IPAddressType, elsewhere bool, err error) policy.LookupFacts {
	f := policy.LookupFacts{Name: host, Elsewhere: elsewhere, OnlyIPv6: family == distribution.IPv6, Err: err}
	var dns *net.DNSError
	if errors.As(err, &dns) {
		f.NotFound, f.NoAnswer = dns.IsNotFound, dns.IsTimeout || dns.IsTemporary
	}
	return f
}

// Resolve looks up the target's name without connecting. It returns the cause if
// the lookup fails, and nil otherwise.
func (c *Client) Resolve(ctx context.Context, t Target) *policy.Cause {
	if c.Answer != nil { // nothing is looked up if answers come from a recording
		return nil
	}
	_, cause := c.resolve(ctx, &t, &Attempt{})
	return cause
}
