package tlsscan

import (
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// CertificateHello is the part of an offer that gets a certificate with one kind of key in
// one version.
type CertificateHello struct {
	Version uint16
	// KeyType is "RSA" or "ECDSA".
	KeyType string
	Hello   tlswire.ClientHello
}

// CertificateHellos splits an offer into the hellos that get each certificate a server can
// have for it: one for each version and kind of key, newest first. In TLS 1.3 the kind
// follows from the signature schemes, before that from the suites.
func CertificateHellos(o policy.Offer, sni string) []CertificateHello {
	var all []CertificateHello
	for _, version := range slices.Backward(o.Versions) {
		for _, key := range []string{"RSA", "ECDSA"} {
			one := ExactHello(policy.Offer{Versions: []uint16{version}, Suites: o.Suites, Groups: o.Groups}, sni)
			one.Signatures = filtered(one.Signatures, func(s uint16) bool { return tlswire.SignatureKey(s) == key })
			if version == policy.VersionTLS13 {
				one.Suites, one.KeyShares = suites13, o.Groups
			} else {
				one.Suites = filtered(one.Suites, func(s uint16) bool {
					_, auth := tlswire.KeyExchange(s)
					return auth == key && tlswire.SuiteInVersion(s, version)
				})
			}
			if len(one.Suites) > 0 && len(one.Signatures) > 0 {
				all = append(all, CertificateHello{Version: version, KeyType: key, Hello: one})
			}
		}
	}
	return all
}
