package tlsscan

import (
	"slices"
	"strings"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// suitesToAsk returns the suites of one version in the order in which a scan tries them:
// CloudFront's first, in the documented order, then what servers commonly have, then the
// rest. Elliptic curves come before static keys within each part, so that a first answer
// also shows a group and a signature.
func suitesToAsk(version uint16) []uint16 {
	if version == policy.VersionTLS13 {
		return append(slices.Clone(suites13), filtered(tlswire.AllSuites(), func(s uint16) bool {
			return tlswire.SuiteInVersion(s, version) && !slices.Contains(suites13, s)
		})...)
	}
	list := slices.Clone(policy.CurrentSnapshot().Suites)
	for _, wanted := range []func(uint16) bool{common, certified, func(uint16) bool { return true }} {
		for _, suite := range tlswire.AllSuites() {
			if wanted(suite) && !slices.Contains(list, suite) {
				list = append(list, suite)
			}
		}
	}
	return filtered(list, func(s uint16) bool { return tlswire.SuiteInVersion(s, version) })
}

// reorder puts the curves first and reverses both parts: the counterpart of suitesToAsk,
// which reveals the origin's preference. ChaCha20 stays at the end: servers with their own
// order give it up for a client that has ChaCha20 before AES, which looks like the client's
// order but is not.
func reorder(suites []uint16) []uint16 {
	parts := [][]uint16{filtered(suites, ephemeralEC), filtered(suites, func(s uint16) bool { return !ephemeralEC(s) })}
	var list []uint16
	for _, part := range parts {
		last := filtered(part, chacha)
		list = slices.Concat(list, reversed(without(part, last...)), last)
	}
	return list
}

// certified reports whether a suite works with a current certificate.
func certified(suite uint16) bool {
	exchange, auth := tlswire.KeyExchange(suite)
	return (exchange == "ECDHE" || exchange == "DHE" || exchange == "RSA") && (auth == "RSA" || auth == "ECDSA")
}

// common reports whether a suite is among those that OpenSSL counts as HIGH and that a
// server has by default: they are tried one by one, the others together.
func common(suite uint16) bool {
	if !certified(suite) {
		return false
	}
	_, cipher, _ := strings.Cut(tlswire.SuiteName(suite), "_WITH_")
	switch {
	case strings.HasPrefix(cipher, "AES_"), strings.HasPrefix(cipher, "CHACHA20_"):
		return true
	case strings.HasPrefix(cipher, "CAMELLIA_"):
		return !strings.Contains(cipher, "GCM")
	}
	return strings.HasPrefix(cipher, "ARIA_") && strings.Contains(cipher, "GCM")
}

// likely reports whether a suite is worth a separate question: a common one, and any
// relative of an accepted one. DHE, which needs parameters, the seldom ones and those
// without a certificate are rare until the first is seen.
func likely(suite uint16, accepted []uint16) bool {
	exchange, auth := tlswire.KeyExchange(suite)
	if common(suite) && !seldom(suite) && exchange != "DHE" || slices.Contains(suites13, suite) {
		return true
	}
	if exchange == "" { // the rare suites of TLS 1.3
		return false
	}
	return slices.ContainsFunc(accepted, func(other uint16) bool {
		e, a := tlswire.KeyExchange(other)
		return e == exchange && a == auth && (common(suite) || !certified(suite))
	})
}

// openSSLOrder is the order of OpenSSL's list HIGH, which most servers with their own order
// use. It is only a guess of what such a server will choose next; a wrong guess costs a
// connection but changes no result.
var openSSLOrder = []uint16{
	0xc02c, 0xc030, 0x009f, 0xcca9, 0xcca8, 0xccaa, 0xc0af, 0xc0ad, 0xc0a3, 0xc09f, 0xc05d, 0xc061,
	0xc053, 0xc02b, 0xc02f, 0x009e, 0xc0ae, 0xc0ac, 0xc0a2, 0xc09e, 0xc05c, 0xc060, 0xc052, 0xc024,
	0xc028, 0x006b, 0xc073, 0xc077, 0x00c4, 0xc023, 0xc027, 0x0067, 0xc072, 0xc076, 0x00be, 0xc00a,
	0xc014, 0x0039, 0x0088, 0xc009, 0xc013, 0x0033, 0x0045, 0x009d, 0xc0a1, 0xc09d, 0xc051, 0x009c,
	0xc0a0, 0xc09c, 0xc050, 0x003d, 0x00c0, 0x003c, 0x00ba, 0x0035, 0x0084, 0x002f, 0x0041,
}

// mozillaOrder is the order of Mozilla's recommended lists, the other common one;
// crypto/tls has nearly the same.
var mozillaOrder = []uint16{
	0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0x009e, 0x009f, 0xccaa, 0xc023, 0xc027, 0xc009, 0xc013,
	0xc024, 0xc028, 0xc00a, 0xc014, 0x0067, 0x006b, 0x0033, 0x0039, 0x009c, 0x009d, 0x003c, 0x003d, 0x002f, 0x0035, 0x000a,
}

// seldom reports whether a suite is rarely needed: CCM, ARIA and Camellia. They are the
// first to stay undecided if there are not enough connections.
func seldom(suite uint16) bool {
	name := tlswire.SuiteName(suite)
	return strings.Contains(name, "CCM") || strings.Contains(name, "ARIA") || strings.Contains(name, "CAMELLIA")
}

// chachaLast puts ChaCha20 last if the origin may have its own order: some servers give
// that up for a client that has ChaCha20 first.
func chachaLast(suites []uint16, byClient bool) []uint16 {
	if byClient {
		return suites
	}
	last := filtered(suites, chacha)
	return slices.Concat(without(suites, last...), last)
}

func chacha(suite uint16) bool { return strings.Contains(tlswire.SuiteName(suite), "CHACHA20") }

// usualGroups and usualSchemes are what most servers accept, in OpenSSL's order.
var (
	hybridGroups = []uint16{4588, 4587, 4589} // with ML-KEM: first, where a server has one
	usualGroups  = []uint16{29, 23, 30, 25, 24}
	usualSchemes = []uint16{
		0x0804, 0x0805, 0x0806, 0x0401, 0x0501, 0x0601, 0x0301, // RSA
		0x0403, 0x0503, 0x0603, 0x0303, // ECDSA
	}
)

// byKind groups suites that are likely to be configured together: by key exchange and kind
// of key, and those with a MAC separate from the others.
func byKind(suites []uint16) [][]uint16 {
	kind := func(suite uint16) string {
		exchange, auth := tlswire.KeyExchange(suite)
		if cbc(suite) {
			auth += " CBC"
		}
		return exchange + auth
	}
	var kinds [][]uint16
	for len(suites) > 0 {
		same := filtered(suites, func(s uint16) bool { return kind(s) == kind(suites[0]) })
		kinds = append(kinds, same)
		suites = without(suites, same...)
	}
	return kinds
}

func cbc(suite uint16) bool { return strings.Contains(tlswire.SuiteName(suite), "CBC") }
