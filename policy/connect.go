package policy

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/edgesim/edgesim/distribution"
)

// sharedAddressSpace is RFC 6598: not private by name, but not public either.
var sharedAddressSpace = netip.MustParsePrefix("100.64.0.0/10")

// JudgeAddress judges the address an origin's name resolved to. CloudFront
// reaches public addresses only: a private one is let pass with a warning,
// because container networks need it, and a link-local one, where the metadata
// services of clouds live, is refused unless it is mapped explicitly.
func JudgeAddress(host string, addr netip.Addr) Finding {
	f := Finding{
		Rule: "CF-CONN-10", Verdict: Pass, Subject: fmt.Sprintf("%s (%s)", host, addr),
		Observed: "public address", Expected: "an address that CloudFront can reach over the internet",
	}
	switch {
	case addr.IsLinkLocalUnicast(), addr == netip.MustParseAddr("fd00:ec2::254"):
		f.Verdict, f.Cause = Fail, CauseConnectTimeout
		f.Observed = "link-local address, which is not dialed"
		f.Hint = "if this address is really meant, map it: --connect " + host + "=ADDRESS:PORT"
	case addr.IsLoopback():
		f.Verdict, f.Observed = Warn, "loopback address: reached here, but CloudFront could not"
	case addr.IsPrivate(), sharedAddressSpace.Contains(addr):
		f.Verdict, f.Observed = Warn, "private address: reached here, but CloudFront could not and would answer 504"
	}
	if f.Verdict == Warn {
		f.Hint = "give the origin a public name and address before deploying, or use a VPC origin"
	}
	return f
}

// StaleConnection tells that the origin had closed a kept connection before it
// could be used again, with the two timeouts side by side. Here it was noticed in
// time; a request that is on its way at that moment gets a 502 (CF-CONN-20).
func StaleConnection(origin *distribution.Origin, idle time.Duration) Finding {
	return Finding{
		Rule: "CF-CONN-20", Verdict: Warn, Subject: fmt.Sprintf("a kept-alive connection to the origin %q", origin.ID),
		Observed: fmt.Sprintf("the origin had closed it when it was to be used again, after %s without use; the edge keeps it for %s", idle.Round(time.Millisecond), origin.KeepaliveTimeout),
		Expected: "a keep-alive timeout of the origin that is longer than the edge's",
		Hint:     fmt.Sprintf("make the origin's own keep-alive timeout longer than OriginKeepaliveTimeout of %q, now %s, or lower that below the origin's: a request under way when it closes gets a 502", origin.ID, origin.KeepaliveTimeout),
	}
}

// IsTLSAlert says whether the first bytes of an answer are the record of a TLS
// alert: so answers a port that speaks TLS to a request in plain HTTP.
func IsTLSAlert(answer []byte) bool {
	return len(answer) >= 5 && answer[0] == 21 && answer[1] == 3 && answer[2] <= 4
}
