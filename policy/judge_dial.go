package policy

import (
	"fmt"
	"strings"
	"time"
)

// Failure is how an operation on a connection ended: facts read from error
// numbers and deadlines, never from text. The zero value means that nothing is
// known.
type Failure struct {
	// Err is the error itself, used only for display.
	Err error
	// TimedOut says that a deadline passed, edgesim's or the kernel's.
	TimedOut bool
	// Refused, Reset and Unreachable are ECONNREFUSED, ECONNRESET or EPIPE, and
	// ENETUNREACH or EHOSTUNREACH.
	Refused, Reset, Unreachable bool
	// Ended says that the peer closed the connection normally.
	Ended bool
}

// LookupFacts is the result of looking up an origin's name.
type LookupFacts struct {
	// Name is the name that was looked up.
	Name string
	// Elsewhere says that Name is not the origin's own, but where --connect leads.
	Elsewhere bool
	// OnlyIPv6 says that IPv4 addresses do not count; OtherFamily says that there
	// are addresses, but all of the family that does not count.
	OnlyIPv6, OtherFamily bool
	// NotFound says that the name servers know no such name, NoAnswer that they did
	// not respond.
	NotFound, NoAnswer bool
	// Err is the error; nil means a response without an address.
	Err error
}

// JudgeLookup returns the cause for a name that has no address to connect to
// (CF-DNS-01), or none of the family that IpAddressType allows (CF-DNS-05,
// CF-DNS-06).
func JudgeLookup(f LookupFacts) *Cause {
	if f.OtherFamily {
		return wrongFamily(f)
	}
	detail := fmt.Sprintf("%q has no address", f.Name)
	switch {
	case f.NotFound:
		detail = fmt.Sprintf("%q does not resolve: no such host", f.Name)
	case f.NoAnswer:
		detail = fmt.Sprintf("%q does not resolve: the name servers gave no answer", f.Name)
	case f.Err != nil:
		detail = fmt.Sprintf("%q does not resolve: %v", f.Name, f.Err)
	}
	if f.OnlyIPv6 {
		detail += " (only IPv6 is used: IpAddressType is ipv6)"
	}
	cause := NewCause(CauseDNSFailure, detail, f.Err)
	if f.Elsewhere {
		cause.hinted("%q is where --connect sends this origin; check that entry", f.Name)
	}
	return cause
}

// wrongFamily is the cause of a name that only has addresses of the other family.
func wrongFamily(f LookupFacts) *Cause {
	rule, has, used, record, other := RuleID("CF-DNS-05"), "IPv6", "ipv4", "an A record", "ipv6"
	if f.OnlyIPv6 {
		rule, has, used, record, other = "CF-DNS-06", "IPv4", "ipv6", "an AAAA record", "ipv4"
	}
	cause := NewCause(CauseDNSFailure, fmt.Sprintf("%q has %s addresses only, and IpAddressType is %s", f.Name, has, used), f.Err).
		hinted("set IpAddressType of the origin to %s or dualstack, or publish %s for %q", other, record, f.Name)
	cause.Rule = rule
	return cause
}

// DialFacts is the result of opening a TCP connection.
type DialFacts struct {
	// Origin is the host:port as configured, Address the ip:port dialed.
	Origin, Address string
	// ConnectTo is the host:port given by --connect; "" if none applies.
	ConnectTo string
	// Took is how long the attempt took.
	Took time.Duration
	// Failure is how it failed.
	Failure Failure
}

// JudgeDial returns the cause for a connection that could not be opened
// (CF-CONN-08, CF-CONN-09, CF-ERR-03).
func JudgeDial(f DialFacts) *Cause {
	cause := f.cause()
	// A name may be mapped to itself, so that it is looked up where it is not public.
	if f.ConnectTo != "" && cause.Hint == "" && !strings.EqualFold(f.ConnectTo, f.Origin) {
		cause.hinted("%s is reached at %s here: start the origin there, or change where --connect sends it", f.Origin, f.ConnectTo)
	}
	return cause
}

func (f *DialFacts) cause() *Cause {
	err := f.Failure.Err
	switch {
	case f.Failure.Refused:
		return NewCause(CauseConnectRefused, fmt.Sprintf("nothing listens at %s (%s): connection refused", f.Origin, f.Address), err)
	case f.Failure.Reset:
		return NewCause(CauseConnectReset, fmt.Sprintf("%s (%s) reset the connection while connecting", f.Origin, f.Address), err)
	case f.Failure.TimedOut:
		return NewCause(CauseConnectTimeout, fmt.Sprintf("%s (%s) did not answer the connection request within %s", f.Origin, f.Address, round(f.Took)), err)
	}
	cause := NewCause(CauseConnectRefused, fmt.Sprintf("no connection to %s (%s): %v", f.Origin, f.Address, err), err)
	cause.Inferred = true
	if f.Failure.Unreachable {
		cause.hinted("this machine has no route to that address; CloudFront may have one")
	}
	return cause
}

// OnlyPlainPort adds to the cause of a failed HTTPS connection that the origin's
// HTTP port responds, as detail says: a listener on the wrong port is the most
// common reason why port 443 does not respond.
func OnlyPlainPort(c *Cause, detail string, port, plainPort int) *Cause {
	told := *c
	told.Detail += "; " + detail
	return told.hinted("set the origin's protocol policy to http-only, as only port %d answers, or let the origin serve HTTPS on port %d", plainPort, port)
}

// round rounds a duration so that it reads well in a sentence.
func round(d time.Duration) time.Duration {
	if d > time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Millisecond)
}
