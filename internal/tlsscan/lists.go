package tlsscan

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/x509"
	"slices"

	"github.com/edgesim/edgesim/internal/tlswire"
	"github.com/edgesim/edgesim/policy"
)

// without returns the list without these values; the original is not modified.
func without(list []uint16, values ...uint16) []uint16 {
	return filtered(list, func(v uint16) bool { return !slices.Contains(values, v) })
}

// both returns the values of a that are also in b, in the order of a.
func both(a, b []uint16) []uint16 {
	return filtered(a, func(v uint16) bool { return slices.Contains(b, v) })
}

// inOrderOf sorts a list by the order of another one; values that are not in it come last.
func inOrderOf(order, list []uint16) []uint16 {
	return slices.Concat(both(order, list), without(list, order...))
}

func reversed(list []uint16) []uint16 {
	r := slices.Clone(list)
	slices.Reverse(r)
	return r
}

// filtered returns the values for which keep is true, in order.
func filtered(list []uint16, keep func(uint16) bool) []uint16 {
	var kept []uint16
	for _, v := range list {
		if keep(v) {
			kept = append(kept, v)
		}
	}
	return kept
}

// ephemeralEC reports whether a suite needs a group of the hello.
func ephemeralEC(suite uint16) bool {
	exchange, _ := tlswire.KeyExchange(suite)
	return exchange == "ECDHE"
}

// ecdsaSuite reports whether a suite needs an ECDSA certificate.
func ecdsaSuite(suite uint16) bool {
	_, auth := tlswire.KeyExchange(suite)
	return auth == "ECDSA"
}

// signedBy returns the kind of key that signs the key exchange of a suite: "RSA", "ECDSA",
// or "" if nothing is signed.
func signedBy(suite uint16) string {
	exchange, auth := tlswire.KeyExchange(suite)
	if (exchange == "ECDHE" || exchange == "DHE") && (auth == "RSA" || auth == "ECDSA") {
		return auth
	}
	return ""
}

// signed returns a function that reports whether a suite's key exchange is signed with this
// kind of key.
func signed(key string) func(uint16) bool {
	return func(suite uint16) bool { return signedBy(suite) == key }
}

// curveOfKey returns the group of a certificate's ECDSA key, or 0.
func curveOfKey(der []byte) uint16 {
	if der == nil {
		return 0
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return 0
	}
	key, ok := certificate.PublicKey.(*ecdsa.PublicKey)
	if !ok {
		return 0
	}
	switch key.Curve {
	case elliptic.P256():
		return policy.GroupP256
	case elliptic.P384():
		return policy.GroupP384
	case elliptic.P521():
		return groupP521
	}
	return 0
}

const groupP521 = 25
