package tlslegacy

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"slices"
)

// scheme is a signature scheme of TLS 1.2: a hash and a kind of key.
type scheme struct {
	hash  crypto.Hash
	ecdsa bool
}

// schemes are the ten documented ones (CF-TLS-18).
var schemes = map[uint16]scheme{
	0x0401: {crypto.SHA256, false},
	0x0501: {crypto.SHA384, false},
	0x0601: {crypto.SHA512, false},
	0x0301: {crypto.SHA224, false},
	0x0201: {crypto.SHA1, false},
	0x0403: {crypto.SHA256, true},
	0x0503: {crypto.SHA384, true},
	0x0603: {crypto.SHA512, true},
	0x0303: {crypto.SHA224, true},
	0x0203: {crypto.SHA1, true},
}

// Signatures returns the signature schemes that this client supports, in the documented
// order.
func Signatures() []uint16 {
	return []uint16{0x0401, 0x0501, 0x0601, 0x0301, 0x0403, 0x0503, 0x0603, 0x0303, 0x0201, 0x0203}
}

// schemeBefore12 is what a kind of key signs before TLS 1.2, where nothing is negotiated:
// MD5 and SHA-1 together with RSA, SHA-1 with ECDSA.
func schemeBefore12(ecdsa bool) scheme {
	if ecdsa {
		return scheme{crypto.SHA1, true}
	}
	return scheme{crypto.MD5SHA1, false}
}

// The sizes of RSA keys that are accepted. crypto/rsa refuses smaller ones; larger ones
// would let a server waste the client's time.
const minRSABits, maxRSABits = 1024, 8192

// checkServerKey returns why a leaf's key cannot be used with a key exchange.
func checkServerKey(key crypto.PublicKey, x exchange) error {
	unfit := func(format string, args ...any) error {
		return &ProtocolError{Reason: ReasonCertificateKey, Detail: fmt.Sprintf(format, args...), Alert: alertUnsupportedCert}
	}
	switch key := key.(type) {
	case *rsa.PublicKey:
		if x == ecdheECDSA {
			return unfit("the suite is for ECDSA, the certificate has an RSA key")
		}
		if bits := key.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return unfit("an RSA key of %d bits is outside %d to %d", bits, minRSABits, maxRSABits)
		}
		return nil
	case *ecdsa.PublicKey:
		if x != ecdheECDSA {
			return unfit("the suite is for RSA, the certificate has an ECDSA key")
		}
		return nil
	}
	return unfit("the certificate has a key of type %T", key)
}

var errWrongSignature = errors.New("it was not made with the key of the certificate")

// verify returns why a signature over a digest was not made by a key.
func (s scheme) verify(key crypto.PublicKey, digest, signature []byte) error {
	switch key := key.(type) {
	case *rsa.PublicKey:
		if !s.ecdsa {
			return rsa.VerifyPKCS1v15(key, s.hash, digest, signature)
		}
	case *ecdsa.PublicKey:
		if s.ecdsa && ecdsa.VerifyASN1(key, digest, signature) {
			return nil
		}
	}
	return errWrongSignature
}

// sign signs the transcript so far with a client's key.
func (s scheme) sign(random io.Reader, key crypto.Signer, digest []byte) ([]byte, error) {
	signature, err := key.Sign(random, digest, s.hash)
	if err != nil {
		return nil, fmt.Errorf("signing with the client certificate's key: %w", err)
	}
	return signature, nil
}

// clientScheme returns the scheme for a client's key in TLS 1.2: the first of ours that the
// server accepts.
func clientScheme(ours, theirs []uint16, ecdsa bool) (uint16, bool) {
	for _, id := range ours {
		if schemes[id].ecdsa == ecdsa && slices.Contains(theirs, id) {
			return id, true
		}
	}
	return 0, false
}
