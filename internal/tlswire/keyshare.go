package tlswire

import (
	"crypto/ecdh"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
)

// ecdhCurves are the groups that a key share can be made for.
var ecdhCurves = map[uint16]ecdh.Curve{23: ecdh.P256(), 24: ecdh.P384(), 25: ecdh.P521(), 29: ecdh.X25519()}

// makeKeys makes one key pair per group.
func makeKeys(groups []uint16) (map[uint16]*ecdh.PrivateKey, error) {
	keys := make(map[uint16]*ecdh.PrivateKey, len(groups))
	for _, group := range groups {
		curve, ok := ecdhCurves[group]
		if !ok {
			return nil, fmt.Errorf("no key share for the group %s", GroupName(group))
		}
		if keys[group] != nil {
			return nil, fmt.Errorf("two key shares for the group %s", GroupName(group))
		}
		key, err := curve.GenerateKey(rand.Reader)
		if err != nil {
			return nil, err
		}
		keys[group] = key
	}
	return keys, nil
}

// serverSecret returns the server's handshake traffic secret (RFC 8446 section 7.1) of a
// handshake without retry and without a preshared key. serverHello is the whole message,
// including its header.
func (s *SentHello) serverSecret(hello *ServerHello, serverHello []byte) ([]byte, error) {
	key, ok := s.keys[hello.Group]
	if !ok {
		return nil, fmt.Errorf("no key for the group %s", GroupName(hello.Group))
	}
	public, err := key.Curve().NewPublicKey(hello.keyShare)
	if err != nil {
		return nil, err
	}
	shared, err := key.ECDH(public)
	if err != nil {
		return nil, err
	}
	newHash := hash13(hello.Suite)
	zero := make([]byte, newHash().Size())
	early, err := hkdf.Extract(newHash, zero, nil)
	if err != nil {
		return nil, err
	}
	derived, err := expand13(newHash, early, "derived", newHash().Sum(nil), len(zero))
	if err != nil {
		return nil, err
	}
	handshake, err := hkdf.Extract(newHash, shared, derived)
	if err != nil {
		return nil, err
	}
	transcript := newHash()
	transcript.Write(s.message)
	transcript.Write(serverHello)
	return expand13(newHash, handshake, "s hs traffic", transcript.Sum(nil), len(zero))
}

// hash13 returns the hash of a TLS 1.3 suite.
func hash13(suite uint16) func() hash.Hash {
	if suite == suiteAES256GCM13 {
		return sha512.New384
	}
	return sha256.New
}

// expand13 is HKDF-Expand-Label (RFC 8446 section 7.1).
func expand13(newHash func() hash.Hash, secret []byte, label string, context []byte, length int) ([]byte, error) {
	var info builder
	info.u16(uint16(length))
	info.vector(1, func(b *builder) { *b = append(*b, "tls13 "+label...) })
	info.vector(1, func(b *builder) { *b = append(*b, context...) })
	return hkdf.Expand(newHash, secret, string(info), length)
}
