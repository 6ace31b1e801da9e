package tlsscan

import (
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// suites13 are the suites offered with TLS 1.3. The documented list has none; these are the
// ones that every stack has (CF-TLS-31).
var suites13 = []uint16{0x1301, 0x1302, 0x1303}

// signatures13 are the schemes that TLS 1.3 requires for an RSA certificate; the documented
// list has none of them (CF-TLS-21).
var signatures13 = []uint16{0x0804, 0x0805, 0x0806}

// ExactAnswer is the answer to one hello with the exact documented list.
type ExactAnswer struct {
	// Address is the ip:port that was asked.
	Address string `json:"address"`
	// Hello is the hello as sent, in TLS records.
	Hello []byte `json:"hello"`
	// Flight is the response, as far as it is readable.
	Flight tlswire.Flight `json:"flight"`
	// TimedOut means that the wait ended before the origin did.
	TimedOut bool `json:"timedOut,omitempty"`
}

// Accepted reports whether the origin answered with a ServerHello that the offer allows, in
// its version and suite.
func (a *ExactAnswer) Accepted(o policy.Offer) bool {
	hello := a.Flight.ServerHello
	return hello != nil && o.Allows(hello.Version) && slices.Contains(offeredSuites(o, hello.Version), hello.Suite)
}

// ExactHello returns a hello with exactly an offer: its versions, its suites and groups in
// their order, and the documented signature schemes. If TLS 1.3 is offered, its suites come
// first and the schemes that it needs last.
func ExactHello(o policy.Offer, sni string) tlswire.ClientHello {
	hello := tlswire.ClientHello{
		Versions: o.Versions, Suites: o.Suites, Groups: o.Groups,
		Signatures: policy.SignatureSchemes(), SNI: sni,
	}
	if o.Allows(policy.VersionTLS13) {
		hello.Suites = append(append([]uint16{}, suites13...), o.Suites...)
		hello.Signatures = append(policy.SignatureSchemes(), signatures13...)
		for _, g := range o.Groups[:min(1, len(o.Groups))] {
			hello.KeyShares = []uint16{g}
		}
	}
	if onlySSL3(o.Versions) {
		hello.Suites = withoutECDHE(hello.Suites)
	}
	return hello
}

// onlySSL3 reports whether SSLv3 is the only version (CF-TLS-04).
func onlySSL3(versions []uint16) bool {
	return len(versions) == 1 && versions[0] == policy.VersionSSL30
}

// withoutECDHE leaves out suites that need a curve, which SSLv3 cannot name.
func withoutECDHE(suites []uint16) []uint16 {
	var kept []uint16
	for _, suite := range suites {
		if tlswire.SuiteInVersion(suite, policy.VersionSSL30) {
			kept = append(kept, suite)
		}
	}
	return kept
}
