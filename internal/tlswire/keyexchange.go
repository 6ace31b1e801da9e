package tlswire

import (
	"math/bits"
	"strings"
)

// curveTypeNamed introduces a named group in a ServerKeyExchange (RFC 8422
// section 5.4).
const curveTypeNamed = 3

// keyExchange notes the contents of a ServerKeyExchange. Its form depends on the key
// exchange of the suite, so it is ignored for an unknown suite; an unreadable one is not an
// error of the flight, as nothing here depends on it.
func (f *Flight) keyExchange(body []byte) {
	if f.ServerHello == nil {
		return
	}
	exchange, auth := KeyExchange(f.ServerHello.Suite)
	in := input(body)
	if auth == "PSK" {
		in.bytes(in.u16()) // the hint for the preshared key
	}
	switch exchange {
	case "ECDHE":
		kind, group := in.u8(), in.u16()
		if in.failed() || kind != curveTypeNamed {
			return
		}
		f.KeyExchangeGroup = uint16(group)
		in.bytes(in.u8()) // the public key
	case "DHE":
		prime := in.bytes(in.u16())
		in.bytes(in.u16()) // the generator
		in.bytes(in.u16()) // the public key
		if !in.failed() {
			f.DHBits = bitLength(prime)
		}
	default:
		return
	}
	if f.ServerHello.Version == versionTLS12 && (auth == "RSA" || auth == "ECDSA" || auth == "DSS") {
		if scheme := in.u16(); !in.failed() {
			f.Signature = uint16(scheme)
		}
	}
}

// bitLength returns the length of a big-endian number in bits.
func bitLength(number []byte) int {
	for i, b := range number {
		if b != 0 {
			return 8*(len(number)-i-1) + bits.Len8(b)
		}
	}
	return 0
}

// KeyExchange returns how a suite of TLS 1.2 or older agrees on a key ("ECDHE", "DHE",
// "RSA", "PSK") and how the server is authenticated ("RSA", "ECDSA", "DSS", "PSK", "anon").
// Both are "" for a suite of TLS 1.3, which leaves them to extensions, and for an unknown
// one.
func KeyExchange(suite uint16) (exchange, authentication string) {
	name, _, ok := strings.Cut(strings.TrimPrefix(SuiteName(suite), "TLS_"), "_WITH_")
	if !ok {
		return "", ""
	}
	name = strings.TrimSuffix(name, "_EXPORT")
	switch name {
	case "RSA":
		return "RSA", "RSA"
	case "PSK":
		return "PSK", "PSK"
	case "PSK_DHE": // the registry's odd name for two CCM suites
		return "DHE", "PSK"
	case "NULL":
		return "", ""
	}
	exchange, authentication, ok = strings.Cut(name, "_")
	switch {
	case !ok:
		return "", ""
	case exchange == "ECDH" && authentication == "anon":
		exchange = "ECDHE" // anonymous ECDH is ephemeral
	case exchange == "DH" && authentication == "anon":
		exchange = "DHE"
	}
	return exchange, authentication
}

// SignatureKey returns the kind of key that a signature scheme is for, as KeyExchange names
// it: "RSA" or "ECDSA", which includes Ed25519 and Ed448 (RFC 8422); "" for any other.
func SignatureKey(scheme uint16) string {
	switch {
	case scheme >= 0x0804 && scheme <= 0x0806, scheme >= 0x0809 && scheme <= 0x080b, scheme < 0x0700 && scheme&0xff == 1:
		return "RSA"
	case scheme == 0x0807, scheme == 0x0808, scheme >= 0x081a && scheme <= 0x081c, scheme < 0x0700 && scheme&0xff == 3:
		return "ECDSA"
	}
	return ""
}
