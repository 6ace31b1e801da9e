package pki

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"fmt"
)

// KeyKind is the kind of key that a certificate is minted for. The zero value is P256,
// which takes microseconds to make; an RSA key takes from 10 ms to a second.
type KeyKind int

// The kinds of keys.
const (
	P256 KeyKind = iota
	P384
	P521
	Ed25519
	RSA1024
	RSA2048
	RSA3072
	RSA4096
	// RSA4104 is the next size above the 4,096 bits that CloudFront documents
	// as the maximum (CF-CERT-12).
	RSA4104
)

// String returns the usual name of the kind, such as "P-256" or "RSA-2048".
func (k KeyKind) String() string {
	switch k {
	case P256:
		return "P-256"
	case P384:
		return "P-384"
	case P521:
		return "P-521"
	case Ed25519:
		return "Ed25519"
	case RSA1024:
		return "RSA-1024"
	case RSA2048:
		return "RSA-2048"
	case RSA3072:
		return "RSA-3072"
	case RSA4096:
		return "RSA-4096"
	case RSA4104:
		return "RSA-4104"
	}
	return fmt.Sprintf("KeyKind(%d)", int(k))
}

// NewKey makes a private key of this kind.
func NewKey(kind KeyKind) (crypto.Signer, error) {
	key, err := newKey(kind)
	if err != nil {
		return nil, fmt.Errorf("making a %v key: %w", kind, err)
	}
	return key, nil
}

func newKey(kind KeyKind) (crypto.Signer, error) {
	switch kind {
	case P256:
		return ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case P384:
		return ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	case P521:
		return ecdsa.GenerateKey(elliptic.P521(), rand.Reader)
	case Ed25519:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	case RSA1024:
		return rsa.GenerateKey(rand.Reader, 1024)
	case RSA2048:
		return rsa.GenerateKey(rand.Reader, 2048)
	case RSA3072:
		return rsa.GenerateKey(rand.Reader, 3072)
	case RSA4096:
		return rsa.GenerateKey(rand.Reader, 4096)
	case RSA4104:
		// Twelve primes are found a hundred times as fast as two, and ten times as fast as
		// four, which on a busy machine took longer than a connection may. A verifier
		// cannot tell the difference. Such a key never protects anything.
		//lint:ignore SA1019 deprecated for keys that must be safe
		return rsa.GenerateMultiPrimeKey(rand.Reader, 12, 4104)
	}
	return nil, fmt.Errorf("no such kind of key")
}
