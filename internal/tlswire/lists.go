package tlswire

import (
	"slices"
	"strings"
)

// AllGroups returns the groups of RFC 8422, RFC 7919, RFC 8446 and RFC 8734 that servers
// support, and the hybrids with ML-KEM.
func AllGroups() []uint16 {
	return []uint16{
		23, 29, 24, 25, 30, 26, 27, 28, 256, 257, 258, 259, 260, 31, 32, 33, 4588, 4587, 4589, 22, 21, 20, 19,
	}
}

// FiniteFieldGroup reports whether a group is one of the finite fields of RFC 7919.
func FiniteFieldGroup(group uint16) bool { return group >= 256 && group < 512 }

// AllSignatures returns the signature schemes of RFC 8446 and the older pairs.
func AllSignatures() []uint16 {
	return []uint16{
		0x0403, 0x0503, 0x0603, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x0807, 0x0808,
		0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0203, 0x0201, 0x0402, 0x0502, 0x0602, 0x0202, 0x0101, 0x0103,
	}
}

// AllSuites returns the cipher suites that servers may have today: every one that has a
// name here, except the initial null suite. The ones that CloudFront does not list but
// servers commonly have come first, then those it does, then the rest by number.
func AllSuites() []uint16 {
	common := []uint16{
		0x1301, 0x1302, 0x1303, 0x1304, 0x1305, // TLS 1.3
		0xcca9, 0xcca8, 0xccaa, 0xccac, 0xccab, 0xccad, 0xccae, // ChaCha20-Poly1305
		0x009f, 0x009e, 0x006b, 0x0067, 0x0039, 0x0033, 0x0016, 0x00a3, 0x00a2, // DHE
		0x009d, 0x009c, 0x003d, 0x003c, // static RSA GCM and CBC-SHA256
		0xc0ad, 0xc0ac, 0xc0af, 0xc0ae, 0xc09f, 0xc09e, 0xc09d, 0xc09c, 0xc0a3, 0xc0a2, 0xc0a1, 0xc0a0, // CCM
		0xc05d, 0xc05c, 0xc061, 0xc060, 0xc053, 0xc052, 0xc051, 0xc050, // ARIA
		0xc073, 0xc072, 0xc077, 0xc076, 0x00c4, 0x00be, 0x0088, 0x0045, 0x00c0, 0x00ba, 0x0084, 0x0041, // Camellia
		0xc087, 0xc086, 0xc08b, 0xc08a, 0xc07d, 0xc07c, 0xc07b, 0xc07a, // Camellia GCM
		0x00a9, 0x00a8, 0x00af, 0x00ae, 0x008d, 0x008c, 0xc036, 0xc035, 0xc038, 0xc037, // PSK
		0xc02c, 0xc02b, 0xc030, 0xc02f, 0xc024, 0xc023, 0xc028, 0xc027, 0xc00a, 0xc009, 0xc014, 0xc013,
		0xc008, 0xc012, 0xc007, 0xc011, // ECDHE with 3DES and RC4
		0x0035, 0x002f, 0x000a, 0x0005, 0x0004,
	}
	var rest []uint16
	for suite := range suiteNames {
		if suite != 0 && !slices.Contains(common, suite) {
			rest = append(rest, suite)
		}
	}
	slices.Sort(rest)
	return append(common, rest...)
}

// SuiteInVersion reports whether a suite may be chosen in a protocol version (RFC 5246
// appendix A.5, RFC 8446 appendix B.4): authenticated encryption and MACs above SHA-1 came
// with TLS 1.2, elliptic curves with TLS 1.0.
func SuiteInVersion(suite, version uint16) bool {
	name := SuiteName(suite)
	_, cipher, ok := strings.Cut(name, "_WITH_")
	switch {
	case !ok:
		return version == versionTLS13
	case version == versionTLS13:
		return false
	case version == versionTLS12:
		return !strings.Contains(name, "EXPORT")
	case !strings.HasSuffix(cipher, "_SHA") && !strings.HasSuffix(cipher, "_MD5"):
		return false
	}
	return version > versionSSL30 || !strings.HasPrefix(name, "TLS_ECDH")
}
