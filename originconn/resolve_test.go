package originconn_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/edgesim/edgesim/distribution"
	"github.com/edgesim/edgesim/internal/conntest"
	"github.com/edgesim/edgesim/originconn"
	"github.com/edgesim/edgesim/policy"
)

// names is a resolver that knows these names; err answers the others.
type names struct {
	known map[string][]string
	err   error
}

func (n names) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	var found []netip.Addr
	for _, text := range n.known[strings.ToLower(host)] {
		if a := netip.MustParseAddr(text); network == "ip" || (network == "ip4") == a.Is4() {
			found = append(found, a)
		}
	}
	if len(found) == 0 {
		return nil, n.err
	}
	return found, nil
}

// dialed notes dialed addresses and refuses the connections.
type dialed struct {
	mu        sync.Mutex
	addresses []string
}

func (d *dialed) dial(_ context.Context, _, address string) (net.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.addresses = append(d.addresses, address)
	return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
}

// TestResolve proves CF-DNS-01, CF-DNS-02, CF-DNS-05 to CF-DNS-09 and
// CF-CONN-10: which names resolve to what, and which addresses are dialed.
func TestResolve(t *testing.T) {
	t.Parallel()
	missing := &net.DNSError{Err: "no such host", IsNotFound: true}
	broken := &net.DNSError{Err: "server misbehaving", IsTemporary: true}
	both := names{known: map[string][]string{"both.example": {"2001:db8::1", "192.0.2.1"}}, err: missing}
	for _, row := range []struct {
		name     string
		resolver names
		host     string
		family   distribution.IPAddressType
		connect  map[string]string
		dialed   string
		cause    policy.CauseName
		detail   string
		verdict  policy.Verdict // of CF-CONN-10
	}{
		{"CF-DNS-05 ipv4", both, "both.example", "ipv4", nil, "192.0.2.1:80", "connect-refused", "", policy.Pass},
		{"CF-DNS-05 unset", both, "both.example", "", nil, "192.0.2.1:80", "connect-refused", "", policy.Pass},
		{"CF-DNS-06 ipv6", both, "both.example", "ipv6", nil, "[2001:db8::1]:80", "connect-refused", "", policy.Pass},
		{"CF-DNS-07 dualstack", both, "both.example", "dualstack", nil, "[2001:db8::1]:80", "connect-refused", "", policy.Pass},
		{"CF-DNS-06 no AAAA", names{known: map[string][]string{"four.example": {"192.0.2.1"}}, err: missing}, "four.example", "ipv6", nil, "", "dns-failure", "has IPv4 addresses only, and IpAddressType is ipv6", ""},
		{"CF-DNS-06 neither", names{err: missing}, "none.example", "ipv6", nil, "", "dns-failure", "only IPv6 is used", ""},
		{"CF-DNS-05 no A", names{known: map[string][]string{"six.example": {"2001:db8::1"}}, err: missing}, "six.example", "ipv4", nil, "", "dns-failure", "has IPv6 addresses only, and IpAddressType is ipv4", ""},
		{"CF-DNS-05 no A, unset", names{known: map[string][]string{"six.example": {"2001:db8::1"}}}, "six.example", "", nil, "", "dns-failure", "has IPv6 addresses only", ""},
		{"CF-DNS-01", both, "nowhere.example", "ipv4", nil, "", "dns-failure", "no such host", ""},
		{"CF-DNS-02 a private zone's name", names{err: missing}, "db.corp.internal", "ipv4", nil, "", "dns-failure", "no such host", ""},
		{"CF-DNS-09 broken delegation", names{err: broken}, "sub.example", "ipv4", nil, "", "dns-failure", "gave no answer", ""},
		{"no address and no error", names{}, "empty.example", "ipv4", nil, "", "dns-failure", "has no address", ""},
		{".invalid is not asked for", names{err: errors.New("asked")}, "x.INVALID", "ipv4", nil, "", "dns-failure", "no such host", ""},
		{"CF-DNS-08 an address as name", names{}, "192.0.2.9", "ipv4", nil, "192.0.2.9:80", "connect-refused", "", policy.Pass},
		{"CF-CONN-10 private", names{known: map[string][]string{"in.example": {"10.1.2.3"}}}, "in.example", "ipv4", nil, "10.1.2.3:80", "connect-refused", "", policy.Warn},
		{"CF-CONN-10 shared", names{known: map[string][]string{"in.example": {"100.64.0.1"}}}, "in.example", "ipv4", nil, "100.64.0.1:80", "connect-refused", "", policy.Warn},
		{"CF-CONN-10 metadata service", names{known: map[string][]string{"md.example": {"169.254.169.254"}}}, "md.example", "ipv4", nil, "", "connect-timeout", "not dialed", policy.Fail},
		{"CF-CONN-10 another address is a metadata service", names{known: map[string][]string{"md.example": {"192.0.2.1", "169.254.169.254"}}}, "md.example", "ipv4", nil, "192.0.2.1:80", "connect-refused", "", policy.Warn},
		{"CF-CONN-10 unspecified", names{known: map[string][]string{"zero.example": {"0.0.0.0"}}}, "zero.example", "ipv4", nil, "0.0.0.0:80", "connect-refused", "", policy.Warn},
		{"CF-CONN-10 through a translator", names{known: map[string][]string{"md.example": {"64:ff9b::a9fe:a9fe"}}}, "md.example", "ipv6", nil, "", "connect-timeout", "169.254.169.254", policy.Fail},
		{"mapped there explicitly", names{}, "md.example", "ipv4", map[string]string{"md.example": "169.254.169.254:81"}, "169.254.169.254:81", "connect-refused", "", ""},
		{"mapped, the port counts", names{}, "A.example", "ipv4", map[string]string{"a.example:80": "127.0.0.1:81", "a.example": "127.0.0.1:82"}, "127.0.0.1:81", "connect-refused", "", ""},
		{"mapped to a name", names{known: map[string][]string{"lab": {"127.0.0.9"}}}, "a.example", "ipv4", map[string]string{"a.example": "lab:82"}, "127.0.0.9:82", "connect-refused", "", ""},
		{"mapped to a name that is not there", names{err: missing}, "a.example", "ipv4", map[string]string{"a.example": "lab:82"}, "", "dns-failure", `"lab" does not resolve`, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var d dialed
			client := conntest.Watch(t, &originconn.Client{Resolver: row.resolver, DialContext: d.dial, ConnectTo: row.connect})
			target := defaults()
			target.Host, target.IPAddressType, target.Attempts = row.host, row.family, 1
			result := client.Do(t.Context(), target, get())
			if result.Cause == nil || result.Cause.Name != row.cause || !strings.Contains(result.Cause.Detail, row.detail) {
				t.Errorf("cause %v, want %s with %q", result.Cause, row.cause, row.detail)
			}
			if got := strings.Join(d.addresses, " "); got != row.dialed {
				t.Errorf("dialed %q, want %q", got, row.dialed)
			}
			verdict := policy.Verdict("")
			for _, f := range result.Attempts[0].Findings {
				if f.Rule == "CF-CONN-10" {
					verdict = f.Verdict
				}
			}
			if verdict != row.verdict {
				t.Errorf("CF-CONN-10 %q, want %q", verdict, row.verdict)
			}
		})
	}
}

// TestMappedHint: if --connect leads to a port without a listener (CF-CONN-08), the hint
// says so; a name mapped to itself is not treated as an entry.
func TestMappedHint(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"127.0.0.1:81": "a.example:80 is reached at 127.0.0.1:81 here: start the origin there, or change where --connect sends it",
		"a.example:80": "", "": "",
	} {
		var d dialed
		client := conntest.Watch(t, &originconn.Client{Resolver: names{known: map[string][]string{"a.example": {"127.0.0.9"}}}, DialContext: d.dial})
		if to != "" {
			client.ConnectTo = map[string]string{"a.example": to}
		}
		target := defaults()
		target.Host, target.Attempts = "a.example", 1
		if cause := client.Do(t.Context(), target, get()).Cause; cause == nil || cause.Hint != want {
			t.Errorf("to %q: %+v, want the hint %q", to, cause, want)
		}
	}
}

// TestMappedNameHint: a name to which --connect leads and that does not resolve
// (CF-DNS-01) is an entry to check, unless it is mapped to itself.
func TestMappedNameHint(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{"lab:82": `"lab" is where --connect sends this origin; check that entry`, "a.example:80": ""} {
		client := conntest.Watch(t, &originconn.Client{Resolver: names{err: &net.DNSError{IsNotFound: true}}, ConnectTo: map[string]string{"a.example": to}})
		target := defaults()
		target.Host, target.Attempts = "a.example", 1
		if cause := client.Do(t.Context(), target, get()).Cause; cause == nil || cause.Name != policy.CauseDNSFailure || cause.Hint != want {
			t.Errorf("to %q: %+v, want the hint %q", to, cause, want)
		}
	}
}

// TestAttemptsUseTheAddressesInTurn: with several addresses, the next attempt
// goes to the next one.
func TestAttemptsUseTheAddressesInTurn(t *testing.T) {
	t.Parallel()
	var d dialed
	client := conntest.Watch(t, &originconn.Client{Resolver: static{}, DialContext: d.dial})
	result := client.Do(t.Context(), defaults(), get())
	if got := strings.Join(d.addresses, " "); got != "192.0.2.1:80 192.0.2.2:80 192.0.2.1:80" || len(result.Attempts) != 3 {
		t.Errorf("dialed %q in %d attempts", got, len(result.Attempts))
	}
}

// TestEveryAddressIsJudged: the address that an attempt uses is the one that is judged, and
// a refused one is not dialed (CF-CONN-10).
func TestEveryAddressIsJudged(t *testing.T) {
	t.Parallel()
	for _, secure := range []bool{false, true} {
		var d dialed
		client := &originconn.Client{DialContext: d.dial, ExplainWithin: -1, Resolver: names{known: map[string][]string{
			"a.example": {"203.0.113.1", "169.254.169.254", "10.0.0.1"},
		}}}
		target := defaults()
		target.Host, target.Attempts, target.TLS = "a.example", 4, secure
		target.Offer = policy.OfferFor([]distribution.SSLProtocol{"TLSv1.2"}, policy.CurrentSnapshot())
		result := client.Do(t.Context(), target, get())
		if got := strings.Join(d.addresses, " "); got != "203.0.113.1:80 10.0.0.1:80 203.0.113.1:80" {
			t.Errorf("dialed %q", got)
		}
		for i, want := range []struct {
			address string
			verdict policy.Verdict
			rule    policy.RuleID
		}{{"203.0.113.1:80", policy.Pass, "CF-CONN-08"}, {"", policy.Fail, "CF-CONN-10"}, {"10.0.0.1:80", policy.Warn, "CF-CONN-08"}, {"203.0.113.1:80", policy.Pass, "CF-CONN-08"}} {
			a := result.Attempts[i]
			if a.Address != want.address || a.Cause.Rule != want.rule || !slices.ContainsFunc(a.Findings, func(f policy.Finding) bool {
				return f.Rule == "CF-CONN-10" && f.Verdict == want.verdict && !strings.Contains(f.Observed, "another address")
			}) {
				t.Errorf("attempt %d: %q %v %+v, want %+v", i+1, a.Address, a.Cause, a.Findings, want)
			}
		}
	}
}

// TestDialErrors proves CF-CONN-08 and CF-ERR-03 by error number.
func TestDialErrors(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		err   error
		cause policy.CauseName
		rule  policy.RuleID
	}{
		{syscall.ECONNREFUSED, "connect-refused", "CF-CONN-08"},
		{syscall.ECONNRESET, "connect-reset", "CF-ERR-03"},
		{syscall.ETIMEDOUT, "connect-timeout", "CF-CONN-09"},
		{syscall.EHOSTUNREACH, "connect-refused", "CF-CONN-08"},
		{syscall.ENETUNREACH, "connect-refused", "CF-CONN-08"},
		{io.ErrUnexpectedEOF, "connect-refused", "CF-CONN-08"},
	} {
		client := conntest.Watch(t, &originconn.Client{Resolver: static{}, DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: row.err}
		}})
		target := defaults()
		target.Attempts = 1
		cause := client.Do(t.Context(), target, get()).Cause
		checkCause(t, cause, row.cause, row.rule)
		unreachable := row.err == syscall.EHOSTUNREACH || row.err == syscall.ENETUNREACH
		if cause != nil && (cause.Hint == "this machine has no route to that address; CloudFront may have one") != unreachable {
			t.Errorf("%v: the hint is %q", row.err, cause.Hint)
		}
	}
}

// TestOnlyTheOtherFamily: for a name that only has addresses of the other family, the hint
// names the setting or the record to change (CF-DNS-05, CF-DNS-06).
func TestOnlyTheOtherFamily(t *testing.T) {
	t.Parallel()
	for family, want := range map[distribution.IPAddressType]struct {
		rule policy.RuleID
		hint string
	}{
		"ipv4": {"CF-DNS-05", `set IpAddressType of the origin to ipv6 or dualstack, or publish an A record for "a.example"`},
		"ipv6": {"CF-DNS-06", `set IpAddressType of the origin to ipv4 or dualstack, or publish an AAAA record for "a.example"`},
	} {
		address := "2001:db8::1"
		if family == "ipv6" {
			address = "192.0.2.1"
		}
		client := &originconn.Client{Resolver: names{known: map[string][]string{"a.example": {address}}, err: &net.DNSError{IsNotFound: true}}}
		target := defaults()
		target.Host, target.IPAddressType = "a.example", family
		if cause := client.Do(t.Context(), target, get()).Cause; cause == nil || cause.Name != policy.CauseDNSFailure || cause.Rule != want.rule || cause.Hint != want.hint {
			t.Errorf("%s: got %+v, want %+v", family, cause, want)
		}
	}
}
