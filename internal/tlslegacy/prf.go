package tlslegacy

import (
	"crypto"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/subtle"
	"hash"

	// The hashes used by suites and schemes.
	_ "crypto/sha256"
	_ "crypto/sha512"
)

// The paddings of the SSLv3 MACs (RFC 6101 section 5.2.3.1): 48 bytes for MD5 and 40 for
// SHA-1.
const (
	sslPad1, sslPad2           = 0x36, 0x5c
	sslPadMD5Len, sslPadSHALen = 48, 40
)

// expand is the pseudorandom function of a version: size bytes from a secret, a label and a
// seed. SSLv3 has no labels and its own construction.
func expand(version uint16, s *suite, secret []byte, label string, seed []byte, size int) []byte {
	if version == VersionSSL30 {
		return expandSSL30(secret, seed, size)
	}
	out := make([]byte, size)
	labelled := append([]byte(label), seed...)
	if version >= VersionTLS12 {
		expandHash(out, s.prf.New, secret, labelled)
		return out
	}
	// TLS 1.0 and 1.1 (RFC 2246 section 5): MD5 with the first half of the secret and SHA-1
	// with the second; the halves share a byte if the length is odd.
	half := (len(secret) + 1) / 2
	expandHash(out, md5.New, secret[:half], labelled)
	second := make([]byte, size)
	expandHash(second, sha1.New, secret[len(secret)-half:], labelled)
	subtle.XORBytes(out, out, second)
	return out
}

// expandHash fills out with P_hash of RFC 5246 section 5.
func expandHash(out []byte, newHash func() hash.Hash, secret, seed []byte) {
	h := hmac.New(newHash, secret)
	h.Write(seed)
	a := h.Sum(nil)
	var block []byte
	for len(out) > 0 {
		h.Reset()
		h.Write(a)
		h.Write(seed)
		block = h.Sum(block[:0])
		out = out[copy(out, block):]
		h.Reset()
		h.Write(a)
		a = h.Sum(a[:0])
	}
}

// expandSSL30 is the derivation of RFC 6101 sections 6.1 and 6.2.2:
// MD5(secret + SHA("A" + secret + seed)), then with "BB", "CCC" and so on.
func expandSSL30(secret, seed []byte, size int) []byte {
	var out []byte
	for letter, times := byte('A'), 1; len(out) < size; letter, times = letter+1, times+1 {
		inner := sha1.New()
		for range times {
			inner.Write([]byte{letter})
		}
		inner.Write(secret)
		inner.Write(seed)
		outer := md5.New()
		outer.Write(secret)
		outer.Write(inner.Sum(nil))
		out = outer.Sum(out)
	}
	return out[:size]
}

// nestedSSL30 is the keyed hash that SSLv3 uses in Finished and
// CertificateVerify (RFC 6101 sections 5.6.8 and 5.6.9), over MD5 and SHA-1.
func nestedSSL30(master, transcript, sender []byte) []byte {
	one := func(h hash.Hash, padLen int) []byte {
		h.Write(transcript)
		h.Write(sender)
		h.Write(master)
		writeRepeated(h, sslPad1, padLen)
		inner := h.Sum(nil)
		h.Reset()
		h.Write(master)
		writeRepeated(h, sslPad2, padLen)
		h.Write(inner)
		return h.Sum(nil)
	}
	return append(one(md5.New(), sslPadMD5Len), one(sha1.New(), sslPadSHALen)...)
}

func writeRepeated(h hash.Hash, b byte, n int) {
	for range n {
		h.Write([]byte{b})
	}
}

// digest is the hash of a text: a single one, or MD5 and SHA-1 concatenated, which RSA
// signs before TLS 1.2.
func digest(h crypto.Hash, text ...[]byte) []byte {
	if h == crypto.MD5SHA1 {
		return append(digest(crypto.MD5, text...), digest(crypto.SHA1, text...)...)
	}
	sum := h.New()
	for _, t := range text {
		sum.Write(t)
	}
	return sum.Sum(nil)
}
