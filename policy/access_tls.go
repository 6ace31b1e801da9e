package policy

import (
	"slices"

	"github.com/edgesim/edgesim/distribution"
)

// ViewerPolicy is what viewers may use in HTTPS with a distribution: the security
// policy of its viewer certificate, and its HTTP versions.
type ViewerPolicy struct {
	// Name is the security policy, e.g. "TLSv1.2_2021".
	Name string
	// Versions are the protocol versions by their wire numbers, oldest first.
	Versions []uint16
	// TLS13 holds the TLS 1.3 suites, Suites those for earlier versions, in the
	// order of the documentation.
	TLS13, Suites []uint16
	// HTTP2 says that HTTP/2 is supported (CF-VIEW-49).
	HTTP2 bool
}

// viewerSuites are the columns of the table of security policies, from the widest to the
// narrowest: each list is cut where a policy ends.
var (
	viewerTLS13    = []string{"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
	viewerECDHE    = ecdhe("AES128-GCM-SHA256", "AES128-SHA256", "AES128-SHA", "AES256-GCM-SHA384", "CHACHA20-POLY1305", "AES256-SHA384", "AES256-SHA")
	viewerNoSHA1   = ecdhe("AES128-GCM-SHA256", "AES128-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305", "AES256-SHA384")
	viewerAEAD     = ecdhe("AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305")
	viewerGCM      = ecdhe("AES128-GCM-SHA256", "AES256-GCM-SHA384")
	viewerRSA2018  = []string{"AES128-GCM-SHA256", "AES256-GCM-SHA384", "AES128-SHA256"}
	viewerRSA2016  = append(slices.Clone(viewerRSA2018), "AES256-SHA", "AES128-SHA")
	viewerRSA      = append(slices.Clone(viewerRSA2016), "DES-CBC3-SHA")
	viewerRSASSLv3 = append(slices.Clone(viewerRSA), "RC4-MD5")
)

func ecdhe(suites ...string) []string {
	var all []string
	for _, kind := range []string{"ECDHE-ECDSA-", "ECDHE-RSA-"} {
		for _, suite := range suites {
			all = append(all, kind+suite)
		}
	}
	return all
}

// The versions that only viewers may use.
const (
	versionSSL3  = 0x0300
	versionTLS10 = 0x0301
	versionTLS11 = 0x0302
	versionTLS12 = 0x0303
)

// securityPolicies is the table of MinimumProtocolVersion (CF-VIEW-01 to CF-VIEW-35).
var securityPolicies = map[string]struct {
	oldest            uint16
	tls13, ecdhe, rsa []string
}{
	"SSLv3":        {versionSSL3, viewerTLS13, viewerECDHE, viewerRSASSLv3},
	"TLSv1":        {versionTLS10, viewerTLS13, viewerECDHE, viewerRSA},
	"TLSv1_2016":   {versionTLS10, viewerTLS13, viewerECDHE, viewerRSA2016},
	"TLSv1.1_2016": {versionTLS11, viewerTLS13, viewerECDHE, viewerRSA2016},
	"TLSv1.2_2018": {versionTLS12, viewerTLS13, viewerNoSHA1, viewerRSA2018},
	"TLSv1.2_2019": {versionTLS12, viewerTLS13, viewerNoSHA1, nil},
	"TLSv1.2_2021": {versionTLS12, viewerTLS13, viewerAEAD, nil},
	"TLSv1.2_2025": {versionTLS12, viewerTLS13[:2], viewerGCM, nil},
	"TLSv1.3_2025": {VersionTLS13, viewerTLS13, nil, nil},
}

// ViewerPolicyOf returns what viewers of a distribution may use. With the default
// certificate it is TLSv1, whatever is configured (CF-VIEW-42), and also if
// nothing is configured.
func ViewerPolicyOf(d *distribution.Distribution) ViewerPolicy {
	name := d.ViewerCertificate.MinimumProtocolVersion
	if name == "" || d.ViewerCertificate.CloudFrontDefault {
		name = "TLSv1"
	}
	p, ok := securityPolicies[name]
	if !ok { // a policy newer than this program, which the reader has reported
		name = "TLSv1.2_2021"
		p = securityPolicies[name]
	}
	v := ViewerPolicy{Name: name, HTTP2: d.HTTPVersion != "http1.1"}
	for version := p.oldest; version <= VersionTLS13; version++ {
		v.Versions = append(v.Versions, version)
	}
	v.TLS13, v.Suites = suiteNumbers(p.tls13), suiteNumbers(append(slices.Clone(p.ecdhe), p.rsa...))
	return v
}

// suiteNumbers returns suites by their numbers on the wire.
func suiteNumbers(names []string) []uint16 {
	numbers := make([]uint16, 0, len(names))
	for _, name := range names {
		for number, known := range opensslNames {
			if known == name {
				numbers = append(numbers, number)
			}
		}
	}
	return numbers
}
